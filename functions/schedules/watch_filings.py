"""What time brings to filings: deadlines near or over are told, publicity that is over is closed. Every morning.

An inspection that the school is late with raises its alert before the case notes that it was escalated: the alert is
raised once however often that is tried, and never lost.
"""

from datetime import date, timedelta

from chalice.app import Blueprint, Cron

from events import facts
from functions.edge import scheduled, wiring
from shared.alerts import usecases as alerts
from shared.filings import watching
from shared.filings.model import Case, Role
from shared.filings.store import cases
from shared.kernel import clock
from shared.policy import queries as policies

blueprint = Blueprint(__name__)

_LOOKED_AHEAD = timedelta(days=14)  # further than the policy's reminder, holidays included
_PAGE = 100


@blueprint.schedule(Cron("30", "0", "*", "*", "?", "*"))
@scheduled.run
def watch_filings() -> dict[str, int]:
    """Every case in which somebody has to act soon, or had to."""
    now = wiring.now()
    until = clock.business_day(now) + _LOOKED_AHEAD
    due = [case for owner in Role for case in _due(owner, until=until)]
    figures = {"reminded": 0, "escalated": 0, "closed": 0}

    def watch(case: Case) -> int:
        if watching.overdue_inspection(case, now=now):
            assert case.due is not None
            fact = facts.InspectionOverdue(
                institution_id=case.institution_id,
                case_id=case.case_id,
                year=case.year,
                state=case.state.value,
                due_on=case.due.day,
                noticed_at=now,
            )
            alerts.consider(fact=fact, policy=policies.in_force(at=now))
        done = watching.watch(case_id=case.case_id, now=now)
        for one in done:
            figures[one] += 1
        return len(done)

    scheduled.each("watch_filings", due, watch, key=lambda case: case.case_id)
    return {"due": len(due), **figures}


def _due(owner: Role, *, until: date) -> list[Case]:
    found: list[Case] = []
    cursor: str | None = None
    while True:
        page = cases.list_due(owner, until=until, limit=_PAGE, cursor=cursor)
        found += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return found
