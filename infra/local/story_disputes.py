"""A family disputes a lesson with a picture, and the school answers; the bureau decides in story.py."""

from typing import Any

from infra.local.district import DistrictData
from infra.local.district.families import Plan
from infra.local.doors import Caller
from infra.local.handing_in import hand_in_picture
from infra.local.papers import photo
from infra.local.stage import Cast, admin_openid


def dispute(
    cast: Cast, data: DistrictData, plan: Plan, *, guardian: Caller, enrolment_id: str, lesson: dict[str, Any], key: str
) -> None:
    """One taught lesson; the same again is nothing more. Raises Refused."""
    picture = hand_in_picture(guardian, name="教室门口.jpg", content=photo("教室门口"), key=f"{key}-picture")
    cast.district.incoming.look()
    cast.district.settle()
    said = {"reason": "孩子当天没有到校上课，请核实", "pictures": [picture]}
    guardian.post(f"/v1/enrolments/{enrolment_id}/lessons/{lesson['session_id']}/dispute", said, key=key)
    schools = [school.institution.institution_id for school in data.schools]
    admin = cast.school_user(admin_openid(schools.index(plan.taken.course.institution_id) + 1))
    told = {"text": "当天按课表上课，签到表可供查验。"}
    admin.post(f"/v1/school/lessons/{enrolment_id}/{lesson['session_id']}/answer", told, key=f"{key}-answer")
