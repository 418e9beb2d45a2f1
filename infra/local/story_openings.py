"""A class that too few families have paid for isn't opened; a school declares of another one that it opens anyway."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from infra.local.district import DistrictData
from infra.local.district.families import Paying
from infra.local.stage import Cast, Enrolments, Step, admin_openid
from shared.kernel.clock import SHANGHAI


class OpeningStory:
    """The steps of two classes' openings."""

    def __init__(self, cast: Cast, data: DistrictData, enrolments: Enrolments) -> None:
        self._cast = cast
        self._data = data
        self._enrolments = enrolments

    def steps(self) -> Iterator[Step]:
        """A declaration before the day of the decision; and a family that reads why it gets its money back."""
        unclear = next((one for one in self._data.plans if one.paying is Paying.WRONG_REFERENCE), None)
        if unclear is not None:
            at = datetime.combine(unclear.enrols_on, time(15), SHANGHAI)
            course = unclear.taken.course
            home = f"/v1/school/courses/{course.course_id}/classes/{unclear.taken.offering.offering_id}/opening"
            schools = [school.institution.institution_id for school in self._data.schools]
            number = schools.index(course.institution_id) + 1
            yield Step(at, "opening-declare", lambda: self._declare(number, home))
        vain = next((plan for plan in self._data.plans if not plan.taken.opens), None)
        if vain is not None:
            read_at = datetime.combine(vain.taken.offering.starts_on, time(9), SHANGHAI) - timedelta(days=1)
            openid, number_of_plan = vain.family.openid, str(vain.number)
            yield Step(read_at, "opening-read", lambda: self._read(openid, number_of_plan))

    def _declare(self, number: int, home: str) -> None:
        self._cast.school_user(admin_openid(number)).post(home, {}, key="opening-0001")

    def _read(self, openid: str, plan: str) -> None:
        told = self._cast.guardian(openid).get(f"/v1/enrolments/{self._enrolments[plan]['enrolment_id']}")
        if told["opening"]["status"] != "not_opened" or told["status"] not in ("refunding", "refunded"):
            raise RuntimeError(f"a class that isn't opened is refunded: {told['opening']}, {told['status']}")
