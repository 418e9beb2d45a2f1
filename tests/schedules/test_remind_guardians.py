"""Reminders: at which days, until when, once, and at what cost."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.edge import telling
from functions.schedules import remind_guardians
from shared.funds.model import EnrolmentStatus
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId
from shared.messages import queries
from shared.messages.model import Kind, Message
from shared.teaching import queries as lessons
from shared.teaching import usecases as teaching
from shared.teaching.model import Outcome
from tests import builders, steps, tables
from tests.builders import ENROLMENT, GUARDIAN, NOW, OFFERING, POLICY, SESSION, TEACHER, an_id
from tests.edge.doors import Clock
from tests.schedules.running import run
from tests.tables import just_before, killed_before

pytestmark = pytest.mark.usefixtures("hurried")

NOTHING = {"lesson_to_confirm": 0, "lesson_half_time": 0, "lesson_last_day": 0, "payment_due": 0}


def put_sold() -> None:
    """Two enrolments of two families, paid; a lesson of each is marked on Tuesday, the 1st of September."""
    steps.register()
    offering = steps.put_on_sale()
    for number in (1, 2):
        steps.enrol(offering, number)
        steps.pay(EnrolmentId(an_id("enr", number)), 288_000)
    teaching.schedule_class(sessions=[builders.a_session(1)])
    mark()


def mark() -> None:
    ids = [EnrolmentId(an_id("enr", number)) for number in (1, 2)]
    teaching.claim_attendance(
        session=builders.a_session(1),
        pupils=[builders.a_pupil(number) for number in (1, 2)],
        marks=dict.fromkeys(ids, Outcome.PRESENT),
        by="usr_1",
        teacher_id=TEACHER,
        policy=POLICY,
        now=NOW,
    )


def remind() -> dict[str, int]:
    return run(remind_guardians.remind_guardians)


def told(of: str = ENROLMENT) -> list[Message]:
    """What the guardian of the first enrolment was told of an enrolment, the oldest first."""
    found = queries.list_of(GUARDIAN, limit=50, cursor=None).rows
    return [one for one in reversed(found) if one.subject == of]


def at_noon(day: int) -> datetime:
    return datetime(2026, 9, day, 4, tzinfo=NOW.tzinfo)


class TestOnTheEngine:
    def test_runs_at_once_tell_once(self, on_engine: Any, at: Clock) -> None:
        put_sold()
        with ThreadPoolExecutor(4) as hands:
            figures = list(hands.map(lambda _: remind(), range(4)))

        assert sum(one["lesson_to_confirm"] for one in figures) == 2
        assert [one.kind for one in told()] == [Kind.LESSON_TO_CONFIRM]


@pytest.fixture
def sold(in_memory: Any) -> Any:
    tables.put_in_memory(__name__, put_sold)
    return in_memory


@pytest.mark.usefixtures("sold")
class TestLessons:
    def test_are_told_of_on_the_first_day_at_half_time_and_on_the_last(self, at: Clock) -> None:
        days: dict[str, list[int]] = {}
        for day in range(1, 15):
            at.now = at_noon(day)
            for _ in range(3):
                for kind, count in remind().items():
                    days.setdefault(kind, []).extend([day] * bool(count))
        lesson = lessons.find_lesson(ENROLMENT, SESSION)

        # 7 working days after the 1st: the 10th; 3 working days before that: the 7th
        assert lesson is not None
        assert lesson.confirm_by == at_noon(10).date()
        assert days == {"lesson_to_confirm": [1], "lesson_half_time": [7], "lesson_last_day": [10], "payment_due": []}
        assert [one.kind for one in told()] == [
            Kind.LESSON_TO_CONFIRM,
            Kind.LESSON_HALF_TIME,
            Kind.LESSON_LAST_DAY,
        ]
        assert told()[0].good_until == clock.end_of(at_noon(10).date())

    def test_what_a_day_without_a_run_left_out_is_told_the_day_after(self, at: Clock) -> None:
        at.now = at_noon(2)
        assert remind()["lesson_to_confirm"] == 2
        at.now = at_noon(8)
        assert remind()["lesson_half_time"] == 2

    def test_that_are_confirmed_or_disputed_are_told_of_no_more(self, at: Clock) -> None:
        remind()
        teaching.confirm_lesson(enrolment_id=ENROLMENT, offering_id=OFFERING, session_id=SESSION, now=NOW)
        other = EnrolmentId(an_id("enr", 2))
        teaching.dispute_lesson(
            enrolment_id=other, offering_id=OFFERING, session_id=SESSION, reason="没有上课", now=NOW
        )
        at.now = at_noon(7)

        assert remind() == NOTHING

    def test_one_that_is_confirmed_just_before_is_not_told_of(self, at: Clock) -> None:
        def confirm() -> None:
            teaching.confirm_lesson(enrolment_id=ENROLMENT, offering_id=OFFERING, session_id=SESSION, now=NOW)

        with just_before("TransactWriteItems", confirm):
            assert remind()["lesson_to_confirm"] == 1
        assert told() == []

    @pytest.mark.parametrize("call", [1, 2])
    def test_a_run_that_is_broken_off_is_made_up_by_the_next(self, at: Clock, call: int) -> None:
        with killed_before("TransactWriteItems", call=call):
            remind()
        assert remind()["lesson_to_confirm"] == 2 - (call - 1)
        assert remind() == NOTHING

    def test_a_reminder_is_not_sent_by_wechat_once_it_is_confirmed(self) -> None:
        remind()
        [message] = told()
        assert telling.still_so(message)
        teaching.confirm_lesson(enrolment_id=ENROLMENT, offering_id=OFFERING, session_id=SESSION, now=NOW)

        assert not telling.still_so(message)

    def test_cost_nothing_where_none_is_due(self, sold: Any, at: Clock) -> None:
        at.now = at_noon(4)
        calls: Counter[str] = Counter()
        sold.meta.events.register("before-call.dynamodb", lambda model, **_: calls.update([model.name]), "count")
        try:
            remind()
        finally:
            sold.meta.events.unregister("before-call.dynamodb", unique_id="count")

        assert not set(calls) & {"Scan", "TransactWriteItems"}
        assert calls["Query"] <= 8


class TestPayment:
    @pytest.fixture(autouse=True)
    def _unpaid(self, in_memory: Any) -> None:
        steps.register()
        steps.enrol(steps.put_on_sale())

    @pytest.mark.parametrize(("before", "count"), [(timedelta(hours=24, seconds=1), 0), (timedelta(hours=24), 1)])
    def test_is_told_of_from_the_policys_hours_before_its_end(self, at: Clock, before: timedelta, count: int) -> None:
        at.now = account().expires_at - before

        assert remind()["payment_due"] == count
        assert remind()["payment_due"] == 0

    def test_says_what_is_due_and_until_when(self, at: Clock) -> None:
        at.now = account().expires_at - timedelta(hours=2)
        remind()
        [message] = told()

        assert message.figures == {"course": "少儿中国舞基础", "due_fen": 288_000, "by": "2026-09-04 10:00"}
        assert message.good_until == account().expires_at
        assert telling.still_so(message)

    def test_that_is_made_or_too_late_is_told_of_no_more(self, at: Clock) -> None:
        at.now = account().expires_at
        assert remind()["payment_due"] == 0

        steps.pay(ENROLMENT, 288_000)
        at.now = account().expires_at - timedelta(hours=1)
        assert (remind()["payment_due"], account().status) == (0, EnrolmentStatus.ACTIVE)


def account() -> Any:
    from shared.funds import queries as funds

    return funds.get_account(ENROLMENT)
