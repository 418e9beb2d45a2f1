"""What is on sale: what the bureau accepts comes into the mall, and the school takes it off and puts it back.

Each is one transaction, counted for its school, so that two at once don't miss one another (`next_publication`). `also`
are the parts of others: that the school may sell, and that what is published of it is still what was read.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import TypeVar

from shared.dynamo import transaction
from shared.kernel import clock
from shared.mall import class_rules, compliance, rules, sheet_rules, sheets, store
from shared.mall.model import ClassFacts, ClassPlan, Course, CourseFacts, Offering, Status, weekly_times
from shared.mall.sheet_model import ClassSheet, CourseSheet, SchoolFacts
from shared.mall.store import cards
from shared.mall.store import sheets as sheet_store
from shared.policy.model import Policy

Parts = Sequence[transaction.Part]


def accept_course(
    *, sheet: CourseSheet, edits: int, by: str, now: datetime, school: SchoolFacts, policy: Policy, also: Parts
) -> None:
    """Publish what the bureau saw of a course, at `edits`; its classes on sale get the new terms.

    Raises NotInReview, EditedMeanwhile, NotCompliant, LostRace, and what `also` refuses.
    """
    sheet_rules.check_decide(sheet, edits=edits)
    was = sheet_store.publications(sheet.institution_id)
    compliance.require(sheets.check_course(sheet, school=school, policy=policy))
    becomes = _accepted(sheet, by=by, now=now)
    transaction.commit(
        [
            *also,
            sheet_store.written(becomes, edits=edits),
            sheet_store.kept(becomes),
            sheet_store.next_publication(sheet.institution_id, was=was),
            *_course_parts(becomes, school, now),
            cards.of_school(school, now=now),
        ]
    )


def accept_class(
    *,
    sheet: ClassSheet,
    edits: int,
    by: str,
    now: datetime,
    school: SchoolFacts,
    policy: Policy,
    also: Parts,
) -> None:
    """Publish what the bureau saw of a class, at `edits`. Its timetable is among the parts of `also`.

    Raises NotInReview, EditedMeanwhile, NotPublished (its course isn't on sale), NotCompliant, TooManyClasses,
    LostRace, SoldWithOthers or SeatsBelowSold when somebody has just enrolled, and what `also` refuses.
    """
    sheet_rules.check_decide(sheet, edits=edits)
    was = sheet_store.publications(sheet.institution_id)
    course = _course_on_sale(sheet)
    _check_count(sheet)
    today = clock.business_day(now)
    compliance.require(sheets.check_class(sheet, school=school, policy=policy, today=today))
    becomes = _accepted(sheet, by=by, now=now)
    offering, text = _offering(becomes, course, school)
    transaction.commit(
        [
            *also,
            sheet_store.written(becomes, edits=edits),
            sheet_store.kept(becomes),
            sheet_store.next_publication(sheet.institution_id, was=was),
            store.terms(text, offering.terms_hash, now=now),
            _class_part(offering, sheet.facts, sheet.published),
            cards.of_class(offering, now=now),
            cards.of_school(school, now=now),
        ]
    )


def withdraw_course(*, sheet: CourseSheet, edits: int, now: datetime) -> CourseSheet:
    """Take a course off sale with all its classes; what is sold stays sold.

    Raises NotPublished, EditedMeanwhile, LostRace.
    """
    sheet_rules.check_withdraw(sheet, edits=edits)
    was = sheet_store.publications(sheet.institution_id)
    becomes = replace(sheet, sale=Status.WITHDRAWN, edits=edits + 1)
    classes = sheets.on_sale(sheet_store.classes_of_school(sheet.institution_id), sheet.course_id)
    transaction.commit(
        [
            sheet_store.written(becomes, edits=edits),
            sheet_store.next_publication(sheet.institution_id, was=was),
            *store.published_course(_course(becomes)),
            cards.no_course(sheet.course_id, now=now),
            *(replace(part, refused=transaction.LostRace()) for one in classes for part in _class_withdrawn(one, now)),
        ]
    )
    return becomes


def withdrawal(sheet: ClassSheet, *, now: datetime) -> list[transaction.Part]:
    """The parts that take a class off sale, counted among its school's publications. Else EditedMeanwhile, LostRace."""
    was = sheet_store.publications(sheet.institution_id)
    return [*_class_withdrawn(sheet, now), sheet_store.next_publication(sheet.institution_id, was=was)]


def withdraw_class(*, sheet: ClassSheet, edits: int, now: datetime) -> ClassSheet:
    """Take a class off sale; what is sold stays sold. Raises NotPublished, EditedMeanwhile, LostRace."""
    sheet_rules.check_withdraw(sheet, edits=edits)
    was = sheet_store.publications(sheet.institution_id)
    transaction.commit([*_class_withdrawn(sheet, now), sheet_store.next_publication(sheet.institution_id, was=was)])
    return replace(sheet, sale=Status.WITHDRAWN, edits=edits + 1)


def republish_course(
    *, sheet: CourseSheet, edits: int, school: SchoolFacts, policy: Policy, now: datetime, also: Parts
) -> CourseSheet:
    """Put a course back on sale as it was published, without its classes, if it still keeps to the rules.

    Raises NotWithdrawn, EditedMeanwhile, NotCompliant, LostRace, and what `also` refuses.
    """
    sheet_rules.check_republish(sheet, edits=edits)
    was = sheet_store.publications(sheet.institution_id)
    assert sheet.published is not None
    compliance.require(sheets.check_course(replace(sheet, facts=sheet.published), school=school, policy=policy))
    becomes = replace(sheet, sale=Status.PUBLISHED, edits=edits + 1)
    transaction.commit(
        [
            *also,
            sheet_store.written(becomes, edits=edits),
            sheet_store.next_publication(sheet.institution_id, was=was),
            *store.published_course(_course(becomes)),
            cards.of_course(_course(becomes), now=now),
            cards.of_school(school, now=now),
        ]
    )
    return becomes


def republish_class(
    *, sheet: ClassSheet, edits: int, school: SchoolFacts, policy: Policy, now: datetime, also: Parts
) -> ClassSheet:
    """Put a class back on sale as it was published, under its course's terms of today. Raises like `accept_class`."""
    sheet_rules.check_republish(sheet, edits=edits)
    was = sheet_store.publications(sheet.institution_id)
    course = _course_on_sale(sheet)
    _check_count(sheet)
    assert sheet.published is not None
    as_published = replace(sheet, facts=sheet.published)
    today = clock.business_day(now)
    compliance.require(sheets.check_class(as_published, school=school, policy=policy, today=today))
    becomes = replace(sheet, sale=Status.PUBLISHED, edits=edits + 1)
    offering, text = _offering(becomes, course, school)
    transaction.commit(
        [
            *also,
            sheet_store.written(becomes, edits=edits),
            sheet_store.next_publication(sheet.institution_id, was=was),
            store.terms(text, offering.terms_hash, now=now),
            _class_part(offering, sheet.published, sheet.published),
            cards.of_class(offering, now=now),
            cards.of_school(school, now=now),
        ]
    )
    return becomes


S = TypeVar("S", CourseSheet, ClassSheet)


def _accepted(sheet: S, *, by: str, now: datetime) -> S:
    """The sheet as it is when its newest facts are published."""
    return replace(
        sheet,
        published=sheet.facts,
        sale=Status.PUBLISHED,
        open=None,
        version=sheet.version + 1,
        edits=sheet.edits + 1,
        decided_by=by,
        decided_at=now,
        reason="",
    )


def _course_on_sale(sheet: ClassSheet) -> Course:
    """Raises NotPublished."""
    course = sheet_store.get_course(sheet.institution_id, sheet.course_id)
    if course.sale is not Status.PUBLISHED:
        raise sheet_rules.NotPublished()
    return _course(course)


def _check_count(sheet: ClassSheet) -> None:
    """Raises TooManyClasses."""
    there = sheets.on_sale(sheet_store.classes_of_school(sheet.institution_id), sheet.course_id)
    count = len([one for one in there if one.item_id != sheet.item_id])
    if count >= sheet_rules.MOST_CLASSES:
        raise sheet_rules.TooManyClasses(value=count, limit=sheet_rules.MOST_CLASSES)


def _course_parts(sheet: CourseSheet, school: SchoolFacts, now: datetime) -> list[transaction.Part]:
    """The course as it is published now, and its classes on sale under its terms."""
    course = _course(sheet)
    parts = [*store.published_course(course), cards.of_course(course, now=now)]
    for one in sheets.on_sale(sheet_store.classes_of_school(sheet.institution_id), sheet.course_id):
        offering, text = _offering(one, course, school)
        parts += [store.terms(text, offering.terms_hash, now=now), store.reworded(offering)]
    return parts


def _class_part(offering: Offering, plan: ClassPlan, was: ClassPlan | None) -> transaction.Part:
    """The class as it is published now, in the place of what was published of it before."""
    if was is None:
        return store.opened(offering)
    moved = class_rules.taught_otherwise(plan, was)
    refused = (
        class_rules.SoldWithOthers(pointer="/timetable", value=1, limit=0)
        if moved
        else class_rules.SeatsBelowSold(pointer="/seats", value=offering.seats, limit=was.seats)
    )
    return store.changed(offering, was_seats=was.seats, unsold=moved, refused=refused)


def _class_withdrawn(sheet: ClassSheet, now: datetime) -> list[transaction.Part]:
    assert sheet.offering_id is not None
    becomes = replace(sheet, sale=Status.WITHDRAWN, edits=sheet.edits + 1)
    return [
        sheet_store.written(becomes, edits=sheet.edits),
        store.withdrawn(sheet.course_id, sheet.offering_id),
        cards.no_class(sheet.course_id, sheet.offering_id, now=now),
    ]


def _course(sheet: CourseSheet) -> Course:
    """The course of the mall that a sheet says is published."""
    assert sheet.published is not None
    assert sheet.sale is not None
    told = {field.name: getattr(sheet.published, field.name) for field in fields(CourseFacts)}
    return Course(
        **told,
        course_id=sheet.course_id,
        institution_id=sheet.institution_id,
        version=sheet.version,
        status=sheet.sale,
    )


def _offering(sheet: ClassSheet, course: Course, school: SchoolFacts) -> tuple[Offering, str]:
    """The class of the mall that a sheet says is published, and the text of the terms that it is sold under."""
    plan = sheet.published
    assert plan is not None
    assert sheet.offering_id is not None
    room, teacher = school.rooms.get(plan.room_id), school.teachers.get(plan.teacher_id)
    told = {field.name: getattr(plan, field.name) for field in fields(ClassFacts)}
    offering = Offering(
        **told,
        offering_id=sheet.offering_id,
        course_id=sheet.course_id,
        institution_id=sheet.institution_id,
        room=room.caption if room else "",
        teacher_name=teacher.name if teacher else "",
        weekly=weekly_times(plan.sessions),
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        seats_left=plan.seats,
        terms_hash="",
        version=sheet.version,
    )
    text = rules.terms_text(course, offering, plan.sessions, school.name)
    return replace(offering, terms_hash=rules.terms_hash(text)), text
