"""The hours of a class's teacher at other schools, and her hours as they are once the class is published."""

from datetime import datetime

from shared.dynamo.transaction import Part
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.mall import queries as courses
from shared.mall import timetable_rules
from shared.mall.model import ClassPlan, Period
from shared.mall.sheet_model import ClassSheet
from shared.personnel import hours as usecases
from shared.personnel import rules
from shared.personnel.model import ClassHours, Hours
from shared.personnel.store import hours as store


def find(school: Institution, plan: ClassPlan) -> Hours | None:
    """The hours of a class's teacher, None where the school doesn't publish her: then the class is refused anyway."""
    number = next((one.qualification_no for one in school.teachers if one.teacher_id == plan.teacher_id), None)
    return store.get(rules.normal_number(number)) if number is not None else None


def elsewhere(hours: Hours, school: Institution, plan: ClassPlan) -> tuple[Period, ...]:
    """When she teaches at other schools in hours of the plan.

    Only what is on sale there or somebody is in, and still with her: a withdrawn class that nobody bought holds no
    hour, nor does one of a school that has ended.
    """
    found = {one: in_the_way(one, plan) for one in hours.classes if one.institution_id != school.institution_id}
    found = {one: times for one, times in found.items() if times}
    if not found:
        return ()
    taken = courses.teachers_taken([(one.course_id, one.offering_id) for one in found])
    schools = institutions.get_many([one.institution_id for one in found])
    return tuple(
        time
        for one, times in found.items()
        if taken.get(one.offering_id) == one.teacher_id and not schools[one.institution_id].status.ending
        for time in times
    )


def in_the_way(taught: ClassHours, plan: ClassPlan) -> tuple[Period, ...]:
    """Those of a class's times at which another would meet."""
    times = (Period(starts, ends) for starts, ends in taught.times)
    return tuple(one for one in times if timetable_rules.meets(plan, one))


def publishing(hours: Hours, sheet: ClassSheet, plan: ClassPlan, *, now: datetime) -> Part:
    """The part that notes her hours in a class that is published with this plan. Its commit raises LostRace."""
    assert sheet.offering_id is not None
    times = tuple((one.starts_at, one.ends_at) for one in plan.sessions)
    taught = ClassHours(sheet.institution_id, plan.teacher_id, sheet.course_id, sheet.offering_id, times)
    return usecases.publishing(hours, taught, now=now)
