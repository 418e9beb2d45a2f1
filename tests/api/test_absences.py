"""Leave and make-up: what a guardian asks, a school offers, a teacher marks, and what of it is released."""

from datetime import timedelta
from typing import Any

import pytest

from functions.schedules import pay_refunds
from functions.streams import release_lesson
from shared.dynamo import transaction
from shared.funds.store import accounts
from shared.kernel.ids import EnrolmentId, OfferingId, SessionId
from shared.mall import store as mall
from shared.messages import queries as messages
from shared.teaching import queries as teaching
from shared.teaching import usecases as lessons
from tests import builders, steps, tables
from tests.api.district import Act, District, marking
from tests.api.test_school import of_another_school
from tests.builders import COURSE, ENROLMENT, GUARDIAN, NOW, OFFERING, SESSION, STUDENT, an_id
from tests.edge.doors import Clock, Door, admin_bearer, bearer, teacher_bearer
from tests.tables import just_before

OTHER = OfferingId(an_id("off", 2))
THERE = SessionId(an_id("ses", 9))
TOMORROW = 2


@pytest.fixture
def district(district: District) -> District:
    """The first family has paid; sessions today (over), tomorrow, in 8 days. Another class meets in 3 days."""

    def put() -> None:
        offering = district.opens()
        steps.open_account(paid_fen=1000, terms_hash=offering.terms_hash)
        district.teaches(sessions=3)
        steps.open_class(builders.a_class(offering_id=OTHER, name="周五班", seats=1))
        starts_at = NOW + timedelta(days=3)
        there = builders.a_session(9, offering_id=OTHER, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
        lessons.schedule_class(sessions=[there])

    tables.put_in_memory(__name__, put)
    return district


def asking(session: int = TOMORROW, *, enrolment: str = ENROLMENT, key: str = "leave-0001") -> Act:
    """A leave is asked for."""
    path = f"/v1/enrolments/{enrolment}/lessons/{an_id('ses', session)}/leave"
    return lambda door: door.post(path, {"reason": "发烧"}, key=key)


def taking_back(session: int = TOMORROW, *, key: str = "back-0001") -> Act:
    path = f"/v1/enrolments/{ENROLMENT}/lessons/{an_id('ses', session)}/leave/withdrawal"
    return lambda door: door.post(path, {}, key=key)


def offering_make_up(session: int = 1, *, there: str = THERE, offering: str = OTHER, key: str = "offer-0001") -> Act:
    """The school offers a make-up for a lesson of the first enrolment."""
    path = f"/v1/school/lessons/{ENROLMENT}/{an_id('ses', session)}/make-up"
    return lambda door: door.post(path, {"offering_id": offering, "session_id": there}, key=key)


def withdrawing(*, key: str = "withdraw-0001") -> Act:
    path = f"/v1/school/lessons/{ENROLMENT}/{SESSION}/make-up/withdrawal"
    return lambda door: door.post(path, {}, key=key)


def answering(session: int = 1, *, accept: bool = True, key: str = "answer-0001") -> Act:
    path = f"/v1/enrolments/{ENROLMENT}/lessons/{an_id('ses', session)}/make-up"
    return lambda door: door.post(path, {"accept": accept}, key=key)


def marking_there(outcome: str = "present", *, key: str = "mark-there-0001") -> Act:
    path = f"/v1/school/offerings/{OTHER}/sessions/{THERE}/attendance"
    return lambda door: door.post(path, {"marks": [{"enrolment_id": ENROLMENT, "outcome": outcome}]}, key=key)


def seats_left() -> int:
    return mall.get_classes([(COURSE, OTHER)])[OTHER].seats_left


def roster(door: Door, offering: str, session: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = door.get(f"/v1/school/offerings/{offering}/sessions/{session}/roster").body["data"]
    return told


def later(district: District, at: Clock) -> tuple[Door, Door, Door]:
    """The doors of guardian, teacher and administrator, signed in at the hour that it is now."""
    signed = (bearer(), teacher_bearer(), admin_bearer())
    guardian, teacher, admin = (district.nobody.with_headers(authorization=one) for one in signed)
    return guardian, teacher, admin


class TestLeave:
    def test_is_asked_for_seen_on_the_roster_and_is_the_mark_by_default(self, district: District, at: Clock) -> None:
        answer = asking()(district.guardian)

        assert (answer.status, answer.body) == (201, {"asked_at": "2026-09-01T10:00:00+08:00", "reason": "发烧"})
        assert [one["on_leave"] for one in roster(district.teacher, OFFERING, an_id("ses", TOMORROW))] == [True]

        at.pass_by(days=2)
        _, teacher, _ = later(district, at)
        marked = marking(session=TOMORROW, marks=[], all_present=True)(teacher).body["data"]
        assert [(one["outcome"], one["status"]) for one in marked] == [("leave", "missed")]

    def test_who_comes_all_the_same_can_be_marked_as_present(self, district: District, at: Clock) -> None:
        asking()(district.guardian)
        at.pass_by(days=2)
        _, teacher, _ = later(district, at)

        [marked] = marking(session=TOMORROW)(teacher).body["data"]

        assert marked["status"] == "taught"

    def test_asked_for_twice_stands_once_as_it_was_first(self, district: District, at: Clock) -> None:
        first = asking()(district.guardian)
        at.pass_by(minutes=5)

        assert asking(key="leave-0002")(district.guardian).body == first.body

    def test_is_taken_back_and_asked_for_anew(self, district: District) -> None:
        asking()(district.guardian)

        assert taking_back()(district.guardian).status == 201
        assert taking_back(key="back-0002")(district.guardian).status == 201
        assert [one["on_leave"] for one in roster(district.teacher, OFFERING, an_id("ses", TOMORROW))] == [False]
        assert asking(key="leave-0002")(district.guardian).status == 201
        assert [one["on_leave"] for one in roster(district.teacher, OFFERING, an_id("ses", TOMORROW))] == [True]

    @pytest.mark.parametrize(("minutes", "status"), [(0, 201), (1, 409)])
    def test_is_asked_for_two_hours_before_and_no_later(
        self, district: District, at: Clock, minutes: int, status: int
    ) -> None:
        at.now = NOW + timedelta(days=1) - timedelta(hours=2) + timedelta(minutes=minutes)
        guardian, _, _ = later(district, at)

        answer = asking()(guardian)

        assert answer.status == status
        assert ("leave_too_late" in answer.text) == (status == 409)

    def test_is_not_taken_back_once_the_session_has_begun(self, district: District, at: Clock) -> None:
        asking()(district.guardian)
        at.now = NOW + timedelta(days=1)
        guardian, _, _ = later(district, at)

        district.refuses(guardian, taking_back(), 409, "session_begun")

    def test_that_nobody_asked_for_is_not_taken_back(self, district: District) -> None:
        district.refuses(district.guardian, taking_back(), 409, "not_on_leave")

    def test_of_another_family_or_another_class_is_as_if_it_were_not_there(self, district: District) -> None:
        district.refuses(district.stranger, asking(), 404, "unknown_enrolment")
        district.refuses(district.guardian, asking(9), 404, "unknown_session")

    def test_needs_an_enrolment_that_is_paid(self, district: District) -> None:
        steps.open_account(2, guardian_id=GUARDIAN, student_id=STUDENT)

        district.refuses(district.guardian, asking(enrolment=an_id("enr", 2)), 409, "enrolment_not_taught")

    def test_asked_for_by_two_devices_at_once_stands_once(self, district: District) -> None:
        answers = []
        with just_before("TransactWriteItems", lambda: answers.append(asking(key="leave-0002")(district.guardian))):
            answers.append(asking()(district.guardian))

        assert [one.status for one in answers] == [201, 201]
        assert answers[0].body == answers[1].body


class TestMakeUp:
    @pytest.fixture
    def missed(self, district: District) -> District:
        """The first lesson was missed."""
        assert marking("leave")(district.teacher).status == 201
        return district

    @pytest.fixture
    def accepted(self, missed: District) -> District:
        """The school has offered the other class, and the guardian has accepted."""
        assert offering_make_up()(missed.admin).status == 201
        assert answering()(missed.guardian).status == 201
        return missed

    def test_is_offered_told_accepted_marked_confirmed_and_released_once(self, missed: District, at: Clock) -> None:
        offered = offering_make_up()(missed.admin)
        assert (offered.status, offered.body["status"], offered.body["class_name"]) == (201, "offered", "周五班")
        [message] = messages.list_of(GUARDIAN, limit=5, cursor=None).rows
        assert (message.kind, message.figures["at"]) == ("make_up_offered", "2026-09-04 10:00")
        assert answering()(missed.guardian).body["status"] == "accepted"
        assert seats_left() == 0
        assert [one["makes_up_for"] for one in roster(missed.teacher, OTHER, THERE)] == [SESSION]

        at.pass_by(days=4)
        guardian, teacher, _ = later(missed, at)
        assert marking_there()(teacher).status == 201
        assert marking_there(key="mark-there-0002")(teacher).status == 201
        assert seats_left() == 1
        confirmed = guardian.post(f"/v1/enrolments/{ENROLMENT}/lessons/{THERE}/confirmation", {}, key="confirm-0001")
        assert (confirmed.status, confirmed.body["number"]) == (201, 1)
        lesson = teaching.find_lesson(ENROLMENT, THERE)
        assert lesson is not None
        fact = teaching.confirmed(lesson)
        assert fact is not None
        assert [release_lesson.release(fact), release_lesson.release(fact)] == [True, False]

        account = accounts.get(ENROLMENT)
        assert (account.lessons_released, account.released_fen, account.lessons_left) == (1, 333, 2)
        steps.count_all()
        assert steps.violations() == {}

    def test_is_in_the_timetables_of_the_child_and_of_the_school(self, accepted: District) -> None:
        mine = accepted.guardian.get("/v1/me/timetable?week=2026-W36").body["data"]

        assert [(one["session_id"], one["makes_up_for"]) for one in mine] == [
            (SESSION, None),
            (an_id("ses", TOMORROW), None),
            (THERE, SESSION),
        ]
        assert mine[0]["make_up"]["status"] == "accepted"
        assert (mine[2]["class_name"], mine[2]["actions"]) == ("周五班", ["ask_leave"])
        told = accepted.guardian.get(f"/v1/enrolments/{ENROLMENT}/lessons").body["data"]
        assert [one["session_id"] for one in told] == [SESSION, an_id("ses", 2), THERE, an_id("ses", 3)]

    def test_offered_again_is_the_same_and_another_meanwhile_is_refused(self, missed: District) -> None:
        first = offering_make_up()(missed.admin)

        assert offering_make_up(key="offer-0002")(missed.admin).body == first.body
        starts_at = NOW + timedelta(days=4)
        lessons.schedule_class(
            sessions=[
                builders.a_session(10, offering_id=OTHER, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
            ]
        )
        missed.refuses(missed.admin, offering_make_up(there=an_id("ses", 10), key="offer-0003"), 409, "make_up_open")

    def test_declined_may_be_offered_anew(self, missed: District) -> None:
        offering_make_up()(missed.admin)

        assert answering(accept=False)(missed.guardian).body["status"] == "declined"
        assert answering(accept=False, key="answer-0002")(missed.guardian).body["status"] == "declined"
        missed.refuses(missed.guardian, answering(key="answer-0003"), 409, "make_up_moved_on")
        assert offering_make_up(key="offer-0002")(missed.admin).body["status"] == "offered"
        assert answering(key="answer-0004")(missed.guardian).body["status"] == "accepted"

    def test_taken_back_by_the_school_gives_the_seat_back_once(self, accepted: District) -> None:
        assert withdrawing()(accepted.admin).body["status"] == "withdrawn"
        assert withdrawing(key="withdraw-0002")(accepted.admin).body["status"] == "withdrawn"

        assert (seats_left(), roster(accepted.teacher, OTHER, THERE)) == (1, [])

    def test_accepted_by_two_devices_at_once_takes_one_seat(self, missed: District) -> None:
        offering_make_up()(missed.admin)
        answers = []
        with just_before("TransactWriteItems", lambda: answers.append(answering(key="other-0001")(missed.guardian))):
            answers.append(answering()(missed.guardian))

        assert [one.body["status"] for one in answers] == ["accepted", "accepted"]
        assert seats_left() == 0

    def test_taken_back_while_it_is_accepted_is_one_of_the_two(self, missed: District) -> None:
        offering_make_up()(missed.admin)
        with just_before("TransactWriteItems", lambda: withdrawing()(missed.admin)):
            answer = answering()(missed.guardian)

        assert (answer.status, answer.code) == (409, "make_up_moved_on")
        assert seats_left() == 1

    def test_where_no_seat_is_left_is_refused(self, missed: District) -> None:
        offering_make_up()(missed.admin)
        transaction.commit([mall.take_guest_seat(COURSE, OTHER)])

        missed.refuses(missed.guardian, answering(), 409, "no_seat_to_make_up", but=["edge"])

    def test_that_is_missed_too_may_be_made_up_for_and_the_first_lesson_may_not(
        self, accepted: District, at: Clock
    ) -> None:
        at.pass_by(days=4)
        _, teacher, admin = later(accepted, at)
        assert marking_there("absent")(teacher).status == 201

        accepted.refuses(admin, offering_make_up(key="offer-0002"), 409, "session_begun")
        starts_at = at() + timedelta(days=2)
        lessons.schedule_class(
            sessions=[
                builders.a_session(10, offering_id=OTHER, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
            ]
        )
        accepted.refuses(admin, offering_make_up(there=an_id("ses", 10), key="offer-0003"), 409, "make_up_open")
        again = offering_make_up(9, there=an_id("ses", 10), key="offer-0004")(admin)
        assert (again.status, again.body["status"]) == (201, "offered")

    def test_of_a_lesson_that_was_taught_or_not_marked_is_refused(self, district: District) -> None:
        district.refuses(district.admin, offering_make_up(TOMORROW), 404, "unknown_session")
        marking()(district.teacher)

        district.refuses(district.admin, offering_make_up(), 409, "lesson_not_missed")

    def test_in_the_own_timetable_or_another_course_is_refused(self, missed: District) -> None:
        own = offering_make_up(there=an_id("ses", TOMORROW), offering=OFFERING)
        missed.refuses(missed.admin, own, 422, "make_up_in_own_timetable")
        lessons.schedule_class(sessions=[builders.a_session(11, offering_id=OTHER, course_id=an_id("crs", 2))])
        missed.refuses(
            missed.admin, offering_make_up(there=an_id("ses", 11), key="offer-0002"), 422, "make_up_of_other_course"
        )

    def test_of_another_school_or_family_is_as_if_it_were_not_there(self, accepted: District) -> None:
        theirs = of_another_school(accepted)
        accepted.refuses(theirs, offering_make_up(key="offer-0002"), 404, "unknown_enrolment")
        accepted.refuses(theirs, withdrawing(), 404, "unknown_enrolment")
        accepted.refuses(accepted.stranger, answering(key="answer-0002"), 404, "unknown_enrolment")

    def test_that_nobody_offered_is_not_there(self, missed: District) -> None:
        missed.refuses(missed.guardian, answering(), 404, "unknown_make_up")
        missed.refuses(missed.admin, withdrawing(), 404, "unknown_make_up")

    def test_ends_with_a_refund_which_gives_its_seat_back(self, accepted: District) -> None:
        transaction.commit([mall.take_guest_seat(COURSE, OFFERING)])  # her own class's, which no sale has taken here
        refund = steps.agree_to_refund(steps.ask_for_refund())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pay_refunds, "_instruct", lambda payment, now: None)
            pay_refunds.pay(refund)

        assert (seats_left(), roster(accepted.teacher, OTHER, THERE)) == (1, [])
        accepted.refuses(accepted.guardian, answering(key="answer-0002"), 409, "make_up_moved_on")
        steps.count_all()
        assert steps.violations() == {}

    def test_is_not_accepted_while_the_money_goes_back(self, missed: District) -> None:
        offering_make_up()(missed.admin)
        steps.hold_back()

        missed.refuses(missed.guardian, answering(), 409, "enrolment_not_taught")

    def test_all_bought_lessons_and_no_more_are_released(self, accepted: District, at: Clock) -> None:
        """Missed, made up, and taught otherwise: three shares of three lessons, and not a fourth."""
        at.pass_by(days=9)
        _, teacher, _ = later(accepted, at)
        marking_there()(teacher)
        marking(session=2, key="mark-0002")(teacher)
        marking(session=3, key="mark-0003")(teacher)
        for one in teaching.list_lessons(EnrolmentId(ENROLMENT)):
            if one.status == "taught":
                lessons.confirm_lesson(
                    enrolment_id=ENROLMENT, offering_id=one.offering_id, session_id=one.session_id, now=at()
                )
                lesson = teaching.find_lesson(ENROLMENT, one.session_id)
                fact = teaching.confirmed(lesson) if lesson else None
                assert fact is not None
                assert release_lesson.release(fact)

        account = accounts.get(ENROLMENT)
        assert (account.lessons_released, account.released_fen, account.status) == (3, 1000, "completed")
        steps.count_all()
        assert steps.violations() == {}
