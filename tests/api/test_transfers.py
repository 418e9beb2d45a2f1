"""Transfers: asked for by one side, accepted by the other, and carried out at once or not at all."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pypdf
import pytest

from functions.streams import release_lesson
from shared.dynamo import transaction
from shared.funds.model import EnrolmentAccount
from shared.funds.store import accounts
from shared.insurance import store as cover_store
from shared.kernel.ids import CourseId, OfferingId
from shared.kernel.money import Fen
from shared.mall import store as mall
from shared.messages import queries as messages
from shared.teaching import queries as teaching
from shared.teaching import usecases as lessons
from tests import builders, steps, tables
from tests.api.district import Act, District, confirming, marking
from tests.api.test_school import of_another_school
from tests.builders import COURSE, ENROLMENT, GUARDIAN, NOW, OFFERING, SESSION, STUDENT, an_id
from tests.edge.doors import Clock, Door
from tests.insurance import examples as covers
from tests.mall import waiting
from tests.shelf import Shelf, shelf
from tests.tables import just_before

__all__ = ["shelf"]

OTHER = OfferingId(an_id("off", 2))
PRICE = 288_000
DAY = timedelta(days=1)


def sessions(offering: str, first: int, days: list[float]) -> None:
    """Sessions of a class, numbered from 1 on, so many days from now; their ids from `first` on."""
    made = [
        builders.a_session(
            first + nth,
            offering_id=offering,
            starts_at=NOW + day * DAY,
            ends_at=NOW + day * DAY + timedelta(hours=1),
        )
        for nth, day in enumerate(days)
    ]
    lessons.schedule_class(sessions=[replace(one, number=nth) for nth, one in enumerate(made, 1)])


@pytest.fixture
def district(district: District) -> District:
    """The first family has paid, its class has had one of four sessions; another class of the course has four left."""

    def put() -> None:
        mine = district.opens(name="周六一班", seats=1)
        steps.enrol(mine)
        steps.pay(ENROLMENT, PRICE)
        sessions(OFFERING, 1, [-0.1, 1, 8, 15])
        steps.open_class(builders.a_class(offering_id=OTHER, name="周日二班", seats=1))
        sessions(OTHER, 11, [0.5, 2, 9, 16])

    tables.put_in_memory(__name__, put)
    return district


def the(offering: str = OTHER, course: str = COURSE) -> Any:
    return mall.get_classes([(CourseId(course), OfferingId(offering))])[OfferingId(offering)]


def asking(offering: str = OTHER, *, course: str = COURSE, key: str = "transfer-0001", **changes: Any) -> Act:
    told = {"course_id": course, "offering_id": offering, "terms_hash": the(offering, course).terms_hash, **changes}
    return lambda door: door.post(f"/v1/enrolments/{ENROLMENT}/transfers", told, key=key)


def offering_it(offering: str = OTHER, *, key: str = "offer-0001") -> Act:
    told = {"course_id": COURSE, "offering_id": offering}
    return lambda door: door.post(f"/v1/school/enrolments/{ENROLMENT}/transfers", told, key=key)


def agreeing(*, accept: bool = True, number: int = 1, key: str = "agree-0001") -> Act:
    """The school's answer."""
    path = f"/v1/school/enrolments/{ENROLMENT}/transfers/{number}/answer"
    return lambda door: door.post(path, {"accept": accept}, key=key)


def answering(*, accept: bool = True, key: str = "answer-0001", **told: Any) -> Act:
    """The guardian's answer."""
    path = f"/v1/enrolments/{ENROLMENT}/transfers/1/answer"
    return lambda door: door.post(path, {"accept": accept, **told}, key=key)


def account() -> EnrolmentAccount:
    return accounts.get(ENROLMENT)


def seats() -> tuple[int, int]:
    """Left in her class, and in the other."""
    return the(OFFERING).seats_left, the().seats_left


def roster(door: Door, offering: str, session: int) -> list[str]:
    path = f"/v1/school/offerings/{offering}/sessions/{an_id('ses', session)}/roster"
    return [one["enrolment_id"] for one in door.get(path).body["data"]]


class TestTransfer:
    def test_asked_for_and_agreed_to_moves_the_enrolment_at_once(self, district: District) -> None:
        before = account()
        asked = asking()(district.guardian)
        assert (asked.status, asked.body["status"]) == (201, "requested")
        assert [one["number"] for one in district.admin.get("/v1/school/transfers").body["data"]] == [1]

        done = agreeing()(district.admin)

        assert (done.status, done.body["status"]) == (201, "done")
        assert (done.body["lessons"], done.body["first_session"]) == (3, 2)
        after = account()
        assert (after.offering_id, after.terms_hash, after.first_session) == (OTHER, the().terms_hash, 2)
        assert (after.version, after.held_fen, after.lessons_left) == (before.version, PRICE, before.lessons_left)
        assert seats() == (1, 0)
        assert district.admin.get("/v1/school/transfers").body["data"] == []
        [message] = messages.list_of(GUARDIAN, limit=5, cursor=None).rows
        assert (message.kind, message.figures["lessons"]) == ("transferred", 3)
        assert (steps.seats_astray(), steps.count_all() and steps.violations()) == ([], {})

    def test_offered_by_the_school_is_accepted_with_the_new_terms(self, district: District) -> None:
        offered = offering_it()(district.admin)
        assert offered.body["status"] == "offered"
        district.refuses(district.guardian, answering(terms_hash="0" * 64), 409, "terms_changed")
        district.refuses(district.admin, agreeing(), 409, "transfer_others_to_accept")

        done = answering(terms_hash=offered.body["to_terms_hash"], key="answer-0002")(district.guardian)

        assert (done.status, done.body["status"], done.body["opened_by"]) == (201, "done", "school")
        told = [one.kind.value for one in messages.list_of(GUARDIAN, limit=5, cursor=None).rows]
        assert sorted(told) == ["transfer_offered", "transferred"]

    def test_leaves_taught_lessons_and_past_rosters_and_follows_with_the_timetable(
        self, district: District, at: Clock
    ) -> None:
        assert marking()(district.teacher).status == 201
        asking()(district.guardian)
        agreeing()(district.admin)

        mine = district.guardian.get(f"/v1/enrolments/{ENROLMENT}/lessons").body["data"]
        assert [(one["session_id"], one["status"]) for one in mine] == [
            (an_id("ses", 1), "taught"),
            *((an_id("ses", number), "scheduled") for number in (12, 13, 14)),
        ]
        month = district.guardian.get("/v1/me/timetable?month=2026-09").body["data"]
        assert [one["session_id"] for one in month] == [an_id("ses", number) for number in (1, 12, 13, 14)]
        assert roster(district.teacher, OFFERING, 1) == [ENROLMENT]
        assert roster(district.teacher, OFFERING, 2) == []
        assert roster(district.teacher, OTHER, 11) == []
        assert roster(district.teacher, OTHER, 12) == [ENROLMENT]
        assert confirming()(district.guardian).status == 201
        lesson = teaching.find_lesson(ENROLMENT, SESSION)
        fact = teaching.confirmed(lesson) if lesson else None
        assert fact is not None
        assert release_lesson.release(fact)

    def test_what_was_not_marked_before_is_marked_afterwards(self, district: District) -> None:
        asking()(district.guardian)
        agreeing()(district.admin)

        assert marking()(district.teacher).body["data"][0]["status"] == "taught"

    def test_amends_the_contract_and_keeps_what_was_accepted_before(self, district: District, shelf: Shelf) -> None:
        was = account().terms_hash
        asking()(district.guardian)
        agreeing()(district.admin)

        [one] = district.guardian.get(f"/v1/enrolments/{ENROLMENT}/transfers").body["data"]
        assert (one["from_terms"]["class"], one["to_terms"]["class"]) == ("周六一班", "周日二班")
        address = district.guardian.get(f"/v1/enrolments/{ENROLMENT}/contract.pdf").headers["location"]
        _, content = shelf.fetch(address)
        said = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).replace("\n", "")
        assert "周六一班 → 周日二班" in said
        assert was in said
        assert the().terms_hash in said

    def test_asked_for_again_is_the_same_and_another_meanwhile_is_refused(self, district: District) -> None:
        first = asking()(district.guardian)
        assert asking(key="transfer-0002")(district.guardian).body == first.body
        district.refuses(district.admin, offering_it(), 409, "transfer_open")

    def test_agreed_to_twice_moves_once(self, district: District) -> None:
        asking()(district.guardian)
        first = agreeing()(district.admin)

        assert agreeing(key="agree-0002")(district.admin).body == first.body
        assert seats() == (1, 0)

    def test_declined_or_withdrawn_moves_nothing_and_another_may_follow(self, district: District) -> None:
        asking()(district.guardian)
        assert agreeing(accept=False)(district.admin).body["status"] == "declined"
        assert seats() == (0, 1)
        assert asking(key="transfer-0002")(district.guardian).body["number"] == 2
        path = f"/v1/enrolments/{ENROLMENT}/transfers/2/answer"
        assert district.guardian.post(path, {"accept": False}, key="answer-0002").body["status"] == "withdrawn"
        district.refuses(district.admin, agreeing(number=2, key="agree-0003"), 409, "transfer_moved_on")

    def test_there_and_back_again(self, district: District) -> None:
        asking()(district.guardian)
        agreeing()(district.admin)
        back = asking(OFFERING, key="transfer-0002")(district.guardian)
        assert back.status == 201, back.text
        assert agreeing(number=2, key="agree-0002")(district.admin).status == 201

        assert (account().offering_id, account().first_session, seats()) == (OFFERING, 2, (0, 1))
        assert roster(district.teacher, OFFERING, 1) == [ENROLMENT]


class TestRefused:
    @pytest.mark.parametrize(("left", "status"), [([0.5, 2, 9], 201), ([2, 9], 409)])
    def test_where_what_is_left_does_not_fit(self, district: District, left: list[float], status: int) -> None:
        third = steps.open_class(builders.a_class(offering_id=OfferingId(an_id("off", 3))))
        sessions(third.offering_id, 21, left)

        answer = asking(third.offering_id)(district.guardian)

        assert answer.status == status
        assert ("transfer_does_not_fit" in answer.text) == (status == 409)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"price_fen": Fen(288_001)}, "transfer_price_differs"),
            ({"lessons": 47}, "transfer_price_differs"),
            ({"category": "art"}, "transfer_other_category"),
            ({"title": "另一门课"}, ""),
        ],
    )
    def test_to_another_course_unless_its_price_is_the_same(
        self, district: District, changes: dict[str, Any], code: str
    ) -> None:
        course = builders.a_course(course_id=CourseId(an_id("crs", 2)), **changes)
        third = steps.put_on_sale(course, offering_id=OfferingId(an_id("off", 3)))
        sessions(third.offering_id, 21, [1, 2, 3, 4])

        act = asking(third.offering_id, course=course.course_id)

        if code:
            district.refuses(district.guardian, act, 409, code)
        else:
            assert act(district.guardian).status == 201
            assert agreeing()(district.admin).status == 201
            assert account().course_id == course.course_id

    def test_to_the_same_class_another_schools_or_one_that_is_not_there(self, district: District) -> None:
        district.refuses(district.guardian, asking(OFFERING), 409, "transfer_same_class")
        steps.register(2)
        elsewhere = builders.a_course(course_id=CourseId(an_id("crs", 5)), institution_id=an_id("ins", 2))
        third = steps.put_on_sale(elsewhere, offering_id=OfferingId(an_id("off", 5)))
        district.refuses(
            district.guardian,
            asking(third.offering_id, course=elsewhere.course_id, key="t-000002"),
            404,
            "unknown_class",
        )

    def test_with_other_terms_than_those_on_sale(self, district: District) -> None:
        district.refuses(district.guardian, asking(terms_hash="0" * 64), 409, "terms_changed")

    def test_to_a_class_that_is_full_or_off_sale(self, district: District) -> None:
        steps.enrol(the(), 2)
        district.refuses(district.guardian, asking(), 409, "class_sold_out")
        transaction.commit([mall.withdrawn(COURSE, OTHER)])
        district.refuses(district.guardian, asking(key="transfer-0002"), 409, "class_not_on_sale")

    def test_while_the_child_is_taught_elsewhere_in_those_hours(self, district: District) -> None:
        course = builders.a_course(course_id=CourseId(an_id("crs", 3)), category="art", title="美术")
        third = steps.put_on_sale(course, offering_id=OfferingId(an_id("off", 3)), name="美术班")
        sessions(third.offering_id, 21, [9])
        steps.enrol(third, 9, guardian_id=GUARDIAN, student_id=STUDENT)

        answer = district.refuses(district.guardian, asking(), 409, "transfer_child_busy")

        assert "2026-09-10 10:00" in answer.body["detail"]

    def test_where_the_child_is_enrolled_there_already(self, district: District) -> None:
        steps.open_account(9, guardian_id=GUARDIAN, student_id=STUDENT, offering_id=OTHER)

        district.refuses(district.guardian, asking(), 409, "already_enrolled")

    def test_unpaid_being_refunded_or_with_a_refund_asked_for(self, district: District) -> None:
        steps.ask_for_refund()
        district.refuses(district.guardian, asking(), 409, "transfer_not_taught")

    def test_while_the_school_may_not_sell(self, district: District) -> None:
        asking()(district.guardian)
        steps.suspend()

        district.refuses(district.admin, agreeing(), 409, "institution_not_selling")

    def test_of_somebody_elses_enrolment_is_as_if_it_were_not_there(self, district: District) -> None:
        asking()(district.guardian)
        district.refuses(district.stranger, asking(key="transfer-0009"), 404, "unknown_enrolment")
        district.refuses(district.stranger, answering(accept=False), 404, "unknown_enrolment")
        theirs = of_another_school(district)
        district.refuses(theirs, agreeing(), 404, "unknown_enrolment")
        district.refuses(theirs, offering_it(), 404, "unknown_enrolment")
        for number in ("2", "0", "x"):
            path = f"/v1/enrolments/{ENROLMENT}/transfers/{number}/answer"
            district.refuses(
                district.guardian,
                lambda door, path=path: door.post(path, {"accept": False}, key="answer-0009"),  # type: ignore[misc]
                404,
                "unknown_transfer",
            )


class TestMeanwhile:
    """What happens in the very moment before the transfer commits."""

    def agreed_while(self, district: District, act: Callable[[], object]) -> tuple[int, str]:
        asking()(district.guardian)
        with just_before("TransactWriteItems", act):
            answer = agreeing()(district.admin)
        steps.count_all()
        assert (steps.seats_astray(), steps.violations()) == ([], {})
        return answer.status, "" if answer.status == 201 else str(answer.body["code"])

    def test_the_last_seat_is_sold(self, district: District) -> None:
        said = self.agreed_while(district, lambda: steps.enrol(the(), 2))

        assert (said, account().offering_id, seats()) == ((409, "class_sold_out"), OFFERING, (0, 0))

    def test_a_lesson_is_released(self, district: District) -> None:
        said = self.agreed_while(district, lambda: steps.release(1))

        assert (said, account().offering_id) == ((201, ""), OTHER)
        assert (account().lessons_released, account().held_fen) == (1, PRICE - 6_000)

    def test_her_money_is_held_for_a_refund(self, district: District) -> None:
        said = self.agreed_while(district, steps.a_held_refund)

        assert (said, account().offering_id) == ((409, "transfer_not_taught"), OFFERING)

    def test_the_school_agrees_on_two_devices(self, district: District) -> None:
        said = self.agreed_while(district, lambda: agreeing(key="agree-0002")(district.admin))

        assert (said, seats()) == ((201, ""), (1, 0))

    def test_she_withdraws_it(self, district: District) -> None:
        said = self.agreed_while(district, lambda: answering(accept=False)(district.guardian))

        assert (said, account().offering_id) == ((409, "transfer_moved_on"), OFFERING)


def test_the_seat_that_is_left_is_for_who_waits_for_it(district: District) -> None:
    assert waiting.join(2).status == "waiting"
    asking()(district.guardian)
    agreeing()(district.admin)

    assert (the(OFFERING).seats_left, the(OFFERING).seats_free) == (1, 0)
    offered = waiting.call_next()
    assert offered is not None
    assert (offered.student_id, the(OFFERING).offered) == (an_id("stu", 2), 1)
    assert steps.seats_astray() == []


class TestInsured:
    @pytest.mark.parametrize(("ends_on", "status"), [(date(2026, 12, 30), 201), (date(2026, 12, 31), 409)])
    def test_through_the_last_day_of_the_policy_and_no_longer(
        self, district: District, ends_on: date, status: int
    ) -> None:
        third = steps.open_class(builders.a_class(offering_id=OfferingId(an_id("off", 3)), ends_on=ends_on))
        sessions(third.offering_id, 21, [1, 8, 15])
        policy = replace(covers.POLICY, last_day=date(2026, 12, 30))
        cover_store.write(None, replace(covers.issued(), policy=policy))

        answer = asking(third.offering_id)(district.guardian)

        assert answer.status == status
        assert ("transfer_not_insured" in answer.text) == (status == 409)
