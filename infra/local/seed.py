"""Puts the generated district on file: schools, courses, classes with timetables, staff, invitations.

By the contexts' use-cases, as the bureau's registry would; never by writing rows.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from functions.edge import personnel_acts
from infra.local.district import DistrictData
from infra.local.district.schools import Class, School
from shared.funds import minimum_requirements, minimum_rules
from shared.institutions import usecases as institutions
from shared.kernel import ids
from shared.kernel.ids import InstitutionId, StaffId
from shared.mall import usecases as mall
from shared.people import usecases as people
from shared.policy import queries as policies
from shared.teaching import model as teaching
from shared.teaching import usecases as timetable

BY = "registry"
_LICENSED_BEFORE = timedelta(days=365)  # each has taught for a year: its annual inspection is opened


def invitation_code(institution_id: InstitutionId, who: str) -> str:
    """The invitation of a school's administrator or teacher, for local runs only."""
    return ids.derived("inv", institution_id, who).removeprefix("inv_")


def plant(data: DistrictData, *, now: datetime, progress: Callable[[int, int], None] = lambda done, of: None) -> None:
    """Put everything on file. `progress(done, of)` counts schools."""
    for number, officer in enumerate(data.staff, 1):
        people.add_staff(
            staff_id=StaffId(ids.derived("stf", str(number))),
            username=officer.username,
            name=officer.name,
            department=officer.department,
            role=officer.role,
            password=officer.password,
            totp_secret=officer.totp_secret,
        )
    for done, school in enumerate(data.schools, 1):
        _plant_school(school, now)
        progress(done, len(data.schools))


def _plant_school(school: School, now: datetime) -> None:
    institution = school.institution
    formula = minimum_rules.first_formula(policies.in_force(at=now), size=school.registered_as)
    required = minimum_requirements.first(
        institution_id=institution.institution_id,
        formula=formula,
        reason="登记",
        proposed_by=BY,
        approved_by=BY,
        now=now,
    )
    institutions.register(institution=institution, by=BY, now=now - _LICENSED_BEFORE, also=required)
    personnel_acts.note_teachers(institution, now=now)
    courses = {one.course.course_id: one.course for one in school.classes}
    for course in courses.values():
        mall.publish_course(course=course, school_name=institution.short_name, policy=policies.in_force(at=now))
    for one in school.classes:
        mall.open_class(offering=one.offering, institution_name=institution.name)
        timetable.schedule_class(sessions=_sessions(one))
    people.invite(
        code=invitation_code(institution.institution_id, "admin"),
        institution_id=institution.institution_id,
        teacher_id=None,
        name=institution.legal_representative,
        now=now,
    )


def _sessions(one: Class) -> list[teaching.Session]:
    return [
        teaching.Session(
            session_id=slot.session_id,
            offering_id=one.offering.offering_id,
            course_id=one.course.course_id,
            institution_id=one.course.institution_id,
            teacher_id=one.offering.teacher_id,
            number=slot.number,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
        )
        for slot in one.slots
    ]
