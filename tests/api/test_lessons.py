"""A guardian's lessons: what she sees, confirms, disputes; and what is refused."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.teaching import queries as teaching
from shared.teaching import usecases as lessons
from tests import steps, tables
from tests.api.district import Act, District, confirming, disputing, marking
from tests.builders import ENROLMENT, NOW, OFFERING, SESSION, an_id
from tests.edge.doors import Clock, bearer
from tests.tables import just_before

FUTURE = 2


@pytest.fixture
def district(district: District) -> District:
    """The first family's enrolment is paid; its first session is over, the second is tomorrow."""

    def put() -> None:
        district.opens()
        steps.open_account(paid_fen=1000)
        district.teaches(sessions=2)

    tables.put_in_memory(__name__, put)
    return district


@pytest.fixture
def taught(district: District) -> District:
    """The teacher has marked the first session."""
    assert marking()(district.teacher).status == 201
    return district


def status() -> str:
    """The first lesson's."""
    lesson = teaching.find_lesson(ENROLMENT, SESSION)
    assert lesson is not None
    return lesson.status.value


def decide(*, uphold: bool) -> None:
    """The bureau decides the first lesson's dispute."""
    lessons.decide_dispute(
        enrolment_id=ENROLMENT, session_id=SESSION, uphold=uphold, reason="有监控", by="科长", now=NOW
    )


class TestMyLessons:
    def test_are_the_timetable_with_what_is_marked(self, taught: District) -> None:
        answer = taught.guardian.get(f"/v1/enrolments/{ENROLMENT}/lessons")

        marked, later = answer.body["data"]
        assert marked == {
            "session_id": an_id("ses"),
            "number": 1,
            "starts_at": "2026-09-01T08:00:00+08:00",
            "ends_at": "2026-09-01T09:00:00+08:00",
            "status": "taught",
            "outcome": "present",
            "confirm_by": "2026-09-10",
            "deadline_assumed": False,
            "dispute_reason": None,
            "dispute": None,
            "offering_id": OFFERING,
            "leave": None,
            "make_up": None,
            "makes_up_for": None,
        }
        assert (later["session_id"], later["status"], later["outcome"]) == (an_id("ses", 2), "scheduled", None)

    def test_that_a_refund_gave_back_are_refunded(self, taught: District) -> None:
        steps.hold_back(taught=[SESSION])

        told = taught.guardian.get(f"/v1/enrolments/{ENROLMENT}/lessons").body["data"]

        assert [lesson["status"] for lesson in told] == ["taught", "refunded"]


class TestConfirm:
    def test_confirms(self, taught: District) -> None:
        answer = confirming()(taught.guardian)

        assert (answer.status, answer.body["status"]) == (201, "confirmed")
        assert status() == "confirmed"

    def test_asked_again_says_the_same_and_does_nothing(self, taught: District) -> None:
        first = confirming()(taught.guardian)
        before = taught.dump()

        again = confirming()(taught.guardian)

        assert (again.status, again.body) == (201, first.body)
        assert again.headers["idempotent-replayed"] == "true"
        assert taught.dump() == before

    def test_confirmed_again_by_another_command_changes_nothing(self, taught: District) -> None:
        confirming()(taught.guardian)

        taught.refuses(taught.guardian, confirming(key="confirm-0002"), 409, "lesson_already_confirmed")


class TestDispute:
    def test_stops_the_clock(self, taught: District, at: Clock) -> None:
        answer = disputing()(taught.guardian)

        assert (answer.status, answer.body["status"], answer.body["dispute_reason"]) == (201, "disputed", "老师没有来")
        at.pass_by(days=30)
        assert not lessons.auto_confirm_lesson(enrolment_id=ENROLMENT, session_id=SESSION, now=at())
        assert status() == "disputed"

    def test_asked_again_says_the_same(self, taught: District) -> None:
        first = disputing()(taught.guardian)

        assert disputing()(taught.guardian).body == first.body

    @pytest.mark.parametrize("reason", ["", "理" * 201])
    def test_needs_a_reason_of_some_length(self, taught: District, reason: str) -> None:
        path = f"/v1/enrolments/{ENROLMENT}/lessons/{SESSION}/dispute"

        taught.refuses(
            taught.guardian, lambda door: door.post(path, {"reason": reason}, key="d-000001"), 422, "invalid_request"
        )


Make = Callable[..., Act]


@pytest.mark.parametrize("make", [confirming, disputing])
class TestConfirmOrDispute:
    def test_of_a_lesson_in_the_future_is_refused(self, district: District, make: Make) -> None:
        district.refuses(district.guardian, make(FUTURE), 409, "session_not_over")

    def test_of_a_lesson_in_the_very_moment_of_its_end_is_not_in_the_future(
        self, district: District, make: Make, at: Clock
    ) -> None:
        at.now = NOW + timedelta(days=1, hours=1)
        guardian = district.nobody.with_headers(authorization=bearer())

        district.refuses(guardian, make(FUTURE), 409, "lesson_not_marked")

    def test_of_a_lesson_that_is_not_marked_is_refused(self, district: District, make: Make) -> None:
        district.refuses(district.guardian, make(), 409, "lesson_not_marked")

    @pytest.mark.parametrize("outcome", ["absent", "leave"])
    def test_of_a_lesson_that_was_missed_is_refused(self, district: District, make: Make, outcome: str) -> None:
        marking(outcome)(district.teacher)

        district.refuses(district.guardian, make(), 409, "lesson_not_taught")

    def test_of_a_lesson_in_dispute_is_refused(self, taught: District, make: Make) -> None:
        disputing()(taught.guardian)

        taught.refuses(taught.guardian, make(key="another-0001"), 409, "lesson_disputed")

    @pytest.mark.parametrize(("uphold", "code"), [(True, "dispute_upheld"), (False, "lesson_already_confirmed")])
    def test_of_a_lesson_that_was_decided_is_refused(
        self, taught: District, make: Make, uphold: bool, code: str
    ) -> None:
        disputing()(taught.guardian)
        decide(uphold=uphold)

        taught.refuses(taught.guardian, make(key="another-0001"), 409, code)

    def test_of_a_confirmed_lesson_is_refused(self, taught: District, make: Make) -> None:
        confirming()(taught.guardian)

        taught.refuses(taught.guardian, make(key="another-0001"), 409, "lesson_already_confirmed")

    def test_of_a_released_lesson_is_refused(self, taught: District, make: Make) -> None:
        confirming()(taught.guardian)
        lessons.mark_released(enrolment_id=ENROLMENT, session_id=SESSION, now=NOW)

        taught.refuses(taught.guardian, make(key="another-0001"), 409, "lesson_already_confirmed")

    def test_after_silence_was_counted_is_refused(self, taught: District, make: Make, at: Clock) -> None:
        at.pass_by(days=30)
        assert lessons.auto_confirm_lesson(enrolment_id=ENROLMENT, session_id=SESSION, now=at())
        guardian = taught.nobody.with_headers(authorization=bearer())

        taught.refuses(guardian, make(), 409, "lesson_already_confirmed")

    @pytest.mark.parametrize("session", [9, 99])
    def test_of_a_session_that_is_not_in_the_timetable_is_404(
        self, district: District, make: Make, session: int
    ) -> None:
        district.refuses(district.guardian, make(session), 404, "unknown_session")

    def test_by_the_school_is_refused(self, taught: District, make: Make) -> None:
        for door in (taught.teacher, taught.admin):
            taught.refuses(door, make(), 403, "not_for_your_role")

    def test_by_another_guardian_is_as_if_it_were_not_there(self, taught: District, make: Make) -> None:
        theirs = taught.refuses(taught.stranger, make(), 404, "unknown_enrolment")
        nobodys = taught.refuses(taught.stranger, make(enrolment=an_id("enr", 99)), 404, "unknown_enrolment")

        assert theirs.body["detail"] == nobodys.body["detail"]

    def test_while_somebody_else_does_the_other_counts_once(self, taught: District, make: Make) -> None:
        answers = []
        with just_before("TransactWriteItems", lambda: answers.append(confirming(key="another-0001")(taught.guardian))):
            answers.append(make()(taught.guardian))

        assert [answer.status for answer in answers] == [201, 409]
        assert status() == "confirmed"
