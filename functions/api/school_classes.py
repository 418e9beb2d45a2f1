"""The classes of a school's courses, from the draft to the sale and off it."""

from chalice.app import Blueprint

from functions.api import course_views as views
from functions.api.school_courses import NothingToSay
from functions.edge import course_acts
from functions.edge.auth import Audience
from functions.edge.contract import Call, PageQuery, endpoint
from shared.institutions.store import NotSelling, UnknownInstitution
from shared.kernel import ids
from shared.kernel.ids import CourseId, InstitutionId, OfferingId
from shared.kernel.page import Page
from shared.mall import class_rules, sheet_rules, sheets, timetable
from shared.mall.compliance import NotCompliant
from shared.mall.model import ClassPlan
from shared.mall.openings import NotOpened
from shared.mall.sheet_model import ClassSheet, CourseSheet
from shared.mall.store import UnknownCourse, UnknownOffering
from shared.mall.store import sheets as store
from shared.policy import queries as policies

blueprint = Blueprint(__name__)

_TIMETABLE = (views.SessionBackwards, views.LessonsOverTimetable, timetable.NoSuchTimetable)


@endpoint(
    blueprint,
    "POST",
    "/v1/school/courses/{course_id}/classes",
    audience=Audience.SCHOOL_ADMIN,
    request=views.ClassContent,
    response=views.ClassSheetView,
    status=201,
    idempotent=True,
    errors=(UnknownCourse, sheet_rules.EditedMeanwhile, *_TIMETABLE),
    summary_zh="起草一个班级",
    summary_en="Draft a class of a course",
)
def draft_class(call: Call[views.ClassContent]) -> views.ClassSheetView:
    course = _course(call)
    sheet = ClassSheet(
        institution_id=call.institution_id,
        course_id=course.course_id,
        offering_id=OfferingId(ids.derived("off", course.course_id, call.principal.subject, call.idempotency_key)),
        facts=_plan(call),
        made_by=call.principal.subject,
        made_at=call.now,
    )
    sheets.draft(sheet=sheet)
    return views.class_sheet(sheet)


@endpoint(
    blueprint,
    "GET",
    "/v1/school/courses/{course_id}/classes",
    audience=Audience.SCHOOL_ADMIN,
    query=PageQuery,
    response=views.ClassSheetView,
    errors=(UnknownCourse,),
    summary_zh="课程的班级及其状态",
    summary_en="A course's classes and how far they are",
)
def list_classes_of_course(call: Call[None]) -> Page[views.ClassSheetView]:
    course_id = _course(call).course_id
    page = store.list_classes(call.institution_id, course_id, limit=call.page.limit, cursor=call.page.cursor)
    return page.map(views.class_sheet)


@endpoint(
    blueprint,
    "GET",
    "/v1/school/courses/{course_id}/classes/{offering_id}",
    audience=Audience.SCHOOL_ADMIN,
    response=views.ClassSheetView,
    errors=(UnknownOffering,),
    summary_zh="课程的一个班级",
    summary_en="One of a course's classes",
)
def get_school_class(call: Call[None]) -> views.ClassSheetView:
    return views.class_sheet(_own(call))


@endpoint(
    blueprint,
    "PUT",
    "/v1/school/courses/{course_id}/classes/{offering_id}",
    audience=Audience.SCHOOL_ADMIN,
    request=views.ClassContent,
    response=views.ClassSheetView,
    conditional=True,
    errors=(UnknownOffering, UnknownCourse, sheet_rules.InReview, sheet_rules.EditedMeanwhile, *_TIMETABLE),
    summary_zh="修改班级；已发布的内容在审核通过前继续销售",
    summary_en="Write a class anew; what is published stays on sale until this is accepted",
)
def edit_class(call: Call[views.ClassContent]) -> views.ClassSheetView:
    facts = _plan(call)
    by = call.principal.subject
    return views.class_sheet(sheets.edit_class(sheet=_own(call), facts=facts, edits=call.edits, by=by, now=call.now))


@endpoint(
    blueprint,
    "POST",
    "/v1/school/courses/{course_id}/classes/{offering_id}/submission",
    audience=Audience.SCHOOL_ADMIN,
    request=NothingToSay,
    response=views.ClassSheetView,
    idempotent=True,
    conditional=True,
    errors=(
        UnknownOffering,
        UnknownInstitution,
        sheet_rules.InReview,
        sheet_rules.NothingToSubmit,
        sheet_rules.EditedMeanwhile,
        NotCompliant,
        *class_rules.ALL,
    ),
    summary_zh="提交班级审核；一次告知全部不符合的规定",
    summary_en="Hand a class to the bureau; every rule that it breaks is told at once",
)
def submit_class(call: Call[NothingToSay]) -> views.ClassSheetView:
    return views.class_sheet(course_acts.submit_class(_own(call), edits=call.edits, now=call.now))


@endpoint(
    blueprint,
    "POST",
    "/v1/school/courses/{course_id}/classes/{offering_id}/withdrawal",
    audience=Audience.SCHOOL_ADMIN,
    request=NothingToSay,
    response=views.ClassSheetView,
    idempotent=True,
    conditional=True,
    errors=(UnknownOffering, sheet_rules.NotPublished, sheet_rules.EditedMeanwhile),
    summary_zh="停售班级；已售合同不变",
    summary_en="Take a class off sale; what is sold stays sold",
)
def withdraw_class(call: Call[NothingToSay]) -> views.ClassSheetView:
    return views.class_sheet(course_acts.withdraw_class(*_ids(call), edits=call.edits, now=call.now))


@endpoint(
    blueprint,
    "POST",
    "/v1/school/courses/{course_id}/classes/{offering_id}/republication",
    audience=Audience.SCHOOL_ADMIN,
    request=NothingToSay,
    response=views.ClassSheetView,
    idempotent=True,
    conditional=True,
    errors=(
        UnknownOffering,
        UnknownInstitution,
        NotSelling,
        sheet_rules.NotPublished,
        sheet_rules.TooManyClasses,
        sheet_rules.NotWithdrawn,
        sheet_rules.EditedMeanwhile,
        NotOpened,
        NotCompliant,
        *class_rules.ALL,
    ),
    summary_zh="恢复销售已停售的班级",
    summary_en="Put a withdrawn class back on sale, under its course's terms of today",
)
def republish_class(call: Call[NothingToSay]) -> views.ClassSheetView:
    return views.class_sheet(course_acts.republish_class(*_ids(call), edits=call.edits, now=call.now))


def _own(call: Call[None] | Call[views.ClassContent] | Call[NothingToSay]) -> ClassSheet:
    return store.get_class(*_ids(call))


def _ids(
    call: Call[None] | Call[views.ClassContent] | Call[NothingToSay],
) -> tuple[InstitutionId, CourseId, OfferingId]:
    return call.institution_id, CourseId(call.path["course_id"]), OfferingId(call.path["offering_id"])


def _course(call: Call[None] | Call[views.ClassContent]) -> CourseSheet:
    return store.get_course(call.institution_id, CourseId(call.path["course_id"]))


def _plan(call: Call[views.ClassContent]) -> ClassPlan:
    course = _course(call)
    return views.class_plan(call.body, course.published or course.facts, policies.in_force(at=call.now).own_days)
