"""Extra sessions: added by the school under the rules on timetables, seen where they belong, full when they are."""

import pytest

from functions.edge import course_acts
from shared.kernel.ids import EnrolmentId, OfferingId
from shared.mall import store as mall
from shared.teaching import queries as teaching
from tests import steps, tables
from tests.api.district import Act, District, marking
from tests.api.test_absences import answering, later, offering_make_up
from tests.api.test_school import of_another_school
from tests.builders import COURSE, ENROLMENT, GUARDIAN, NOW, OFFERING, STUDENT, an_id
from tests.edge.doors import Clock, pointers
from tests.mall import examples as courses
from tests.people import examples as people

SECOND = OfferingId(an_id("off", 2))
AT = "2026-09-13T10:00:00+08:00"  # a Sunday


@pytest.fixture
def district(district: District) -> District:
    """A class on Saturdays from 18:00 on, on sale for two; the first family has paid and missed its first lesson."""

    def put() -> None:
        courses.register()
        courses.course_published()
        courses.class_published(seats=2, minimum_students=1)
        people.add_child()
        steps.open_account(paid_fen=1000, terms_hash=terms_hash())
        district.teaches()
        assert marking("absent")(district.teacher).status == 201

    tables.put_in_memory(__name__, put)
    return district


def terms_hash() -> str:
    return mall.get_classes([(COURSE, OFFERING)])[OFFERING].terms_hash


def adding(starts_at: str = AT, *, offering: str = OFFERING, key: str = "extra-0001") -> Act:
    path = f"/v1/school/courses/{COURSE}/classes/{offering}/extra-sessions"
    return lambda door: door.post(path, {"starts_at": starts_at}, key=key)


def added(district: District, **told: str) -> str:
    answer = adding(**told)(district.admin)
    assert answer.status == 201, answer.text
    return str(answer.body["session_id"])


class TestAdd:
    def test_is_as_long_as_a_lesson_and_in_the_schools_timetable_only(self, district: District) -> None:
        answer = adding()(district.admin)

        assert (answer.status, answer.body["ends_at"], answer.body["seats"]) == (201, "2026-09-13T11:00:00+08:00", 2)
        told = district.admin.get("/v1/school/timetable?week=2026-W37").body["data"]
        assert [(one["extra"], one["students"]) for one in told] == [(False, 0), (True, 0)]
        assert len(teaching.list_sessions(OFFERING)) == courses.LESSONS + 1  # and the one that was missed
        mine = district.guardian.get(f"/v1/enrolments/{ENROLMENT}/lessons").body["data"]
        assert answer.body["session_id"] not in [one["session_id"] for one in mine]

    def test_asked_for_again_by_the_same_key_is_one(self, district: District) -> None:
        first = added(district)
        steps.count_all()

        assert added(district) == first

    @pytest.mark.parametrize(
        ("starts_at", "codes"),
        [
            ("2026-09-13T20:00:00+08:00", ["class_ends_too_late"]),
            ("2026-09-14T10:00:00+08:00", ["in_school_hours"]),
            ("2026-09-12T18:30:00+08:00", ["teacher_taken", "room_taken"]),
            ("2027-12-05T10:00:00+08:00", ["school_calendar_unknown"]),
        ],
    )
    def test_that_breaks_a_rule_on_timetables_is_refused(
        self, district: District, starts_at: str, codes: list[str]
    ) -> None:
        answer = district.refuses(district.admin, adding(starts_at), 422, "course_rules")

        assert [code for _, code in pointers(answer)] == codes

    def test_two_at_one_time_are_refused_and_so_is_a_class_on_top_of_one(self, district: District) -> None:
        added(district)

        district.refuses(district.admin, adding(key="extra-0002"), 422, "course_rules")
        on_top = courses.class_drafted(
            SECOND, sessions=courses.sessions(at="10:30", first=courses.FIRST.replace(day=13))
        )
        broken = [one.rule for one in course_acts.results_of_class(on_top, now=NOW) if one.refusal]
        assert {"teacher_taken", "room_taken"} <= set(broken)

    def test_in_the_past_is_refused(self, district: District) -> None:
        district.refuses(district.admin, adding("2026-08-30T10:00:00+08:00"), 409, "session_begun")

    @pytest.mark.parametrize("starts_at", ["2026-09-13T10:00:00", "morgen", "9999-12-31T23:59:59+08:00"])
    def test_at_no_moment_is_refused(self, district: District, starts_at: str) -> None:
        district.refuses(district.admin, adding(starts_at), 422, "invalid_request")

    def test_of_another_schools_class_is_as_if_it_were_not_there(self, district: District) -> None:
        district.refuses(of_another_school(district), adding(), 404, "unknown_class")


class TestMakingUpThere:
    def test_is_marked_on_its_roster_which_has_nobody_else(self, district: District, at: Clock) -> None:
        session_id = added(district)
        steps.open_account(2, paid_fen=1000)
        assert offering_make_up(there=session_id, offering=OFFERING)(district.admin).status == 201
        assert answering()(district.guardian).status == 201
        at.pass_by(days=13)
        _, teacher, _ = later(district, at)

        path = f"/v1/school/offerings/{OFFERING}/sessions/{session_id}"
        assert [one["enrolment_id"] for one in teacher.get(f"{path}/roster").body["data"]] == [ENROLMENT]
        marked = teacher.post(f"{path}/attendance", {"marks": [], "all_present": True}, key="mark-extra-0001").body
        assert [one["status"] for one in marked["data"]] == ["taught"]
        lesson = teaching.find_lesson(EnrolmentId(ENROLMENT), session_id)  # type: ignore[arg-type]
        assert lesson is not None
        assert (lesson.number, lesson.makes_up_for) == (1, an_id("ses"))

    def test_takes_as_many_as_the_class_and_no_more(self, district: District) -> None:
        session_id = added(district)
        for number in (2, 3):
            told = {"guardian_id": GUARDIAN, "student_id": STUDENT, "terms_hash": terms_hash()}
            enrolment = steps.open_account(number, paid_fen=1000, **told)
            body = {"marks": [{"enrolment_id": enrolment.enrolment_id, "outcome": "absent"}]}
            path = f"/v1/school/offerings/{OFFERING}/sessions/{an_id('ses')}/attendance"
            assert district.teacher.post(path, body, key=f"mark-000{number}").status == 201
        answers = []
        for number in (1, 2, 3):
            at_school = f"/v1/school/lessons/{an_id('enr', number)}/{an_id('ses')}/make-up"
            told = {"offering_id": OFFERING, "session_id": session_id}
            assert district.admin.post(at_school, told, key=f"offer-000{number}").status == 201
            mine = f"/v1/enrolments/{an_id('enr', number)}/lessons/{an_id('ses')}/make-up"
            answers.append(district.guardian.post(mine, {"accept": True}, key=f"answer-000{number}"))

        assert [one.status for one in answers] == [201, 201, 409]
        assert answers[-1].code == "extra_session_full"

    def test_a_session_that_is_not_in_the_class_named_is_not_offered(self, district: District) -> None:
        there = teaching.list_sessions(OFFERING)[-1].session_id
        at_school = f"/v1/school/lessons/{ENROLMENT}/{an_id('ses')}/make-up"
        told = {"offering_id": an_id("off", 7), "session_id": there}

        district.refuses(
            district.admin, lambda door: door.post(at_school, told, key="offer-0009"), 404, "unknown_session"
        )
