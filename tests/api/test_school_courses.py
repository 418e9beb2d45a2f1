"""A school's courses and classes, from the draft to the sale and off it, by the doors that it has."""

from dataclasses import replace
from typing import Any

import pytest

from functions.edge import course_acts
from shared.dynamo import transaction
from shared.institutions import store as institutions
from shared.kernel.ids import InstitutionId
from shared.mall.compliance import NotCompliant
from shared.mall.store import sheets as store
from shared.teaching import queries as teaching
from tests import steps
from tests.api.district import STRANGER, STRANGERS_CHILD, District
from tests.builders import NOW, SCHOOL, STUDENT, TEACHER, an_id
from tests.edge.doors import Answer, admin_bearer, pointers
from tests.mall import examples
from tests.mall.examples import CLASS_BODY, COURSE_BODY
from tests.people import examples as people

COURSES = "/v1/school/courses"
NOT_ALLOWED = {**COURSE_BODY, "lessons": 61, "price": {"amount_fen": 500_001}, "summary": "考级包过"}


@pytest.fixture(autouse=True)
def school(district: District) -> None:
    """A school with a room, and two families."""
    examples.register()
    people.add_child()
    people.add_child(STRANGERS_CHILD, guardian_id=STRANGER)


def post(district: District, path: str, body: dict[str, Any], *, edits: int = 0, key: str = "") -> Answer:
    door = district.admin.with_headers(if_match=f'"{edits}"') if edits else district.admin
    return door.post(path, body, key=key or f"key-{path.rpartition('/')[2]}-{edits}")


def put(district: District, path: str, body: dict[str, Any], *, edits: int) -> Answer:
    return district.admin.with_headers(if_match=f'"{edits}"').call("PUT", path, body)


def home_of(told: dict[str, Any]) -> str:
    course = f"{COURSES}/{told['course_id']}"
    return f"{course}/classes/{told['offering_id']}" if "offering_id" in told else course


def accept(told: dict[str, Any], *, edits: int) -> None:
    """The bureau accepts what it saw."""
    course_id = told["course_id"]
    if "offering_id" in told:
        offering_id = told["offering_id"]
        course_acts.accept_class(SCHOOL, course_id, offering_id, edits=edits, by="reviewer", now=NOW)
    else:
        course_acts.accept_course(SCHOOL, course_id, edits=edits, by="reviewer", now=NOW)


def published(district: District, path: str, body: dict[str, Any]) -> Any:
    """What was drafted, submitted and accepted, as the school reads it then."""
    drafted = post(district, path, body).body
    submitted = post(district, f"{home_of(drafted)}/submission", {}, edits=1)
    assert submitted.status == 200, submitted.text
    accept(drafted, edits=2)
    return district.admin.get(home_of(drafted)).body


def on_sale(district: District) -> tuple[Any, Any]:
    """A course and a class of it."""
    course = published(district, COURSES, COURSE_BODY)
    return course, published(district, f"{home_of(course)}/classes", CLASS_BODY)


def shown(district: District, course: dict[str, Any]) -> Any:
    return district.nobody.get(f"/v1/mall/courses/{course['course_id']}").body


class TestFromTheDraftToTheSale:
    def test_nothing_is_sold_before_the_bureau_has_accepted_it(self, district: District) -> None:
        drafted = post(district, COURSES, COURSE_BODY)
        home = home_of(drafted.body)
        submitted = post(district, f"{home}/submission", {}, edits=1)

        assert (drafted.status, drafted.body["status"], drafted.headers["etag"]) == (201, "draft", '"1"')
        assert (submitted.body["status"], submitted.body["edits"]) == ("in_review", 2)
        assert shown(district, drafted.body)["code"] == "unknown_course"

        accept(drafted.body, edits=2)
        told = district.admin.get(home).body
        assert (told["status"], told["change"], told["version"]) == ("published", None, 1)
        assert shown(district, told)["title"] == COURSE_BODY["title"]

    def test_a_class_comes_with_its_timetable_and_can_be_bought(self, district: District) -> None:
        course, offering = on_sale(district)

        [told] = shown(district, course)["classes"]
        assert (told["number"], told["times"], told["room"]) == ("DANCE-01", "周六 09:00-10:00", "二楼201室")
        sessions = teaching.list_sessions(offering["offering_id"])
        assert [one.number for one in sessions] == list(range(1, 9))
        assert {one.teacher_id for one in sessions} == {TEACHER}
        bought = {"course_id": course["course_id"], "student_id": STUDENT, "terms_hash": told["terms_hash"]}
        made = district.guardian.post("/v1/enrolments", {**bought, "offering_id": told["offering_id"]}, key="buy-00001")
        assert made.status == 201
        assert made.body["terms"]["sessions"].startswith("2026-09-12 09:00-10:00、2026-09-19 09:00-10:00")

    def test_weekly_times_leave_out_holidays_and_days_that_are_named(self, district: District) -> None:
        course = post(district, COURSES, COURSE_BODY).body
        timetable = {**CLASS_BODY["timetable"], "but": ["2026-09-19"]}

        told = post(district, f"{home_of(course)}/classes", {**CLASS_BODY, "timetable": timetable}).body["facts"]

        days = [one["starts_at"][:10] for one in told["sessions"]]
        assert days[:4] == ["2026-09-12", "2026-09-26", "2026-10-03", "2026-10-17"]  # 10 October is worked
        assert told["weekly"] == [{"weekday": 6, "starts": "09:00", "ends": "10:00"}]

    def test_a_timetable_may_be_told_session_by_session(self, district: District) -> None:
        course = post(district, COURSES, COURSE_BODY).body
        one = {"starts_at": "2026-09-13T09:00:00+08:00", "ends_at": "2026-09-13T10:00:00+08:00"}
        earlier = {"starts_at": "2026-09-12T09:00:00+08:00", "ends_at": "2026-09-12T10:00:00+08:00"}
        body = {**CLASS_BODY, "timetable": {"kind": "sessions", "sessions": [one, earlier]}}

        assert post(district, f"{home_of(course)}/classes", body).body["facts"]["sessions"] == [earlier, one]

    @pytest.mark.parametrize("ends", ["2026-09-13T09:00:00+08:00", "2026-09-13T10:00:00"])
    def test_a_session_that_ends_before_it_starts_or_has_no_offset_is_refused(
        self, district: District, ends: str
    ) -> None:
        course = post(district, COURSES, COURSE_BODY).body
        session = {"starts_at": "2026-09-13T09:00:00+08:00", "ends_at": ends}
        body = {**CLASS_BODY, "timetable": {"kind": "sessions", "sessions": [session]}}

        assert post(district, f"{home_of(course)}/classes", body).code == "session_backwards"

    def test_the_same_key_makes_one_and_lists_come_page_by_page(self, district: District) -> None:
        for number in (1, 1, 2, 3):
            post(district, COURSES, COURSE_BODY, key=f"draft-000{number}")

        first = district.admin.get(f"{COURSES}?limit=2").body
        last = district.admin.get(f"{COURSES}?limit=2&cursor={first['next_cursor']}").body

        assert (len(first["data"]), len(last["data"]), last["next_cursor"]) == (2, 1, None)


class TestSubmission:
    def test_tells_every_rule_that_is_broken_with_where_it_is(self, district: District) -> None:
        drafted = post(district, COURSES, NOT_ALLOWED).body
        path = f"{home_of(drafted)}/submission"

        answer = district.refuses(
            district.admin.with_headers(if_match='"1"'),
            lambda door: door.post(path, {}, key="submit-0001"),
            422,
            "course_rules",
            but=("edge",),
        )

        assert pointers(answer) == [
            ("/lessons", "course_lessons"),
            ("/price/amount_fen", "course_price"),
            ("/summary", "promised_result"),
        ]
        assert answer.body["errors"][0]["detail"] == "收费课时规则：一次性收费 61 课时，上限 60 课时。"

    def test_of_a_class_is_held_against_the_school(self, district: District) -> None:
        course = published(district, COURSES, COURSE_BODY)
        body = {**CLASS_BODY, "seats": 21, "teacher_id": an_id("tch", 9), "room_id": an_id("itm", 9)}
        drafted = post(district, f"{home_of(course)}/classes", body).body

        answer = post(district, f"{home_of(drafted)}/submission", {}, edits=1)

        assert [code for _, code in pointers(answer)] == ["room_not_published", "teacher_not_published"]

    def test_two_classes_do_not_take_one_room_even_when_both_waited(self, district: District) -> None:
        course, _ = on_sale(district)
        path = f"{home_of(course)}/classes"
        later = {**CLASS_BODY, "timetable": {**CLASS_BODY["timetable"], "weekly": [{"weekday": 7, "starts": "09:00"}]}}
        waiting = [post(district, path, later, key=f"draft-000{n}").body for n in (1, 2)]
        for one in waiting:
            assert post(district, f"{home_of(one)}/submission", {}, edits=1).status == 200
        accept(waiting[0], edits=2)

        with pytest.raises(NotCompliant) as refused:
            accept(waiting[1], edits=2)
        assert [one.code for one in refused.value.of] == ["teacher_taken", "room_taken"]

    def test_what_waits_is_not_edited_and_nothing_is_submitted_twice(self, district: District) -> None:
        drafted = post(district, COURSES, COURSE_BODY).body
        home = home_of(drafted)
        post(district, f"{home}/submission", {}, edits=1)

        assert put(district, home, COURSE_BODY, edits=2).code == "course_in_review"
        assert post(district, f"{home}/submission", {}, edits=2).code == "course_in_review"
        accept(drafted, edits=2)
        assert post(district, f"{home}/submission", {}, edits=3).code == "nothing_to_submit"

    def test_is_of_the_edit_that_was_read(self, district: District) -> None:
        drafted = post(district, COURSES, COURSE_BODY).body
        assert put(district, home_of(drafted), COURSE_BODY, edits=1).headers["etag"] == '"2"'

        assert put(district, home_of(drafted), COURSE_BODY, edits=1).code == "edited_meanwhile"
        assert post(district, f"{home_of(drafted)}/submission", {}, edits=1).code == "edited_meanwhile"


class TestAnotherVersion:
    def test_waits_while_the_old_one_is_sold_and_no_contract_is_altered(self, district: District) -> None:
        course, _ = on_sale(district)
        before = shown(district, course)
        [one] = before["classes"]
        contract = {"student_id": STUDENT, "course_id": course["course_id"], "offering_id": one["offering_id"]}
        buy = {**contract, "terms_hash": one["terms_hash"]}
        sold = district.guardian.post("/v1/enrolments", buy, key="buy-00001").body

        dearer = {**COURSE_BODY, "price": {"amount_fen": 72_000}}
        edited = put(district, home_of(course), dearer, edits=course["edits"]).body
        post(district, f"{home_of(course)}/submission", {}, edits=edited["edits"])
        assert (edited["status"], edited["change"]) == ("published", "draft")
        assert shown(district, course)["price"]["amount_fen"] == 64_000

        accept(course, edits=edited["edits"] + 1)
        after = shown(district, course)
        assert (after["price"]["amount_fen"], after["version"]) == (72_000, 2)
        assert after["classes"][0]["terms_hash"] != one["terms_hash"]
        kept = district.guardian.get(f"/v1/enrolments/{sold['enrolment_id']}").body
        assert (kept["price"]["amount_fen"], kept["terms"]) == (64_000, sold["terms"])
        stale = district.stranger.post("/v1/enrolments", {**buy, "student_id": STRANGERS_CHILD}, key="buy-00002")
        assert stale.code == "terms_changed"
        assert [one.facts.price_fen for one in store.versions_of_course(course["course_id"])] == [72_000, 64_000]

    def test_of_a_class_that_nobody_is_in_has_another_timetable(self, district: District) -> None:
        _, offering = on_sale(district)
        moved = {"kind": "weekly", "starts_on": "2026-09-13", "weekly": [{"weekday": 7, "starts": "10:00"}]}
        self.change(district, offering, {"timetable": moved, "seats": 12})

        sessions = teaching.list_sessions(offering["offering_id"])
        assert len(sessions) == 8
        assert sessions[0].starts_at.isoformat() == "2026-09-13T02:00:00+00:00"

    def test_of_a_class_that_is_sold_keeps_its_times_and_its_cap_stays_above_what_is_sold(
        self, district: District
    ) -> None:
        course, offering = on_sale(district)
        [one] = shown(district, course)["classes"]
        body = {"course_id": course["course_id"], "offering_id": one["offering_id"], "student_id": STUDENT}
        district.guardian.post("/v1/enrolments", {**body, "terms_hash": one["terms_hash"]}, key="buy-00001")
        home = home_of(offering)

        moved = {"kind": "weekly", "starts_on": "2026-09-13", "weekly": [{"weekday": 7, "starts": "10:00"}]}
        put(district, home, {**CLASS_BODY, "timetable": moved}, edits=3)
        assert [code for _, code in pointers(post(district, f"{home}/submission", {}, edits=4))] == ["class_sold"]

        put(district, home, {**CLASS_BODY, "seats": 10}, edits=4)
        assert post(district, f"{home}/submission", {}, edits=5).status == 200
        accept(offering, edits=6)
        [told] = shown(district, course)["classes"]
        assert (told["seats"], told["seats_left"]) == (10, 9)

    def test_a_seat_sold_during_the_review_holds_the_old_times(self, district: District) -> None:
        course, offering = on_sale(district)
        moved = {"kind": "weekly", "starts_on": "2026-09-13", "weekly": [{"weekday": 7, "starts": "10:00"}]}
        put(district, home_of(offering), {**CLASS_BODY, "timetable": moved}, edits=3)
        post(district, f"{home_of(offering)}/submission", {}, edits=4)
        [one] = shown(district, course)["classes"]
        body = {"course_id": course["course_id"], "offering_id": one["offering_id"], "student_id": STUDENT}
        district.guardian.post("/v1/enrolments", {**body, "terms_hash": one["terms_hash"]}, key="buy-00001")
        before = district.dump()

        with pytest.raises(NotCompliant):
            accept(offering, edits=5)
        assert district.dump() == before

    def test_has_the_category_of_the_first(self, district: District) -> None:
        course = published(district, COURSES, COURSE_BODY)

        answer = put(district, home_of(course), {**COURSE_BODY, "category": "art"}, edits=course["edits"])
        assert (answer.status, answer.code) == (422, "category_fixed")

    def change(self, district: District, offering: dict[str, Any], changes: dict[str, Any]) -> None:
        """Another version of the class is accepted."""
        home = home_of(offering)
        put(district, home, {**CLASS_BODY, **changes}, edits=3)
        submitted = post(district, f"{home}/submission", {}, edits=4)
        assert submitted.status == 200, submitted.text
        accept(offering, edits=5)


class TestOffSale:
    def test_a_course_goes_with_its_classes_and_they_come_back_one_by_one(self, district: District) -> None:
        course, offering = on_sale(district)
        home, class_home = home_of(course), home_of(offering)

        gone = post(district, f"{home}/withdrawal", {}, edits=course["edits"]).body
        assert gone["status"] == "withdrawn"
        assert district.admin.get(class_home).body["status"] == "withdrawn"
        [told] = shown(district, course)["classes"]
        assert not told["on_sale"]
        steps_back = district.admin.get(class_home).body["edits"]
        assert post(district, f"{class_home}/republication", {}, edits=steps_back).code == "course_not_published"

        back = post(district, f"{home}/republication", {}, edits=gone["edits"]).body
        assert back["status"] == "published"
        assert not shown(district, course)["classes"][0]["on_sale"]
        key = "republish-2"
        assert (
            post(district, f"{class_home}/republication", {}, edits=steps_back, key=key).body["status"] == "published"
        )
        assert shown(district, course)["classes"][0]["on_sale"]

    def test_what_is_not_on_sale_is_not_withdrawn_nor_what_is_on_sale_put_back(self, district: District) -> None:
        drafted = post(district, COURSES, COURSE_BODY).body
        assert post(district, f"{home_of(drafted)}/withdrawal", {}, edits=1).code == "course_not_published"
        assert post(district, f"{home_of(drafted)}/republication", {}, edits=1).code == "course_not_withdrawn"

    def test_a_class_comes_back_only_while_it_keeps_to_the_rules(self, district: District) -> None:
        _, offering = on_sale(district)
        home = home_of(offering)
        post(district, f"{home}/withdrawal", {}, edits=3)
        transaction.commit(institutions.publish(SCHOOL, lambda school: replace(school, rooms=())))

        assert [code for _, code in pointers(post(district, f"{home}/republication", {}, edits=4))] == [
            "room_not_published"
        ]

    def test_a_suspended_school_publishes_nothing(self, district: District) -> None:
        drafted = post(district, COURSES, COURSE_BODY).body
        post(district, f"{home_of(drafted)}/submission", {}, edits=1)
        steps.suspend()
        before = district.dump()

        with pytest.raises(institutions.NotSelling):
            accept(drafted, edits=2)
        assert district.dump() == before


class TestAnothers:
    def test_courses_are_as_if_they_were_not_there(self, district: District) -> None:
        course, offering = on_sale(district)
        other = InstitutionId(an_id("ins", 2))
        for path in (home_of(course), home_of(offering)):
            answer = district.nobody.with_headers(authorization=admin_bearer(other)).get(path)
            assert answer.status == 404
            assert answer.code.startswith("unknown_")


def test_a_class_that_was_published_is_on_the_schools_list_of_classes(district: District) -> None:
    _, offering = on_sale(district)

    told = district.teacher.get("/v1/school/offerings").body["data"]
    assert [one["offering"]["offering_id"] for one in told] == [offering["offering_id"]]
