"""The policy record in force: each rule's number, and how far its source can be trusted."""

from chalice.app import Blueprint

from functions.console.pages import NoSuchPage, Shown, Visit, page
from shared.policy import queries as policies

blueprint = Blueprint(__name__)


@page(blueprint, "/console/policy")
def show_policy(visit: Visit) -> Shown:
    """The version in force, or the one that is asked for."""
    in_force = policies.in_force(at=visit.now)
    version = visit.asked("version") or in_force.version
    known = {policy.version: policy for policy in policies.versions()}
    if version not in known:
        raise NoSuchPage()
    told = {
        "policy": known[version],
        "in_force": in_force.version,
        "versions": policies.versions(),
        "calendar": policies.record()["calendar"],
    }
    return Shown("policy.html", told)


@page(blueprint, "/console/{room}")
def show_nothing(visit: Visit) -> Shown:
    """An address of the console at which there is nothing. Raises NoSuchPage."""
    raise NoSuchPage()
