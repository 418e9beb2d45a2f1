"""The policy record in force: each rule's number, and how far its source can be trusted."""

from datetime import date

from chalice.app import Blueprint

from functions.console.pages import NoSuchPage, Shown, Visit, page
from shared.kernel import clock
from shared.policy import insurance, interest
from shared.policy import queries as policies
from shared.policy.file import record
from shared.policy.model import InterestTerms

blueprint = Blueprint(__name__)


@page(blueprint, "/console/policy")
def show_policy(visit: Visit) -> Shown:
    """The version in force, or the one that is asked for."""
    in_force = policies.in_force(at=visit.now)
    version = visit.asked("version") or in_force.version
    found = policies.find_version(version)
    if found is None:
        raise NoSuchPage()
    told = {
        "policy": found.policy,
        "in_force": in_force.version,
        "versions": [one.policy for one in policies.list_versions(limit=20, cursor=None).rows],
        "terms": interest.all_terms(),
        "agreed_now": _agreed(clock.business_day(visit.now)),
        "own_days": found.policy.own_days,
        "insurance": insurance.all_terms(),
        "schools": record()["school_calendar"],
        "course_words": record()["course_words"],
    }
    return Shown("policy.html", told)


def _agreed(day: date) -> InterestTerms | None:
    """The terms of interest on a day; None where there are none."""
    try:
        return interest.interest_terms(on=day)
    except interest.NoAgreedRate:
        return None


@page(blueprint, "/console/{room}")
def show_nothing(visit: Visit) -> Shown:
    """An address of the console at which there is nothing. Raises NoSuchPage."""
    raise NoSuchPage()
