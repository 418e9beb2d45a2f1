"""Puts the generated district on file: schools, courses, classes with timetables, staff, invitations.

By the contexts' use-cases, as the bureau's registry would; never by writing rows.
"""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime, timedelta

from functions.edge import course_acts, personnel_acts
from infra.local.district import DistrictData
from infra.local.district.schools import Class, School
from shared.funds import minimum_requirements, minimum_rules
from shared.institutions import usecases as institutions
from shared.kernel import ids
from shared.kernel.ids import InstitutionId, StaffId
from shared.mall import model as mall
from shared.mall import sheets
from shared.mall.sheet_model import ClassSheet, CourseSheet
from shared.people import usecases as people
from shared.policy import queries as policies

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
    for course in {one.course.course_id: one for one in school.classes}.values():
        _publish_course(course, now)
    for one in school.classes:
        _publish_class(one, now)
    people.invite(
        code=invitation_code(institution.institution_id, "admin"),
        institution_id=institution.institution_id,
        teacher_id=None,
        name=institution.legal_representative,
        now=now,
    )


def _publish_course(one: Class, now: datetime) -> None:
    """On the way that every course goes: drafted, held against the rules, accepted."""
    course = one.course
    sheet = CourseSheet(course.institution_id, course.course_id, None, course_facts(one), BY, now)
    sheets.draft(sheet=sheet)
    course_acts.submit_course(sheet, edits=1, now=now)
    course_acts.accept_course(course.institution_id, course.course_id, edits=2, by=BY, now=now)


def _publish_class(one: Class, now: datetime) -> None:
    offering = one.offering
    sheet = ClassSheet(offering.institution_id, offering.course_id, offering.offering_id, class_plan(one), BY, now)
    sheets.draft(sheet=sheet)
    course_acts.submit_class(sheet, edits=1, now=now)
    course_acts.accept_class(offering.institution_id, offering.course_id, offering.offering_id, edits=2, by=BY, now=now)


def course_facts(one: Class) -> mall.CourseFacts:
    """What a generated class's school says of its course."""
    return mall.CourseFacts(**{field.name: getattr(one.course, field.name) for field in fields(mall.CourseFacts)})


def class_plan(one: Class) -> mall.ClassPlan:
    """What a generated class's school says of it."""
    told = {field.name: getattr(one.offering, field.name) for field in fields(mall.ClassFacts)}
    return mall.ClassPlan(**told, sessions=tuple(mall.Period(slot.starts_at, slot.ends_at) for slot in one.slots))
