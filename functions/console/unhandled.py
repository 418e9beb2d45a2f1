"""What couldn't be handled is stored, counted and shown: money in suspense, stream records, messages of the bank and to
guardians.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from chalice.app import Blueprint

from functions.console import roles
from functions.console.pages import NoSuchPage, Shown, Visit, page
from functions.edge import parked
from shared.bank import store as bank
from shared.funds import queries as funds
from shared.funds.model import Entry, State
from shared.funds.store import sweeps
from shared.institutions import store as institutions
from shared.kernel import clock
from shared.messages import queries as messages
from shared.messages import templates

blueprint = Blueprint(__name__)

PAGE = 20
_MOST_SCHOOLS = 100
_IN, _MISSING = funds.Wait.SUSPENSE, funds.Wait.SUSPENSE_MISSING


@page(blueprint, "/console/suspense", who=roles.MONEY)
def show_suspense(visit: Visit) -> Shown:
    """What each school has in suspense, and every movement into it and out of it."""
    found = funds.list_suspense(limit=PAGE, cursor=visit.asked("cursor"))
    there = [funds.list_in_suspense(wait, limit=_MOST_SCHOOLS, cursor=None) for wait in (_MISSING, _IN)]
    by_school = {one.institution_id: one.by_state[State.SUSPENSE] for page in there for one in page.rows}
    wanted = [*by_school, *(entry.institution_id for entry in found.rows)]
    told = {
        "by_school": by_school,
        "more_schools": any(page.next_cursor for page in there),
        "left": _left(found.rows),
        "entries": found.rows,
        "schools": institutions.get_many(wanted) if wanted else {},
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
    }
    return Shown("suspense.html", told)


@page(blueprint, "/console/unhandled", who=roles.MONEY)
def show_unhandled(visit: Visit) -> Shown:
    """Stream records that no function could handle, what was refused or not delivered on a day, the sweeps."""
    today = clock.business_day(visit.now)
    on = _day(visit.asked("day"), today)
    records = parked.list_parked(limit=PAGE, cursor=visit.asked("parked"))
    refused = bank.list_refused(on.isoformat(), limit=PAGE, cursor=visit.asked("refused"))
    of_the_day = {"since": clock.start_of(on), "until": clock.end_of(on)}
    undeliverable = messages.list_undeliverable(**of_the_day, limit=PAGE, cursor=visit.asked("undeliverable"))
    told = {
        "undeliverable": undeliverable,
        "undeliverable_count": messages.count_undeliverable(**of_the_day, at_most=100),
        "waiting_messages": messages.count_waiting(at_most=100),
        "titles": {one.kind: templates.title(one.kind, language=visit.language) for one in undeliverable.rows},
        "records": records,
        "count": parked.count_parked(at_most=100),
        "on": on,
        "days": (on - timedelta(days=1), on + timedelta(days=1) if on < today else None),
        "refused": refused.rows,
        "refused_cursor": refused.next_cursor,
        "letters": {message_id: bank.list_letters(message_id) for message_id, _ in refused.rows},
        "shown": bank.shown,
        "sweeps": sweeps.list_last(7),
        "query": visit.query,
    }
    return Shown("unhandled.html", told)


def _left(shown: Sequence[Entry]) -> dict[str, int]:
    """What is still in suspense of each deposit on a page."""
    references = dict.fromkeys(entry.reference for entry in shown if entry.pk.startswith("bank#"))
    histories = map(funds.find_deposit, references)
    return {one.deposit.reference: one.left_fen for one in histories if one is not None}


def _day(text: str | None, today: date) -> date:
    """The day that is asked for, today without one. Raises NoSuchPage."""
    if text is None:
        return today
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise NoSuchPage() from None
    if not date(2000, 1, 1) < on <= today:
        raise NoSuchPage()
    return on
