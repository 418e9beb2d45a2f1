"""The end of an enrolment: its last lesson, however that comes about, and what it says of itself then."""

from datetime import timedelta
from typing import Any

import pytest

from functions.streams import raise_alerts, release_lesson
from shared.funds import queries as funds
from shared.insurance.model import EndReason
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId, SessionId
from shared.kernel.money import Fen
from shared.mall import store as mall
from shared.teaching import queries as teaching
from shared.teaching import usecases as lessons
from tests import builders, steps
from tests.api.district import District, confirming, disputing, marking
from tests.builders import COURSE, ENROLMENT, GUARDIAN, NOW, an_id
from tests.edge.doors import Answer, Clock, bearer
from tests.people import examples
from tests.streams.records import deliver, records_of

MINE = f"/v1/enrolments/{ENROLMENT}"
OVER = clock.start_of(builders.a_class().ends_on + timedelta(days=1))


@pytest.fixture
def last(district: District, at: Clock) -> District:
    """Of three lessons two are released; the third is marked."""
    steps.register()
    examples.add_child()
    steps.enrol(steps.put_on_sale(builders.a_course(price_fen=Fen(1000), lessons=3)))
    steps.pay(ENROLMENT, 1000)
    sessions = [
        builders.a_session(number, starts_at=NOW - timedelta(days=9 - number), ends_at=NOW - timedelta(days=8 - number))
        for number in (1, 2, 3)
    ]
    lessons.schedule_class(sessions=sessions)
    for number in (1, 2):
        marking(session=number, key=f"mark-{number:04d}")(district.teacher)
        confirming(number, key=f"confirm-{number:04d}")(district.guardian)
        release(number)
    marking(session=3, key="mark-0003")(district.teacher)
    return district


def release(number: int) -> bool:
    """The stream brings a lesson that is confirmed."""
    lesson = teaching.find_lesson(ENROLMENT, SessionId(an_id("ses", number)))
    fact = teaching.confirmed(lesson) if lesson else None
    return fact is not None and release_lesson.release(fact)


def decide(*, uphold: bool) -> None:
    session = SessionId(an_id("ses", 3))
    lessons.decide_dispute(
        enrolment_id=ENROLMENT, session_id=session, uphold=uphold, reason="有监控", by="科长", now=NOW
    )


def seen(district: District, at: Clock, *, language: str = "zh-CN") -> Answer:
    """Her enrolment, on the day after the class's last."""
    at.now = max(at.now, OVER)
    return district.nobody.with_headers(authorization=bearer(), accept_language=language).get(MINE)


def ending(district: District, at: Clock) -> tuple[Any, ...]:
    told = seen(district, at).body
    end = told["ending"]
    return (told["status"], end["state"], end["lessons_left"], end["undecided"], end["refundable"]["amount_fen"])


class TestCompletion:
    def test_while_the_class_goes_on_nothing_is_said_of_an_end(self, last: District) -> None:
        assert last.guardian.get(MINE).body["ending"] is None

    def test_the_last_lesson_released_completes_it_and_it_says_so(self, last: District, at: Clock) -> None:
        confirming(3, key="confirm-0003")(last.guardian)
        assert ending(last, at) == ("active", "undecided", 1, 1, 0)  # the stream hasn't brought it yet
        assert release(3)

        assert ending(last, at) == ("completed", "completed", 0, 0, 0)
        assert "已结业" in seen(last, at).body["ending"]["note"]
        assert "completed" in seen(last, at, language="en").body["ending"]["note"]

    def test_her_cover_ends_and_she_is_told_once(self, last: District, at: Clock) -> None:
        confirming(3, key="confirm-0003")(last.guardian)
        release(3)
        for _ in range(2):
            assert (
                deliver(raise_alerts.raise_alerts, records_of(last.client, "funds", kinds=("entry", "account"))) == []
            )
        told = last.nobody.with_headers(authorization=bearer()).get("/v1/me/messages").body["data"]
        assert [one["title"] for one in told if one["kind"] == "enrolment_completed"] == ["课程已结业"]
        assert last.guardian.get(MINE).body["insurance"]["ended_because"] == EndReason.COMPLETION

    def test_a_last_lesson_that_waits_keeps_it_open(self, last: District, at: Clock) -> None:
        disputing(3)(last.guardian)
        assert ending(last, at) == ("active", "undecided", 1, 1, 0)

    def test_a_dispute_rejected_completes_it(self, last: District, at: Clock) -> None:
        disputing(3)(last.guardian)
        decide(uphold=False)
        assert release(3)
        assert ending(last, at)[:2] == ("completed", "completed")

    def test_a_dispute_upheld_leaves_its_share_to_be_asked_back(self, last: District, at: Clock) -> None:
        disputing(3)(last.guardian)
        decide(uphold=True)
        assert not release(3)
        assert ending(last, at) == ("active", "left_over", 1, 0, 334)

        steps.a_held_refund(taught=[])
        assert seen(last, at).body["ending"] is None
        account = funds.get_account(ENROLMENT)
        assert (account.status, account.lessons_left) == ("refunding", 0)
        steps.count_all()
        assert steps.violations() == {}

    def test_lessons_that_nobody_marked_keep_it_open(self, last: District, at: Clock) -> None:
        other = EnrolmentId(an_id("enr", 2))
        steps.enrol(mall.get_course(COURSE).offerings[0], 2, guardian_id=GUARDIAN)
        steps.pay(other, 1000)
        at.now = OVER
        told = last.nobody.with_headers(authorization=bearer()).get(f"/v1/enrolments/{other}").body["ending"]
        assert (told["state"], told["undecided"]) == ("undecided", 3)
