"""A school's people: classes, timetable, roster, attendance, invitations."""

from dataclasses import replace

import pytest

from functions.edge import auth
from functions.edge.auth import Role
from functions.streams import watch_personnel
from shared.alerts import store as alerts
from shared.dynamo import transaction
from shared.kernel.ids import EnrolmentId, InstitutionId
from shared.personnel.store import presences
from shared.teaching import queries as teaching
from tests import builders, steps, tables
from tests.api.district import Act, District, marking
from tests.builders import COURSE, ENROLMENT, OFFERING, SESSION, TEACHER, an_id
from tests.edge.doors import Answer, Door, pointers
from tests.personnel.test_rules import a_presence
from tests.streams.records import deliver
from tests.streams.test_watch_personnel import records
from tests.tables import just_before

SESSIONS = f"/v1/school/offerings/{OFFERING}/sessions"
ROSTER = f"{SESSIONS}/{SESSION}/roster"


@pytest.fixture
def district(district: District) -> District:
    """Two families are enrolled, the second hasn't paid; one session is over, the other is tomorrow."""

    def put() -> None:
        district.opens()
        steps.open_account(paid_fen=1000)
        steps.open_account(2)
        district.teaches(sessions=2)

    tables.put_in_memory(__name__, put)
    return district


def of_another_school(district: District) -> Door:
    """The door of an administrator of the second school."""
    school = InstitutionId(an_id("ins", 2))
    token, _ = auth.issue(subject=an_id("usr", 9), role=Role.SCHOOL_ADMIN, institution_id=school)
    return district.nobody.with_headers(authorization=f"Bearer {token}")


class TestClasses:
    def test_are_listed_for_the_school_and_a_teachers_own(self, district: District) -> None:
        other = builders.a_class(offering_id=an_id("off", 2), teacher_id=an_id("tch", 2))
        steps.open_class(other)

        def seen(door: Door) -> list[str]:
            return [one["offering"]["offering_id"] for one in door.get("/v1/school/offerings").body["data"]]

        assert seen(district.admin) == [OFFERING, other.offering_id]
        assert seen(district.teacher) == [OFFERING]
        assert seen(of_another_school(district)) == []

    def test_are_told_with_their_course(self, district: District) -> None:
        [told] = district.admin.get("/v1/school/offerings").body["data"]

        assert (told["course_id"], told["course_title"], told["offering"]["seats"]) == (COURSE, "少儿中国舞基础", 30)


class TestTimetable:
    def test_is_told_in_order(self, district: District) -> None:
        told = district.teacher.get(SESSIONS).body["data"]

        assert [one["number"] for one in told] == [1, 2]
        assert told[0] == {
            "session_id": SESSION,
            "number": 1,
            "starts_at": "2026-09-01T08:00:00+08:00",
            "ends_at": "2026-09-01T09:00:00+08:00",
            "teacher_id": TEACHER,
        }

    def test_of_another_school_is_as_if_it_were_not_there(self, district: District) -> None:
        theirs = district.refuses(of_another_school(district), lambda door: door.get(SESSIONS), 404, "unknown_class")
        path = SESSIONS.replace(OFFERING, an_id("off", 99))
        nobodys = district.refuses(district.admin, lambda door: door.get(path), 404, "unknown_class")

        assert theirs.body["detail"] == nobodys.body["detail"]


class TestRoster:
    def test_says_who_is_enrolled_who_has_paid_and_who_was_there(self, district: District) -> None:
        marking()(district.teacher)

        assert district.teacher.get(ROSTER).body["data"] == [
            {
                "enrolment_id": ENROLMENT,
                "student_name": "小示例",
                "paid": True,
                "outcome": "present",
                "status": "taught",
                "insurance": None,
                "on_leave": False,
                "makes_up_for": None,
            },
            {
                "enrolment_id": an_id("enr", 2),
                "student_name": "小示例",
                "paid": False,
                "outcome": None,
                "status": None,
                "insurance": None,
                "on_leave": False,
                "makes_up_for": None,
            },
        ]

    def test_has_no_child_whose_lessons_were_refunded_but_where_she_was_taught(self, district: District) -> None:
        marking()(district.teacher)
        steps.hold_back(taught=[SESSION])

        first, later = (district.teacher.get(f"{SESSIONS}/{an_id('ses', number)}/roster") for number in (1, 2))

        told = [[line["enrolment_id"] for line in one.body["data"]] for one in (first, later)]
        assert told == [[ENROLMENT, an_id("enr", 2)], [an_id("enr", 2)]]
        marks = [{"enrolment_id": ENROLMENT, "outcome": "absent"}]
        district.refuses(district.teacher, marking(marks=marks, key="mark-0003"), 409, "marked_otherwise")

    def test_is_not_for_a_teacher_of_another_class(self, district: District) -> None:
        assert district.admin.get(ROSTER).status == 200
        district.refuses(district.other_teacher, lambda door: door.get(ROSTER), 403, "not_your_class")

    def test_of_another_school_is_as_if_it_were_not_there(self, district: District) -> None:
        district.refuses(of_another_school(district), lambda door: door.get(ROSTER), 404, "unknown_session")


class TestAttendance:
    def test_is_marked_and_waits_for_the_guardian(self, district: District) -> None:
        answer = marking()(district.teacher)

        assert answer.status == 201
        assert answer.body["data"] == [
            {
                "enrolment_id": ENROLMENT,
                "outcome": "present",
                "status": "taught",
                "confirm_by": "2026-09-10",
                "deadline_assumed": False,
            }
        ]

    def test_notes_where_its_teacher_was_with_the_mark_and_once(self, district: District) -> None:
        session = builders.a_session()

        def there() -> list[tuple[str, str, str]]:
            told = a_presence(begins="00:00", ends="23:59")
            return [(one.session_id, one.campus_id, one.place) for one in presences.list_around(told)]

        marking(session=1)(district.stranger)  # a family marks nobody
        assert there() == []
        marking()(district.teacher)
        marking(key="mark-0002")(district.admin)

        assert there() == [(session.session_id, an_id("cmp"), "星河舞蹈0001 校本部")]

    def test_of_nobody_who_was_there_notes_nothing(self, district: District) -> None:
        marking("leave")(district.teacher)

        assert presences.list_around(a_presence(begins="00:00", ends="23:59")) == []

    def test_at_two_schools_in_one_hour_is_an_alert_at_both_and_refuses_nothing(self, district: District) -> None:
        session = builders.a_session()
        elsewhere = replace(
            a_presence(2), starts_at=session.starts_at, ends_at=session.ends_at, number="20263700000000001"
        )
        transaction.commit([presences.noted(elsewhere, now=builders.NOW)])

        assert marking()(district.teacher).status == 201
        deliver(watch_personnel.watch_personnel, records(district.client))

        for school in (builders.SCHOOL, elsewhere.institution_id):
            [alert] = alerts.list_alerts(school, limit=9, cursor=None).rows
            assert (alert.rule.value, alert.severity.value) == ("teacher_in_two_places", "red")

    @pytest.mark.parametrize("outcome", ["absent", "leave"])
    def test_of_one_who_was_not_there_waits_for_nothing(self, district: District, outcome: str) -> None:
        [told] = marking(outcome)(district.admin).body["data"]

        assert (told["status"], told["confirm_by"]) == ("missed", None)

    def test_marked_again_is_the_same_mark(self, district: District) -> None:
        marking()(district.teacher)

        assert marking(key="mark-0002")(district.admin).status == 201
        assert len(teaching.list_lessons(ENROLMENT)) == 1

    def test_marked_otherwise_is_refused(self, district: District) -> None:
        marking()(district.teacher)

        district.refuses(district.teacher, marking("absent", key="mark-0002"), 409, "marked_otherwise")

    def test_of_all_present_marks_who_has_paid_and_isnt_marked(self, district: District) -> None:
        steps.open_account(3, paid_fen=1000)
        steps.open_account(4, paid_fen=1000)
        marking("leave")(district.teacher)

        excepted = [{"enrolment_id": an_id("enr", 4), "outcome": "absent"}]
        answer = marking(all_present=True, marks=excepted, key="mark-0002")(district.teacher)

        assert {one["enrolment_id"]: one["outcome"] for one in answer.body["data"]} == {
            ENROLMENT: "leave",
            an_id("enr", 3): "present",
            an_id("enr", 4): "absent",
        }
        again = marking(all_present=True, marks=[], key="mark-0003")(district.admin)
        assert again.body == answer.body
        assert teaching.list_lessons(EnrolmentId(an_id("enr", 2))) == []

    def test_of_all_present_is_refused_where_nobody_has_paid(self, district: District) -> None:
        path = f"{SESSIONS}/{SESSION}/attendance"
        steps.hold_back(taught=[])

        def act(door: Door) -> Answer:
            return door.post(path, {"all_present": True, "marks": []}, key="mark-0001")

        district.refuses(district.teacher, act, 409, "nobody_to_mark")

    def test_of_all_present_holds_who_is_named_to_the_roster(self, district: District) -> None:
        for named in (an_id("enr", 2), an_id("enr", 99)):  # hasn't paid; isn't there
            marks = [{"enrolment_id": named, "outcome": "present"}]
            act = marking(all_present=True, marks=marks)
            district.refuses(district.teacher, act, 409, "not_on_roster")

    def test_of_all_present_is_for_the_classs_own_teacher(self, district: District) -> None:
        act = marking(all_present=True, marks=[])

        district.refuses(district.other_teacher, act, 403, "not_your_class")
        district.refuses(of_another_school(district), act, 404, "unknown_session")

    def test_of_nobody_without_all_present_is_refused(self, district: District) -> None:
        answer = district.refuses(district.teacher, marking(marks=[], all_present=False), 422, "invalid_request")

        assert pointers(answer) == [("/marks", "too_few")]

    def test_marked_otherwise_in_the_very_moment_is_refused(self, district: District) -> None:
        with just_before("TransactWriteItems", lambda: marking("absent", key="mark-0002")(district.admin)):
            answer = marking()(district.teacher)

        assert (answer.status, answer.code) == (409, "marked_otherwise")
        assert [one.outcome for one in teaching.list_lessons(ENROLMENT)] == ["absent"]

    @pytest.mark.parametrize(
        ("act", "status", "code"),
        [
            (marking(session=2), 409, "session_not_over"),
            (marking(session=9), 404, "unknown_session"),
            (marking(marks=[{"enrolment_id": an_id("enr", 2), "outcome": "present"}]), 409, "not_on_roster"),
            (marking(marks=[{"enrolment_id": an_id("enr", 99), "outcome": "present"}]), 409, "not_on_roster"),
        ],
        ids=["before it is over", "of no session", "of one who hasn't paid", "of a stranger"],
    )
    def test_that_can_not_be_is_refused(self, district: District, act: Act, status: int, code: str) -> None:
        district.refuses(district.teacher, act, status, code)

    def test_of_one_pupil_twice_is_refused(self, district: District) -> None:
        twice = [{"enrolment_id": ENROLMENT, "outcome": outcome} for outcome in ("present", "absent")]

        answer = district.refuses(district.teacher, marking(marks=twice), 422, "marked_twice")

        assert pointers(answer) == [("/marks", "marked_twice")]

    def test_with_one_wrong_mark_marks_nobody(self, district: District) -> None:
        marks = [{"enrolment_id": an_id("enr", number), "outcome": "present"} for number in (1, 2)]

        district.refuses(district.teacher, marking(marks=marks), 409, "not_on_roster")

    def test_by_a_teacher_of_another_class_is_refused(self, district: District) -> None:
        district.refuses(district.other_teacher, marking(), 403, "not_your_class")

    def test_by_another_school_is_as_if_it_were_not_there(self, district: District) -> None:
        district.refuses(of_another_school(district), marking(), 404, "unknown_session")

    def test_by_a_guardian_is_refused(self, district: District) -> None:
        district.refuses(district.guardian, marking(), 403, "not_for_your_role")


def inviting(teacher_id: str = TEACHER, *, key: str = "invite-0001") -> Act:
    return lambda door: door.post("/v1/school/invitations", {"teacher_id": teacher_id}, key=key)


class TestInvitation:
    def test_is_told_once_and_again_with_the_same_key(self, district: District) -> None:
        first, again = inviting()(district.admin), inviting()(district.admin)

        assert first.status == 201
        assert first.body["expires_at"] == "2026-09-15T10:00:00+08:00"
        assert len(first.body["code"]) == 24
        assert again.body == first.body
        assert first.body["code"] not in district.dump()

    def test_of_nobodys_teacher_is_404(self, district: District) -> None:
        answer = district.refuses(district.admin, inviting(an_id("tch", 99)), 404, "unknown_teacher")

        assert pointers(answer) == [("/teacher_id", "unknown_teacher")]

    def test_by_a_teacher_is_refused(self, district: District) -> None:
        district.refuses(district.teacher, inviting(), 403, "not_for_your_role")
