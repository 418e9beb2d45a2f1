"""Reminds guardians: of lessons that wait for their word, when they are marked, at half time and on the last day; of a
seat that is to be paid. Three times a day.

What is due is found by when its time is over, and a reminder's id follows from the lesson and the stage: a run that is
broken off, comes twice or comes late tells nothing twice. Each looks at the day before as well.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, telling, wiring
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, EnrolmentStatus
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId, MessageId, SessionId
from shared.messages import queries, rules, usecases
from shared.messages.model import Kind
from shared.policy import calendar
from shared.policy import queries as policies
from shared.policy.model import Policy
from shared.teaching import queries as teaching
from shared.teaching import store as lessons
from shared.teaching.model import Due, Lesson, LessonStatus

blueprint = Blueprint(__name__)

_A_DAY = timedelta(days=1)
_TOGETHER = 100


@blueprint.schedule(Cron("50", "0,6,12", "*", "*", "?", "*"))
@scheduled.run
def remind_guardians() -> dict[str, int]:
    """How many reminders of each kind are new."""
    now = wiring.now()
    policy = policies.in_force(at=now)
    figures = {kind.value: 0 for kind in rules.TO_CONFIRM}
    for kind, last_day in _last_days(policy, clock.business_day(now)):
        waiting = teaching.list_due_at(Due.AUTO_CONFIRMATION, clock.end_of(last_day))
        untold = _untold(waiting, kind)
        courses = telling.courses_of([one.enrolment_id for one in untold])
        figures[kind.value] += scheduled.each(
            "remind_guardians",
            untold,
            partial(_remind, kind, courses, now),
            key=lambda one: f"{one.enrolment_id}/{one.session_id}",
        )
    unpaid = _unpaid(now, until=now + timedelta(hours=policy.payment_reminder_hours))
    told = scheduled.each("remind_guardians", unpaid, partial(_tell_due, now), key=lambda one: one.enrolment_id)
    return {**figures, Kind.PAYMENT_DUE.value: told}


def _last_days(policy: Policy, today: date) -> Iterator[tuple[Kind, date]]:
    """On which last days to confirm the lessons end that are at a stage today, or were yesterday."""
    days = policy.confirmation_working_days
    for kind, left in zip(rules.TO_CONFIRM, (days, days // 2, 0), strict=True):
        if left or kind is Kind.LESSON_LAST_DAY:
            on = (today,) if not left else (today - _A_DAY, today)
            yield from (
                (kind, last) for last in {calendar.working_days_after(d, left, policy.own_days).day for d in on}
            )


def _untold(waiting: list[tuple[EnrolmentId, SessionId]], kind: Kind) -> list[Lesson]:
    """Those of these lessons whose guardian hasn't been told so."""
    found: list[Lesson] = []
    for begin in range(0, len(waiting), _TOGETHER):
        marked = teaching.get_lessons(waiting[begin : begin + _TOGETHER]).values()
        ids = {_id_of(one, kind): one for one in marked if one.status is LessonStatus.TAUGHT}
        there = {one.message_id for one in queries.get_many(list(ids))}
        found += [one for message_id, one in ids.items() if message_id not in there]
    return found


def _id_of(lesson: Lesson, kind: Kind) -> MessageId:
    return rules.message_id(to=lesson.guardian_id, kind=kind, subject=lesson.enrolment_id, occasion=lesson.session_id)


def _remind(kind: Kind, courses: Mapping[EnrolmentId, str], now: datetime, lesson: Lesson) -> bool:
    """Remind of one lesson; whether it was new. None once it is confirmed or disputed: then UnknownSession."""
    message = telling.lesson_waits(lesson, kind, course=courses[lesson.enrolment_id], now=now)
    try:
        return usecases.post(message=message, held_to=[lessons.still_waits(lesson.enrolment_id, lesson.session_id)])
    except lessons.UnknownSession:
        return False


def _unpaid(now: datetime, *, until: datetime) -> list[EnrolmentAccount]:
    """The enrolments that expire by then, are to be paid and were not reminded of it."""
    days = {clock.business_day(now), clock.business_day(until)}
    expiring = [one for day in sorted(days) for one in funds.list_expiring(day)]
    owing = [
        one
        for one in funds.get_accounts(expiring)
        if one.status is EnrolmentStatus.AWAITING_DEPOSIT and now < one.expires_at <= until
    ]
    ids = {rules.message_id(to=one.guardian_id, kind=Kind.PAYMENT_DUE, subject=one.enrolment_id): one for one in owing}
    there = {one.message_id for one in queries.get_many(list(ids))}
    return [one for message_id, one in ids.items() if message_id not in there]


def _tell_due(now: datetime, account: EnrolmentAccount) -> bool:
    return usecases.post(message=telling.payment_due(account, now=now))
