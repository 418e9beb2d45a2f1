"""A family moves its child to another class of the course: it asks, the school agrees, and lessons go on there."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from infra.local.district import DistrictData
from infra.local.district.families import Confirming, Paying, Plan
from infra.local.district.schools import SECOND_HALF, Class
from infra.local.stage import Cast, Enrolments, Step, admin_openid
from shared.kernel.clock import SHANGHAI

_ASKS_AT = datetime(2026, 9, 13, 21, 40, tzinfo=SHANGHAI)  # a Sunday: both classes have met as often


class TransferStory:
    """The steps of one transfer."""

    def __init__(self, cast: Cast, data: DistrictData, enrolments: Enrolments) -> None:
        self._cast = cast
        self._data = data
        self._enrolments = enrolments

    def steps(self) -> Iterator[Step]:
        """Of the first family whose course has another class with others in it, a free seat, and no later end."""
        found = next(iter(self._found()), None)
        if found is not None:
            plan, to = found
            yield Step(_ASKS_AT, "transfer", lambda: self._transfer(plan, to))

    def _found(self) -> Iterator[tuple[Plan, Class]]:
        taken = Counter(plan.taken.offering.offering_id for plan in self._data.plans)
        sure = Counter(one.taken.offering.offering_id for one in self._data.plans if one.paying is Paying.EXACTLY)
        classes = [one for school in self._data.schools for one in school.classes if one.opens]
        for plan in self._data.plans:
            was = plan.taken
            if not was.opens or (plan.paying, plan.confirming) != (Paying.EXACTLY, Confirming.WEEKLY):
                continue
            for one in classes:
                same = one.course.course_id == was.course.course_id and one is not was
                name, needed = one.offering.offering_id, one.offering.minimum_students
                open_ = needed <= sure[name] and taken[name] < one.offering.seats
                fits = one.offering.ends_on <= was.offering.ends_on and one.offering.starts_on < SECOND_HALF
                if same and open_ and fits:
                    yield plan, one

    def _transfer(self, plan: Plan, to: Class) -> None:
        enrolment_id = self._enrolments[str(plan.number)]["enrolment_id"]
        guardian = self._cast.guardian(plan.family.openid)
        shown = guardian.get(f"/v1/mall/courses/{to.course.course_id}")["classes"]
        wanted = to.offering.offering_id
        wish = {
            "course_id": to.course.course_id,
            "offering_id": wanted,
            "terms_hash": next(one["terms_hash"] for one in shown if one["offering_id"] == wanted),
        }
        guardian.post(f"/v1/enrolments/{enrolment_id}/transfers", wish, key="transfer-0001")
        schools = [school.institution.institution_id for school in self._data.schools]
        admin = self._cast.school_user(admin_openid(schools.index(to.course.institution_id) + 1))
        answer = f"/v1/school/enrolments/{enrolment_id}/transfers/1/answer"
        done = admin.post(answer, {"accept": True}, key="transfer-0001")
        if done["status"] != "done":
            raise RuntimeError(f"a transfer that both sides accepted is {done['status']}")
