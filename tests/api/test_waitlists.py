"""A class that is sold out, and who waits for it, through the doors."""

from typing import Any

import pytest

from functions.schedules import call_waiting
from shared.kernel.ids import CourseId, InstitutionId, OfferingId
from shared.mall import model as mall
from tests import builders, steps
from tests.api.district import STRANGERS_CHILD, District, enrolling
from tests.builders import COURSE, OFFERING, STUDENT, an_id
from tests.edge.doors import Answer, Clock, Door, bearer
from tests.schedules.running import run

URL = "/v1/me/waitlist"
SCHOOLS = f"/v1/school/courses/{COURSE}/classes/{OFFERING}/waitlist"


def joining(student_id: str = STUDENT, *, key: str = "wait-0001", **changes: Any) -> Any:
    body = {"course_id": COURSE, "offering_id": OFFERING, "student_id": student_id, **changes}
    return lambda door: door.post(URL, body, key=key)


def quoting(student_id: str) -> str:
    return f"/v1/me/quote?course_id={COURSE}&offering_id={OFFERING}&student_id={student_id}"


def leaving(student_id: str = STUDENT, *, key: str = "leave-0001") -> Any:
    return lambda door: door.post(f"{URL}/{student_id}/{OFFERING}/leaving", {}, key=key)


@pytest.fixture
def offering(district: District) -> mall.Offering:
    """The only seat is another family's, who hasn't paid."""
    offering = district.opens(seats=1)
    steps.enrol(offering, 9)
    return offering


def frees_the_seat(at: Clock) -> None:
    at.pass_by(hours=72)
    assert steps.expire(9, now=at.now)


def signed_in_again(district: District, number: int) -> Door:
    """The `number`-th guardian, whose sign-in of three days ago is over."""
    return district.nobody.with_headers(authorization=bearer(an_id("grd", number)))


def told(answer: Answer) -> tuple[Any, ...]:
    return (answer.body["status"], answer.body["place"], answer.body["offered_until"])


class TestJoin:
    def test_says_the_number_and_the_place(self, district: District, offering: mall.Offering) -> None:
        first = joining()(district.guardian)
        second = joining(STRANGERS_CHILD)(district.stranger)

        assert (first.status, told(first), first.body["number"]) == (201, ("waiting", 1, None), 1)
        assert (second.status, told(second), second.body["number"]) == (201, ("waiting", 2, None), 2)
        assert first.body["class_name"] == "周六上午一班"
        assert joining(key="wait-0002")(district.guardian).body == first.body

    def test_the_mall_shows_how_many_wait_and_no_seat(
        self, district: District, offering: mall.Offering, at: Clock
    ) -> None:
        joining()(district.guardian)
        frees_the_seat(at)
        [shown] = district.nobody.get(f"/v1/mall/courses/{COURSE}").body["classes"]
        assert (shown["seats_left"], shown["waiting"], shown["on_sale"]) == (0, 1, False)
        stranger = signed_in_again(district, 2)
        district.refuses(stranger, enrolling(offering, student_id=STRANGERS_CHILD), 409, "class_sold_out")

    def test_a_class_with_seats_is_bought_instead(self, district: District) -> None:
        district.opens(seats=2)
        district.refuses(district.guardian, joining(), 409, "seats_free")

    def test_anothers_child_is_missing(self, district: District, offering: mall.Offering) -> None:
        district.refuses(district.guardian, joining(STRANGERS_CHILD), 404, "unknown_student")
        district.refuses(district.guardian, joining(offering_id=an_id("off", 9)), 404, "unknown_class")
        district.refuses(district.guardian, joining(course_id=an_id("crs", 9)), 404, "unknown_course")


class TestOffer:
    def test_is_taken_by_enrolling_in_time(self, district: District, offering: mall.Offering, at: Clock) -> None:
        joining()(district.guardian)
        joining(STRANGERS_CHILD)(district.stranger)
        frees_the_seat(at)
        run(call_waiting.call_waiting)
        guardian, stranger = (signed_in_again(district, who) for who in (1, 2))

        [mine] = guardian.get(URL).body["data"]
        assert (mine["status"], mine["place"], mine["offered_until"]) == ("offered", None, "2026-09-05T10:00:00+08:00")
        [theirs] = stranger.get(URL).body["data"]
        assert (theirs["status"], theirs["place"]) == ("waiting", 1)
        quote = guardian.get(quoting(STUDENT)).body
        assert (quote["may_enrol"], quote["offered_until"]) == (True, mine["offered_until"])
        assert stranger.get(quoting(STRANGERS_CHILD)).body["refusals"] == ["class_sold_out"]
        bought = enrolling(offering, terms_hash=mine["terms_hash"])(guardian)

        assert bought.status == 201
        assert guardian.get(URL).body["data"][0]["status"] == "taken"
        assert steps.seats_astray() == []

    def test_declined_goes_to_who_is_next(self, district: District, offering: mall.Offering, at: Clock) -> None:
        joining()(district.guardian)
        joining(STRANGERS_CHILD)(district.stranger)
        frees_the_seat(at)
        run(call_waiting.call_waiting)
        guardian, stranger = (signed_in_again(district, who) for who in (1, 2))

        assert leaving()(guardian).body["status"] == "declined"
        run(call_waiting.call_waiting)

        assert stranger.get(URL).body["data"][0]["status"] == "offered"
        district.refuses(guardian, enrolling(offering), 409, "class_sold_out")

    def test_whose_time_is_over_is_told_as_lapsed_before_anybody_has_noted_that(
        self, district: District, offering: mall.Offering, at: Clock
    ) -> None:
        joining()(district.guardian)
        frees_the_seat(at)
        run(call_waiting.call_waiting)
        at.pass_by(hours=24)
        [mine] = signed_in_again(district, 1).get(URL).body["data"]
        assert (mine["status"], mine["offered_until"]) == ("lapsed", None)


class TestLeave:
    def test_twice_is_once(self, district: District, offering: mall.Offering) -> None:
        joining()(district.guardian)
        first, again = leaving()(district.guardian), leaving(key="leave-0002")(district.guardian)
        assert (first.status, first.body["status"], first.body["place"]) == (200, "left", None)
        assert again.body == first.body

    def test_what_is_anothers_or_never_was_is_missing(self, district: District, offering: mall.Offering) -> None:
        joining(STRANGERS_CHILD)(district.stranger)
        district.refuses(district.guardian, leaving(STRANGERS_CHILD), 404, "unknown_student")
        district.refuses(district.guardian, leaving(), 404, "unknown_ticket")


class TestTheSchool:
    def test_sees_how_many_wait_in_which_order_and_nothing_of_the_children(
        self, district: District, offering: mall.Offering
    ) -> None:
        joining()(district.guardian)
        joining(STRANGERS_CHILD)(district.stranger)

        answer = district.admin.get(SCHOOLS)

        assert (answer.body["seats"], answer.body["sold"], answer.body["waiting"], answer.body["offered"]) == (
            1,
            1,
            2,
            0,
        )
        shown = {"joined_at": "2026-09-01T10:00:00+08:00"}
        assert answer.body["data"] == [{"place": 1, "number": 1, **shown}, {"place": 2, "number": 2, **shown}]
        assert STUDENT not in answer.text

    def test_another_schools_is_missing(self, district: District) -> None:
        steps.register(2)
        district.opens()
        course = steps.put_on_sale(
            builders.a_course(course_id=CourseId(an_id("crs", 2)), institution_id=InstitutionId(an_id("ins", 2))),
            offering_id=OfferingId(an_id("off", 2)),
        )
        path = f"/v1/school/courses/{course.course_id}/classes/{course.offering_id}/waitlist"
        district.refuses(district.admin, lambda door: door.get(path), 404, "unknown_class")
