"""A family asks for a leave; the school adds an extra session, where the child makes up for it."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from infra.local.district import DistrictData
from infra.local.district.families import Confirming, Paying, Plan
from infra.local.district.schools import Slot
from infra.local.stage import Cast, Enrolments, Step, admin_openid
from shared.kernel.clock import SHANGHAI

_BY_THE_BUREAU = frozenset({"english"})  # of subjects nothing is taught at a weekend
_MAKES_UP_AT = time(18, 30)  # on a Sunday, when no class of the district meets


class AbsenceStory:
    """The steps of one leave and its make-up."""

    def __init__(self, cast: Cast, data: DistrictData, enrolments: Enrolments) -> None:
        self._cast = cast
        self._data = data
        self._enrolments = enrolments

    def steps(self) -> Iterator[Step]:
        """Of the first plan whose child misses a lesson and whose family pays and confirms as it should."""
        plan = next(filter(self._suits, self._data.plans), None)
        if plan is None:
            return
        slot = plan.taken.slots[min(plan.missed) - 1]
        day = slot.starts_at.date()
        sunday = day + timedelta(days=14 - day.isoweekday())
        makes_up_at = datetime.combine(sunday, _MAKES_UP_AT, SHANGHAI)
        before = slot.starts_at - timedelta(hours=5)
        yield Step(before, "absence-leave", lambda: self._ask(plan, slot))
        yield Step(makes_up_at - timedelta(days=3), "absence-offer", lambda: self._offer(plan, slot, makes_up_at))
        yield Step(makes_up_at + timedelta(hours=2), "absence-mark", lambda: self._mark(plan))

    def _suits(self, plan: Plan) -> bool:
        ordinary = (plan.paying, plan.confirming) == (Paying.EXACTLY, Confirming.WEEKLY)
        early = bool(plan.missed) and 1 < min(plan.missed) < plan.taken.course.lessons - 4
        return plan.taken.opens and ordinary and early and plan.taken.course.category not in _BY_THE_BUREAU

    def _ask(self, plan: Plan, slot: Slot) -> None:
        guardian = self._cast.guardian(plan.family.openid)
        guardian.post(f"{self._mine(plan, slot)}/leave", {"reason": "孩子发烧"}, key="leave-0001")

    def _offer(self, plan: Plan, slot: Slot, at: datetime) -> None:
        """The school adds a session and offers it; the family accepts."""
        admin = self._cast.school_user(admin_openid(self._number_of_school(plan)))
        of_class = f"/v1/school/courses/{plan.taken.course.course_id}/classes/{plan.taken.offering.offering_id}"
        extra = admin.post(f"{of_class}/extra-sessions", {"starts_at": at.isoformat()}, key="extra-0001")
        wish = {"offering_id": extra["offering_id"], "session_id": extra["session_id"]}
        lesson = f"/v1/school/lessons/{self._enrolment_id(plan)}/{slot.session_id}"
        admin.post(f"{lesson}/make-up", wish, key="make-up-0001")
        guardian = self._cast.guardian(plan.family.openid)
        guardian.post(f"{self._mine(plan, slot)}/make-up", {"accept": True}, key="accept-0001")
        self._enrolments[str(plan.number)]["extra_session"] = extra["session_id"]

    def _mark(self, plan: Plan) -> None:
        """The guardian confirms with the lessons of the week."""
        teacher = self._cast.school_user(f"openid-{plan.taken.offering.teacher_id}")
        session = f"sessions/{self._enrolments[str(plan.number)]['extra_session']}"
        address = f"/v1/school/offerings/{plan.taken.offering.offering_id}/{session}/attendance"
        teacher.post(address, {"marks": [], "all_present": True}, key="mark-extra-0001")

    def _mine(self, plan: Plan, slot: Slot) -> str:
        return f"/v1/enrolments/{self._enrolment_id(plan)}/lessons/{slot.session_id}"

    def _enrolment_id(self, plan: Plan) -> str:
        return str(self._enrolments[str(plan.number)]["enrolment_id"])

    def _number_of_school(self, plan: Plan) -> int:
        schools = [school.institution.institution_id for school in self._data.schools]
        return schools.index(plan.taken.course.institution_id) + 1
