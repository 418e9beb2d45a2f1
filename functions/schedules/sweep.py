"""Finds what a stream lost, from what is stored, and does it. Nightly, 03:00 in Shanghai.

Whatever it has to do is a repair, and counted: in a district without faults every count is 0.
"""

from datetime import timedelta

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, wiring
from functions.schedules import expire_unpaid
from functions.streams import keep_totals, raise_alerts, release_lesson
from shared.funds.store import accounts, entries, sweeps, totals
from shared.kernel import errors
from shared.teaching import model, queries

blueprint = Blueprint(__name__)

GRACE = timedelta(minutes=10)  # what a stream may still be bringing isn't lost yet


@blueprint.schedule(Cron("0", "19", "*", "*", "?", "*"))
@scheduled.run
def sweep() -> dict[str, int]:
    """Release, expire, count and alert what is overdue, in this order: each may give the next something to do."""
    found = {
        "lessons_released": _release_due(),
        "enrolments_expired": _expire_overdue(),
        "entries_counted": _count_missing(),
        "alerts_raised": _alert_missing(),
    }
    sweeps.keep(found, now=wiring.now())
    return found


def _release_due() -> int:
    due = queries.list_due(model.Due.RELEASE, until=wiring.now() - GRACE)
    released = 0
    for enrolment_id, session_id in due:
        lesson = queries.find_lesson(enrolment_id, session_id)
        fact = queries.confirmed(lesson) if lesson else None
        if fact is not None:
            try:
                released += release_lesson.release(fact)
            except errors.Conflict as refusal:
                scheduled.tell("lesson_not_released", enrolment_id=enrolment_id, code=refusal.code)
    return released


def _expire_overdue() -> int:
    limit = wiring.now() - timedelta(days=1)
    overdue = [one for one in accounts.scan() if one.status == "awaiting_deposit" and one.expires_at < limit]
    return sum(map(expire_unpaid.expire, overdue))


def _count_missing() -> int:
    before = wiring.now() - GRACE
    return keep_totals.count(totals.missing(entry for entry in entries.scan() if entry.booked_at < before))


def _alert_missing() -> int:
    before = wiring.now() - GRACE
    moved = sum(raise_alerts.consider(entries.moved(one)) for one in entries.scan() if one.booked_at < before)
    conflicts = (one for one in entries.scan_conflicts() if one.noticed_at < before)
    return moved + sum(map(raise_alerts.consider, conflicts))
