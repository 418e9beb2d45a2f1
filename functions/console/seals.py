"""留痕: the days' seals, whether a trusted key has signed them, and whether a day is still as it was sealed."""

import json
from datetime import date

from chalice.app import Blueprint

from functions.console import roles
from functions.console.pages import Download, NoSuchPage, Shown, Visit, page
from functions.edge.settings import settings
from shared.funds import sealing, seals
from shared.funds.seals import DaySeal
from shared.funds.store import seals as store

blueprint = Blueprint(__name__)

PAGE = 31


@page(blueprint, "/console/seals", who=roles.MONEY)
def show_seals(visit: Visit) -> Shown:
    """The days that are sealed, newest first."""
    found, keys = store.list_days(limit=PAGE, cursor=visit.asked("cursor")), settings().seal_public_keys
    told = {
        "days": [(one, seals.trusted(one, keys)) for one in found.rows],
        "keys": keys,
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
    }
    return Shown("seals.html", told)


@page(blueprint, "/console/seals/{day}", who=roles.MONEY)
def show_seal(visit: Visit) -> Shown:
    """One day, looked at now: its seal against the entries of the schools' journals. Raises NoSuchPage, UnknownSeal."""
    seal = _seal(visit)
    told = {
        "seal": seal,
        "trusted": seals.trusted(seal, settings().seal_public_keys),
        "difference": seals.difference(seal, sealing.list_day(seal.day)),
    }
    return Shown("seal.html", told)


@page(blueprint, "/console/seals/{day}/file.json", who=roles.MONEY)
def download_seal(visit: Visit) -> Download:
    """The seal for who keeps it elsewhere: the bank, an auditor. Raises NoSuchPage, UnknownSeal."""
    seal = _seal(visit)
    text = json.dumps(seals.published(seal), indent=1) + "\n"
    return Download(f"seal-{seal.day}.json", text, "application/json")


def _seal(visit: Visit) -> DaySeal:
    try:
        return store.get(date.fromisoformat(visit.path["day"]))
    except ValueError:
        raise NoSuchPage() from None
