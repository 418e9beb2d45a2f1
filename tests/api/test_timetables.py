"""The timetable of a week or a month, as a guardian, a teacher and a school see it."""

from datetime import date, timedelta
from typing import Any

import pytest

from shared.teaching import usecases as teaching
from tests import builders, steps, tables
from tests.api.district import District, disputing, marking
from tests.api.test_school import of_another_school
from tests.builders import ENROLMENT, GUARDIAN, NOW, OFFERING, SESSION, STUDENT, an_id
from tests.edge.doors import Door, pointers
from tests.mall.test_reads import open_schools
from tests.reads import counted

MINE = "/v1/me/timetable"
SCHOOLS = "/v1/school/timetable"


@pytest.fixture
def district(district: District) -> District:
    """Two families are enrolled, the second hasn't paid. Sessions: today (over), tomorrow, and in a week from then."""

    def put() -> None:
        terms_hash = district.opens(starts_on=date(2026, 9, 1)).terms_hash
        steps.open_account(paid_fen=1000, terms_hash=terms_hash)
        steps.open_account(2, terms_hash=terms_hash)
        district.teaches(sessions=3)

    tables.put_in_memory(__name__, put)
    return district


def seen(door: Door, path: str) -> list[str]:
    """The sessions that a timetable tells, in its order."""
    answer = door.get(path)
    assert answer.status == 200, answer.text
    return [one["session_id"] for one in answer.body["data"]]


def told(door: Door, path: str) -> dict[str, Any]:
    """The first line of a timetable."""
    first: dict[str, Any] = door.get(path).body["data"][0]
    return first


class TestMyTimetable:
    def test_tells_all_of_a_lesson(self, district: District) -> None:
        answer = district.guardian.get(f"{MINE}?week=2026-W36")

        assert (answer.body["first"], answer.body["last"]) == ("2026-08-31", "2026-09-06")
        school = builders.a_school()
        assert answer.body["data"][0] == {
            "session_id": SESSION,
            "number": 1,
            "starts_at": "2026-09-01T08:00:00+08:00",
            "ends_at": "2026-09-01T09:00:00+08:00",
            "course_id": builders.COURSE,
            "course_title": "少儿中国舞基础",
            "offering_id": OFFERING,
            "class_name": "周六上午一班",
            "campus_name": school.campuses[0].name,
            "campus_address": school.campuses[0].address,
            "room": "二楼201室",
            "teacher_id": builders.TEACHER,
            "teacher_name": "鲁示例",
            "enrolment_id": ENROLMENT,
            "student_id": STUDENT,
            "student_name": "小示例",
            "institution_id": builders.SCHOOL,
            "institution_name": school.name,
            "status": "scheduled",
            "outcome": None,
            "confirm_by": None,
            "deadline_assumed": False,
            "actions": [],
            "on_leave": False,
            "make_up": None,
            "makes_up_for": None,
        }

    def test_has_the_sessions_of_its_days_only(self, district: District) -> None:
        first, second, third = (an_id("ses", number) for number in (1, 2, 3))

        assert seen(district.guardian, f"{MINE}?week=2026-W36") == [first, second]
        assert seen(district.guardian, f"{MINE}?week=2026-W37") == [third]
        assert seen(district.guardian, f"{MINE}?month=2026-09") == [first, second, third]
        assert seen(district.guardian, f"{MINE}?month=2026-08") == []
        assert seen(district.guardian, f"{MINE}?week=2027-W01") == []

    def test_says_what_can_be_done_until_when(self, district: District) -> None:
        assert marking()(district.teacher).status == 201

        line = told(district.guardian, f"{MINE}?week=2026-W36")
        assert (line["status"], line["confirm_by"], line["actions"]) == ("taught", "2026-09-10", ["confirm", "dispute"])

        assert disputing()(district.guardian).status == 201
        line = told(district.guardian, f"{MINE}?week=2026-W36")
        assert (line["status"], line["actions"]) == ("disputed", [])

    def test_is_in_order_over_all_children_and_classes(self, district: District) -> None:
        other = steps.open_class(builders.a_class(offering_id=an_id("off", 2), starts_on=date(2026, 9, 2)))
        steps.open_account(
            3, paid_fen=1000, guardian_id=GUARDIAN, offering_id=other.offering_id, terms_hash=other.terms_hash
        )
        starts_at = NOW + timedelta(hours=3)
        teaching.schedule_class(
            sessions=[
                builders.a_session(
                    9, offering_id=other.offering_id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)
                )
            ]
        )

        assert seen(district.guardian, f"{MINE}?week=2026-W36") == [an_id("ses", number) for number in (1, 9, 2)]
        assert seen(district.guardian, f"{MINE}?month=2026-09") == [an_id("ses", number) for number in (1, 9, 2, 3)]

    def test_of_who_has_not_paid_or_has_no_enrolment_is_empty(self, district: District) -> None:
        assert seen(district.stranger, f"{MINE}?month=2026-09") == []

    @pytest.mark.parametrize("path", [MINE, SCHOOLS])
    @pytest.mark.parametrize(
        ("query", "code", "pointer"),
        [
            ("", "week_or_month", "/week"),
            ("?week=2026-W37&month=2026-09", "week_or_month", "/week"),
            ("?week=2026-W54", "no_such_week", "/week"),
            ("?month=2026-13", "no_such_month", "/month"),
            ("?year=2026", "invalid_request", "/year"),
        ],
    )
    def test_of_other_days_is_refused(self, district: District, path: str, query: str, code: str, pointer: str) -> None:
        door = district.guardian if path == MINE else district.admin

        answer = district.refuses(door, lambda door: door.get(f"{path}{query}"), 422, code)

        assert [one for one, _ in pointers(answer)] == [pointer]

    def test_costs_the_same_with_more_schools_and_families(
        self, district: District, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen(district.guardian, f"{MINE}?month=2026-09")  # the policy in force is kept from then on
        with counted(monkeypatch) as few:
            seen(district.guardian, f"{MINE}?month=2026-09")
        open_schools(2, 12)
        for number in range(3, 12):
            steps.open_account(number, paid_fen=1000)
        with counted(monkeypatch) as many:
            seen(district.guardian, f"{MINE}?month=2026-09")

        assert few == many
        assert {operation for operation, _ in few} <= {"Query", "GetItem", "BatchGetItem", "TransactGetItems"}
        queries = [one for one, _ in few if one == "Query"]
        assert (
            len(queries) == 3
        )  # her enrolments, her one class's sessions, what is kept of her one enrolment's lessons


class TestSchoolTimetable:
    def test_is_of_all_classes_and_a_teachers_of_her_own(self, district: District) -> None:
        other = steps.open_class(
            builders.a_class(offering_id=an_id("off", 2), teacher_id=an_id("tch", 2), starts_on=date(2026, 9, 1))
        )
        teaching.schedule_class(
            sessions=[builders.a_session(9, offering_id=other.offering_id, teacher_id=an_id("tch", 2))]
        )
        steps.register(2)
        mine = [an_id("ses", number) for number in (1, 2)]

        assert seen(district.admin, f"{SCHOOLS}?week=2026-W36") == [mine[0], an_id("ses", 9), mine[1]]
        assert seen(district.teacher, f"{SCHOOLS}?week=2026-W36") == mine
        assert seen(district.other_teacher, f"{SCHOOLS}?week=2026-W36") == [an_id("ses", 9)]
        assert seen(of_another_school(district), f"{SCHOOLS}?week=2026-W36") == []

    def test_says_how_many_are_enrolled_and_what_is_over(self, district: District) -> None:
        first, later = district.admin.get(f"{SCHOOLS}?week=2026-W36").body["data"]

        assert (first["over"], later["over"], first["students"]) == (True, False, 0)
        assert (first["campus_name"], first["room"]) == (builders.a_school().campuses[0].name, "二楼201室")

    def test_is_empty_when_nothing_is_taught(self, district: District) -> None:
        assert seen(district.admin, f"{SCHOOLS}?month=2027-03") == []
