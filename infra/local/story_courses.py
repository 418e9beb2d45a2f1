"""A school sells a new course: refused with all that is wrong, mended, returned once, accepted, and bought."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from infra.local.district import DistrictData
from infra.local.doors import Caller
from infra.local.stage import Cast, Step, admin_openid
from shared.kernel.clock import SHANGHAI

SCHOOL = 7  # table tennis
TITLE = "乒乓球周日晚班"
_PARENT = "openid-course-parent"
_COURSES = "/v1/school/courses"
_COURSE: dict[str, Any] = {
    "title": TITLE,
    "category": "table_tennis",
    "summary": "握拍、步法与多球训练，小班授课。",
    "content": "正反手攻球、发球与接发球、步法；最后一次课为队内比赛。",
    "mode": "on_site",
    "age_from": 7,
    "age_to": 12,
    "price": {"amount_fen": 57_600},
    "lessons": 8,
    "minutes_per_lesson": 60,
    "full_refund_days": 5,
}
_WRONG = {**_COURSE, "lessons": 61, "price": {"amount_fen": 500_100}, "summary": "多球训练，考级包过。"}
_BROKEN = ["course_lessons", "course_price", "promised_result"]
_UNCLEAR = {**_COURSE, "content": "多球训练。"}


class CourseStory:
    """The steps of one course and its class."""

    def __init__(self, cast: Cast, data: DistrictData) -> None:
        self._cast = cast
        self._institution = data.schools[SCHOOL - 1].institution

    def steps(self) -> Iterator[Step]:
        """Within a week of September."""
        yield _step("09-08 10:00", "course-drafted", self._draft)
        yield _step(
            "09-08 15:00", "course-returned", lambda: self._decide(self._course(), "退回：请写明各次课的教学内容")
        )
        yield _step("09-09 10:00", "course-resubmitted", self._resubmit)
        yield _step("09-09 15:00", "course-accepted", lambda: self._decide(self._course()))
        yield _step("09-10 10:00", "course-class", self._draft_class)
        yield _step("09-10 15:00", "course-class-accepted", lambda: self._decide(self._class()))
        yield _step("09-12 10:00", "course-bought", self._buy)

    def _draft(self) -> None:
        """Three rules are broken, all three are told; mended, it is submitted."""
        admin = self._admin()
        drafted = admin.post(_COURSES, _WRONG, key="course-draft-1")
        if drafted["edits"] == 1 and self._course()["edits"] == 1:
            refused = self._act(drafted, "submission", key="course-submit-1")
            if [one["code"] for one in refused.body["errors"]] != _BROKEN:
                raise RuntimeError(f"a course that breaks three rules isn't refused with all three: {refused.body}")
            self._edit(_UNCLEAR)
        self._submit(self._course(), key="course-submit-2")

    def _resubmit(self) -> None:
        if self._course()["reason"] and self._course()["facts"]["content"] != _COURSE["content"]:
            self._edit(_COURSE)
        self._submit(self._course(), key="course-submit-3")

    def _draft_class(self) -> None:
        school = self._institution
        body = {
            "number": "SUN-01",
            "name": "周日晚班A",
            "campus_id": school.campuses[0].campus_id,
            "room_id": school.rooms[0].item_id,
            "teacher_id": school.teachers[3].teacher_id,
            "seats": 2,
            "minimum_students": 1,
            "timetable": {"kind": "weekly", "starts_on": "2026-09-27", "weekly": [{"weekday": 7, "starts": "19:00"}]},
        }
        self._admin().post(f"{_COURSES}/{self._course()['course_id']}/classes", body, key="course-class-1")
        self._submit(self._class(), key="course-class-submit-1")

    def _buy(self) -> None:
        """A family finds the course, takes a seat and pays."""
        parent = self._cast.guardian(_PARENT)
        child = parent.post(
            "/v1/me/children", {"name": "王乐天", "birth_month": "2017-05", "consent": True}, key="course-child-1"
        )
        course = parent.get(f"/v1/mall/courses/{self._course()['course_id']}")
        [offering] = course["classes"]
        wish = {
            "course_id": course["course_id"],
            "offering_id": offering["offering_id"],
            "student_id": child["student_id"],
            "terms_hash": offering["terms_hash"],
        }
        payment = parent.post("/v1/enrolments", wish, key="course-enrol-1")["payment"]
        if payment is None:
            return  # paid before, by a story that goes on
        self._cast.district.bank.transfer(
            payment["account_no"],
            payment["amount"]["amount_fen"],
            remittance=f"学费 {payment['reference']}",
            payer_name="王建国",
            payer_account_no="6222000000009917",
        )

    def _decide(self, sheet: Any, reason: str = "") -> None:
        """The reviewer returns what waits, with a reason, or accepts it; nothing where that was done before."""
        if "in_review" not in (sheet["status"], sheet["change"]):
            return
        reviewer = self._cast.officer("reviewer")
        page = f"/console/schools/{self._institution.institution_id}/courses/{sheet['course_id']}"
        page += f"/classes/{sheet['offering_id']}" if "offering_id" in sheet else ""
        decision = "return" if reason else "accept"
        reviewer.send_to(page, f"{page}/decision", edits=str(sheet["edits"]), decision=decision, reason=reason)

    def _submit(self, sheet: Any, *, key: str) -> None:
        if sheet["change"] == "draft" and (answer := self._act(sheet, "submission", key=key)).status != 200:
            raise RuntimeError(f"a course that keeps to the rules isn't taken: {answer.body}")

    def _act(self, sheet: Any, act: str, *, key: str) -> Any:
        return self._admin().call("POST", f"{_home(sheet)}/{act}", {}, key=key, if_match=f'"{sheet["edits"]}"')

    def _edit(self, body: dict[str, Any]) -> None:
        sheet = self._course()
        self._admin().call("PUT", _home(sheet), body, if_match=f'"{sheet["edits"]}"')

    def _admin(self) -> Caller:
        return self._cast.school_user(admin_openid(SCHOOL))

    def _course(self) -> Any:
        """The school's own new course: all that it has drafted after the seeded ones."""
        return next(one for one in self._all(_COURSES) if one["facts"]["category"] == "table_tennis" and _is_new(one))

    def _class(self) -> Any:
        [sheet] = self._all(f"{_COURSES}/{self._course()['course_id']}/classes")
        return sheet

    def _all(self, path: str) -> list[Any]:
        told: list[Any] = self._admin().get(f"{path}?limit=100")["data"]
        return told


def _is_new(sheet: Any) -> bool:
    return bool(sheet["facts"]["title"] == TITLE)


def _home(sheet: Any) -> str:
    course = f"{_COURSES}/{sheet['course_id']}"
    return f"{course}/classes/{sheet['offering_id']}" if "offering_id" in sheet else course


def _step(at: str, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime.fromisoformat(f"2026-{at.replace(' ', 'T')}:00").replace(tzinfo=SHANGHAI), name, act)
