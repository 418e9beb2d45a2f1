"""Courses and classes held against their school, and published with what is taught of them in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from functions.edge import taught_hours
from shared.dynamo import transaction
from shared.institutions import model as institutions
from shared.institutions import store
from shared.kernel import clock, ids
from shared.kernel.ids import CourseId, InstitutionId, OfferingId, SessionId
from shared.mall import class_rules, openings, publication, sheets
from shared.mall.compliance import Result
from shared.mall.model import ClassPlan, Period
from shared.mall.sheet_model import (
    ClassSheet,
    CourseSheet,
    PublishedCampus,
    PublishedRoom,
    PublishedTeacher,
    SchoolFacts,
)
from shared.mall.store import sheets as sheet_store
from shared.personnel.model import Hours
from shared.policy import queries as policies
from shared.teaching import model as teaching
from shared.teaching import store as timetable
from shared.teaching.store import absences

_LONGEST_SESSION = timedelta(days=1)


def facts_of(school: institutions.Institution) -> SchoolFacts:
    """What is published of a school, as far as courses are held against it."""
    return SchoolFacts(
        institution_id=school.institution_id,
        name=school.name,
        short_name=school.short_name,
        categories=school.categories,
        campuses={one.campus_id: PublishedCampus(one.street, one.address, one.position) for one in school.campuses},
        teachers={one.teacher_id: PublishedTeacher(one.name, one.valid_to) for one in school.teachers},
        rooms={one.item_id: PublishedRoom(one.caption, one.area_m2) for one in school.rooms},
    )


def results_of_course(sheet: CourseSheet, *, now: datetime) -> tuple[Result, ...]:
    """Every rule's result on the newest facts of a course."""
    school = facts_of(store.get(sheet.institution_id))
    return sheets.check_course(sheet, school=school, policy=policies.in_force(at=now))


def results_of_class(sheet: ClassSheet, *, now: datetime) -> tuple[Result, ...]:
    """Every rule's result on the newest facts of a class."""
    school, _ = beside(store.get(sheet.institution_id), sheet, sheet.facts, now)
    today = clock.business_day(now)
    return sheets.check_class(sheet, school=school, policy=policies.in_force(at=now), today=today)


def submit_course(sheet: CourseSheet, *, edits: int, now: datetime) -> CourseSheet:
    """Hand a course to the bureau. Raises what `sheets.submit_course` refuses."""
    school = facts_of(store.get(sheet.institution_id))
    return sheets.submit_course(sheet=sheet, edits=edits, school=school, policy=policies.in_force(at=now), now=now)


def submit_class(sheet: ClassSheet, *, edits: int, now: datetime) -> ClassSheet:
    """Hand a class to the bureau. Raises what `sheets.submit_class` refuses."""
    school, _ = beside(store.get(sheet.institution_id), sheet, sheet.facts, now)
    return sheets.submit_class(sheet=sheet, edits=edits, school=school, policy=policies.in_force(at=now), now=now)


def accept_course(institution_id: InstitutionId, course_id: CourseId, *, edits: int, by: str, now: datetime) -> None:
    """Publish a course as the bureau saw it. Raises NotSelling, and what `publication.accept_course` refuses."""

    def attempt() -> None:
        school, also = _holding(institution_id, course_id, now)
        publication.accept_course(
            sheet=sheet_store.get_course(institution_id, course_id),
            edits=edits,
            by=by,
            now=now,
            school=facts_of(school),
            policy=policies.in_force(at=now),
            also=also,
        )

    transaction.retried(attempt)


def accept_class(
    institution_id: InstitutionId, course_id: CourseId, offering_id: OfferingId, *, edits: int, by: str, now: datetime
) -> None:
    """Publish a class with its timetable, as the bureau saw it. Raises like `accept_course`."""

    def attempt() -> None:
        school, also = _holding(institution_id, offering_id, now)
        sheet = sheet_store.get_class(institution_id, course_id, offering_id)
        facts, hours = beside(school, sheet, sheet.facts, now)
        policy = policies.in_force(at=now)
        publication.accept_class(
            sheet=sheet,
            edits=edits,
            by=by,
            now=now,
            school=facts,
            policy=policy,
            also=[*also, *hours, *_timetable(sheet), *openings.planned(sheet, sheet.facts, policy=policy, now=now)],
        )

    transaction.retried(attempt)


def withdraw_course(institution_id: InstitutionId, course_id: CourseId, *, edits: int, now: datetime) -> CourseSheet:
    """Take a course with its classes off sale. Raises what `publication.withdraw_course` refuses."""

    return transaction.retried(
        lambda: publication.withdraw_course(
            sheet=sheet_store.get_course(institution_id, course_id), edits=edits, now=now
        )
    )


def withdraw_class(
    institution_id: InstitutionId, course_id: CourseId, offering_id: OfferingId, *, edits: int, now: datetime
) -> ClassSheet:
    """Take a class off sale. Raises what `publication.withdraw_class` refuses."""
    return transaction.retried(
        lambda: publication.withdraw_class(
            sheet=sheet_store.get_class(institution_id, course_id, offering_id), edits=edits, now=now
        )
    )


def republish_course(institution_id: InstitutionId, course_id: CourseId, *, edits: int, now: datetime) -> CourseSheet:
    """Put a course back on sale. Raises NotSelling, and what `publication.republish_course` refuses."""

    def attempt() -> CourseSheet:
        school, also = _holding(institution_id, course_id, now)
        sheet = sheet_store.get_course(institution_id, course_id)
        policy = policies.in_force(at=now)
        facts = facts_of(school)
        return publication.republish_course(sheet=sheet, edits=edits, school=facts, policy=policy, now=now, also=also)

    return transaction.retried(attempt)


def republish_class(
    institution_id: InstitutionId, course_id: CourseId, offering_id: OfferingId, *, edits: int, now: datetime
) -> ClassSheet:
    """Put a class back on sale. Raises NotSelling, and what `publication.republish_class` refuses."""

    def attempt() -> ClassSheet:
        school, also = _holding(institution_id, offering_id, now)
        sheet = sheet_store.get_class(institution_id, course_id, offering_id)
        plan, policy = sheet.published or sheet.facts, policies.in_force(at=now)
        facts, hours = beside(school, sheet, plan, now)
        also = [*also, *hours, *openings.planned(sheet, plan, policy=policy, now=now)]
        return publication.republish_class(sheet=sheet, edits=edits, school=facts, policy=policy, now=now, also=also)

    return transaction.retried(attempt)


def _holding(
    institution_id: InstitutionId, item_id: str, now: datetime
) -> tuple[institutions.Institution, Sequence[transaction.Part]]:
    """A school, and the parts that hold while it may sell and what is published of it is what was read now."""
    school, same = store.get_held(institution_id)
    latch = store.selling_latch(institution_id, spread_by=item_id, on=clock.business_day(now))
    return school, [latch, same]


def beside(
    school: institutions.Institution, sheet: ClassSheet, plan: ClassPlan, now: datetime
) -> tuple[SchoolFacts, list[transaction.Part]]:
    """What a class with this plan is held against, and the part that notes its teacher's hours once it is published."""
    facts, hours = replace(facts_of(school), extra=_extra(school.institution_id, now)), taught_hours.find(school, plan)
    if hours is None:
        return facts, []
    teacher = facts.teachers[plan.teacher_id]
    teachers = {
        **facts.teachers,
        plan.teacher_id: replace(teacher, elsewhere=taught_hours.elsewhere(hours, school, plan)),
    }
    return replace(facts, teachers=teachers), [_hours(hours, sheet, plan, facts, now)]


def _hours(hours: Hours, sheet: ClassSheet, plan: ClassPlan, facts: SchoolFacts, now: datetime) -> transaction.Part:
    assert sheet.offering_id is not None
    extra = facts.extra.get(sheet.offering_id, ())
    return taught_hours.publishing(hours, sheet, replace(plan, sessions=(*plan.sessions, *extra)), now=now)


def _extra(institution_id: InstitutionId, now: datetime) -> dict[OfferingId, tuple[Period, ...]]:
    """A school's extra sessions to come, by class."""
    found: dict[OfferingId, tuple[Period, ...]] = {}
    for offering_id, _, starts_at, ends_at in absences.list_extra(institution_id, since=now - _LONGEST_SESSION):
        found[offering_id] = (*found.get(offering_id, ()), Period(starts_at, ends_at))
    return found


def _timetable(sheet: ClassSheet) -> list[transaction.Part]:
    """The sessions of what is to be published, where they are others than those that are."""
    was = sheet.published
    if was is None:
        return timetable.sessions_written(_sessions(sheet, sheet.facts))
    if not class_rules.taught_otherwise(sheet.facts, was):
        return []
    return timetable.sessions_replaced(_sessions(sheet, sheet.facts))


def _sessions(sheet: ClassSheet, plan: ClassPlan) -> list[teaching.Session]:
    assert sheet.offering_id is not None
    return [
        teaching.Session(
            session_id=SessionId(ids.derived("ses", sheet.offering_id, str(number))),
            offering_id=sheet.offering_id,
            course_id=sheet.course_id,
            institution_id=sheet.institution_id,
            teacher_id=plan.teacher_id,
            number=number,
            starts_at=period.starts_at,
            ends_at=period.ends_at,
        )
        for number, period in enumerate(plan.sessions, 1)
    ]
