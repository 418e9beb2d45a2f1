"""Finds what a stream lost, from what is stored, and does it. Nightly, 03:00 in Shanghai.

Whatever it has to do is a repair, and counted: in a district without faults every count is 0.
"""

from datetime import UTC, datetime, timedelta

from chalice.app import Blueprint, Cron

from events.facts import ReferenceConflicted
from functions.edge import covers, scheduled, telling, telling_classes, wechat_refunds, wiring
from functions.schedules import expire_unpaid
from functions.streams import keep_totals, raise_alerts, release_lesson, watch_personnel, watch_reviews
from shared.funds import queries as funds
from shared.funds.model import Entry
from shared.funds.store import entries, sweeps, totals
from shared.institutions import store as institutions
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId, SessionId
from shared.personnel import store as personnel
from shared.personnel.store import presences
from shared.reviews.store import reports, reviews
from shared.teaching import model, queries

blueprint = Blueprint(__name__)

GRACE = timedelta(minutes=10)  # what a stream may still be bringing isn't lost yet
_OVERLAP = timedelta(days=1)
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_EXPIRY_GRACE_DAYS = 2
_LONGEST = timedelta(days=400)
_LONGEST_PRESENCE = timedelta(days=30)  # where teachers were before that is no warning any more


@blueprint.schedule(Cron("0", "19", "*", "*", "?", "*"))
@scheduled.run
def sweep() -> dict[str, int]:
    """Release, expire, count and alert what is overdue, in this order: each may give the next something to do.

    The journal and the reviews are looked at from a day before the last sweep that came to its end, which has looked at
    what is older.
    """
    now = wiring.now()
    last = next(iter(sweeps.list_last(1)), None)
    since = last[0] - _OVERLAP if last else _EVER
    found = {
        "lessons_released": _release_due(now - GRACE),
        "enrolments_expired": _expire_overdue(since, now),
        **_count_and_alert(*entries.scan_between(since, now - GRACE)),
    }
    found["alerts_raised"] += _watch_personnel(max(since, now - _LONGEST_PRESENCE), now - GRACE)
    found["alerts_raised"] += sum(map(watch_reviews.tell, reports.list_made(since, now - GRACE)))
    found["reviews_followed"] = _follow_reviews(since, now)
    sweeps.keep(found, now=now)
    return found


def _release_due(until: datetime) -> int:
    return scheduled.each("sweep", queries.list_due(model.Due.RELEASE, until=until), _release, key="/".join)


def _release(due: tuple[EnrolmentId, SessionId]) -> bool:
    lesson = queries.find_lesson(*due)
    fact = queries.confirmed(lesson) if lesson else None
    return fact is not None and release_lesson.release(fact)


def _expire_overdue(since: datetime, now: datetime) -> int:
    """What should have expired the day before yesterday or earlier: the schedule has looked at it for two days."""
    days = (now - max(since, now - _LONGEST)).days + _EXPIRY_GRACE_DAYS
    last = clock.business_day(now) - timedelta(days=_EXPIRY_GRACE_DAYS)
    due = [one for back in range(days) for one in funds.list_expiring(last - timedelta(days=back))]
    unpaid = [account for account in funds.get_accounts(due) if account.status == "awaiting_deposit"]
    return expire_unpaid.expire_each("sweep", unpaid)


def _count_and_alert(booked: list[Entry], conflicts: list[ReferenceConflicted]) -> dict[str, int]:
    raised = sum(raise_alerts.consider(entries.moved(entry)) for entry in booked)
    raised += sum(map(raise_alerts.consider, conflicts))
    counted = keep_totals.count(totals.missing(booked))
    return {
        "entries_counted": counted,
        "alerts_raised": raised,
        "covers_followed": _follow_covers(booked),
        "messages_posted": _tell(booked),
        "wechat_refunds_begun": _pass_on(booked),
    }


def _follow_covers(booked: list[Entry]) -> int:
    return scheduled.each("sweep", covers.left_behind(booked), covers.follow, key=str)


def _tell(booked: list[Entry]) -> int:
    refunds = scheduled.each("sweep", telling.untold(booked), telling.follow_entry, key=lambda entry: entry.reason)
    over = telling_classes.untold_completions(booked)
    return refunds + scheduled.each("sweep", over, telling_classes.follow_completion, key=str)


def _pass_on(booked: list[Entry]) -> int:
    return scheduled.each("sweep", booked, wechat_refunds.follow_entry, key=lambda entry: entry.reason)


def _watch_personnel(since: datetime, until: datetime) -> int:
    """Persons who are on a list and published all the same, sessions that were marked: how many alerts were missing."""
    listed = [one for one in personnel.published_all() if one.listed_since and one.listed_since <= until]
    return sum(map(watch_personnel.consider_person, listed)) + sum(
        map(watch_personnel.consider_presence, presences.list_noted(since, until))
    )


def _follow_reviews(since: datetime, now: datetime) -> int:
    """Let the reviews of a period count less that should, and every course be found by its rating; how many weren't.

    A course that has been reviewed just now is left alone: the stream may still be bringing its rating.
    """
    written = [one for iid in institutions.list_ids() for one in reviews.list_written(iid, since, now)]
    overdue = [one for one in written if one.made_at < now - GRACE]
    weighed = scheduled.each("sweep", overdue, watch_reviews.weigh, key=lambda one: one.review_id)
    just_now = {one.course_id for one in written if one.made_at >= now - GRACE}
    return weighed + watch_reviews.note_ratings(but=just_now, now=now)
