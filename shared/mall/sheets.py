"""A sheet's way to the bureau: the school writes and submits it, held against the rules; the bureau may return it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from shared.dynamo import transaction
from shared.kernel import clock
from shared.kernel.ids import CourseId
from shared.mall import class_rules, compliance, course_rules, sheet_rules, store, timetable_rules
from shared.mall.compliance import Result
from shared.mall.model import ClassPlan, CourseFacts, Period, Status
from shared.mall.sheet_model import ClassSheet, CourseSheet, SchoolFacts, Taken
from shared.mall.store import sheets as sheet_store
from shared.policy.model import Policy


def draft(*, sheet: CourseSheet | ClassSheet) -> None:
    """Keep a new sheet, as a draft."""
    sheet_store.add(sheet)


def edit_course(*, sheet: CourseSheet, facts: CourseFacts, edits: int, by: str, now: datetime) -> CourseSheet:
    """Write a course's sheet anew; what is published stays on sale. Raises InReview, EditedMeanwhile, CategoryFixed."""
    sheet_rules.check_edit(sheet, facts, edits=edits)
    becomes = replace(sheet, facts=facts, open=Status.DRAFT, edits=edits + 1, made_by=by, made_at=now)
    transaction.commit([sheet_store.written(becomes, edits=edits)])
    return becomes


def edit_class(*, sheet: ClassSheet, facts: ClassPlan, edits: int, by: str, now: datetime) -> ClassSheet:
    """Write a class's sheet anew; what is published stays on sale. Raises InReview, EditedMeanwhile."""
    sheet_rules.check_edit(sheet, facts, edits=edits)
    becomes = replace(sheet, facts=facts, open=Status.DRAFT, edits=edits + 1, made_by=by, made_at=now)
    transaction.commit([sheet_store.written(becomes, edits=edits)])
    return becomes


def submit_course(*, sheet: CourseSheet, edits: int, school: SchoolFacts, policy: Policy, now: datetime) -> CourseSheet:
    """Hand a course to the bureau. Raises InReview, NothingToSubmit, EditedMeanwhile, NotCompliant."""
    sheet_rules.check_submit(sheet, edits=edits)
    compliance.require(check_course(sheet, school=school, policy=policy))
    becomes = replace(sheet, open=Status.IN_REVIEW, submitted_at=now, edits=edits + 1)
    transaction.commit([sheet_store.written(becomes, edits=edits)])
    return becomes


def submit_class(*, sheet: ClassSheet, edits: int, school: SchoolFacts, policy: Policy, now: datetime) -> ClassSheet:
    """Hand a class to the bureau. Raises like `submit_course`."""
    sheet_rules.check_submit(sheet, edits=edits)
    compliance.require(check_class(sheet, school=school, policy=policy, today=clock.business_day(now)))
    becomes = replace(sheet, open=Status.IN_REVIEW, submitted_at=now, edits=edits + 1)
    transaction.commit([sheet_store.written(becomes, edits=edits)])
    return becomes


def send_back(*, sheet: CourseSheet | ClassSheet, edits: int, reason: str, by: str, now: datetime) -> None:
    """Send it back to the school, which may write and submit it again.

    Raises NotInReview, EditedMeanwhile, ReturnReasonNeeded.
    """
    sheet_rules.check_decide(sheet, edits=edits)
    told = sheet_rules.check_reason(reason)
    becomes = replace(sheet, open=Status.DRAFT, edits=edits + 1, decided_by=by, decided_at=now, reason=told)
    transaction.commit([sheet_store.written(becomes, edits=edits)])


def check_course(sheet: CourseSheet, *, school: SchoolFacts, policy: Policy) -> tuple[Result, ...]:
    """Every rule's result on the newest facts of a course."""
    classes = on_sale(sheet_store.classes_of_school(sheet.institution_id), sheet.course_id)
    return course_rules.check(sheet.facts, school=school, classes=classes, policy=policy)


def check_class(sheet: ClassSheet, *, school: SchoolFacts, policy: Policy, today: date) -> tuple[Result, ...]:
    """Every rule's result on the newest facts of a class, held against its course as published or else as written."""
    course = sheet_store.get_course(sheet.institution_id, sheet.course_id)
    classes = sheet_store.classes_of_school(sheet.institution_id)
    results = class_rules.check(
        sheet.facts,
        course=course.published or course.facts,
        school=school,
        others=_taken([one for one in classes if one.item_id != sheet.item_id], school, today),
        policy=policy,
        today=today,
    )
    if sheet.published is None:
        return results
    return (*results, *class_rules.check_sold(sheet.facts, was=sheet.published, sold=_sold([sheet])[sheet.item_id]))


def check_extra(
    sheet: ClassSheet, period: Period, *, school: SchoolFacts, policy: Policy, today: date
) -> tuple[Result, ...]:
    """Every rule's result on one extra session of a class that is published."""
    assert sheet.published is not None
    course = sheet_store.get_course(sheet.institution_id, sheet.course_id)
    teacher = school.teachers.get(sheet.published.teacher_id)
    return timetable_rules.check_extra(
        replace(sheet.published, sessions=(period,)),
        course=course.published or course.facts,
        others=_taken(sheet_store.classes_of_school(sheet.institution_id), school, today),
        elsewhere=teacher.elsewhere if teacher else (),
        policy=policy,
    )


def on_sale(classes: Sequence[ClassSheet], course_id: CourseId) -> list[ClassSheet]:
    """Those of a course's classes that are on sale."""
    return [one for one in classes if one.course_id == course_id and one.sale is Status.PUBLISHED]


def taught(classes: Sequence[ClassSheet], today: date) -> list[ClassPlan]:
    """What is published of those on sale, and of those off sale that somebody is still taught in."""
    going_on = [one for one in classes if one.published is not None and one.published.ends_on >= today]
    sold = _sold([one for one in going_on if one.sale is Status.WITHDRAWN])
    return [
        one.published
        for one in going_on
        if one.published is not None and (one.sale is Status.PUBLISHED or sold[one.item_id])
    ]


def _taken(classes: Sequence[ClassSheet], school: SchoolFacts, today: date) -> list[Taken]:
    """What classes take: those that are taught, and the extra sessions of any."""
    extra = [
        replace(one.published, sessions=school.extra[one.offering_id])
        for one in classes
        if one.published is not None and one.offering_id is not None and one.offering_id in school.extra
    ]
    plans = (*taught(classes, today), *extra)
    return [Taken(one.name, one.teacher_id, one.room_id, one.sessions) for one in plans]


def _sold(classes: Sequence[ClassSheet]) -> dict[str, int]:
    """How many seats of each class are sold."""
    return store.count_sold([(one.course_id, one.offering_id) for one in classes if one.offering_id])
