"""A school's courses, from the draft to the sale and off it."""

from chalice.app import Blueprint

from functions.api import course_views as views
from functions.edge import course_acts
from functions.edge.auth import Audience
from functions.edge.contract import Call, PageQuery, Request, endpoint
from shared.institutions.store import NotSelling, UnknownInstitution
from shared.kernel import ids
from shared.kernel.ids import CourseId
from shared.kernel.page import Page
from shared.mall import course_rules, sheet_rules, sheets
from shared.mall.compliance import NotCompliant
from shared.mall.sheet_model import CourseSheet
from shared.mall.store import UnknownCourse
from shared.mall.store import sheets as store

blueprint = Blueprint(__name__)


class NothingToSay(Request):
    """The address and If-Match say it all."""


@endpoint(
    blueprint,
    "POST",
    "/v1/school/courses",
    audience=Audience.SCHOOL_ADMIN,
    request=views.CourseContent,
    response=views.CourseSheetView,
    status=201,
    idempotent=True,
    errors=(sheet_rules.EditedMeanwhile,),
    summary_zh="起草一门课程",
    summary_en="Draft a course",
)
def draft_course(call: Call[views.CourseContent]) -> views.CourseSheetView:
    sheet = CourseSheet(
        institution_id=call.institution_id,
        course_id=CourseId(ids.derived("crs", call.institution_id, call.principal.subject, call.idempotency_key)),
        offering_id=None,
        facts=views.course_facts(call.body),
        made_by=call.principal.subject,
        made_at=call.now,
    )
    sheets.draft(sheet=sheet)
    return views.course_sheet(sheet)


@endpoint(
    blueprint,
    "GET",
    "/v1/school/courses",
    audience=Audience.SCHOOL_ADMIN,
    query=PageQuery,
    response=views.CourseSheetView,
    summary_zh="本校课程及其状态",
    summary_en="The school's courses and how far they are",
)
def list_school_courses(call: Call[None]) -> Page[views.CourseSheetView]:
    return store.list_courses(call.institution_id, limit=call.page.limit, cursor=call.page.cursor).map(
        views.course_sheet
    )


@endpoint(
    blueprint,
    "GET",
    "/v1/school/courses/{course_id}",
    audience=Audience.SCHOOL_ADMIN,
    response=views.CourseSheetView,
    errors=(UnknownCourse,),
    summary_zh="本校的一门课程",
    summary_en="One of the school's courses",
)
def get_school_course(call: Call[None]) -> views.CourseSheetView:
    return views.course_sheet(_own(call))


@endpoint(
    blueprint,
    "PUT",
    "/v1/school/courses/{course_id}",
    audience=Audience.SCHOOL_ADMIN,
    request=views.CourseContent,
    response=views.CourseSheetView,
    conditional=True,
    errors=(UnknownCourse, sheet_rules.InReview, sheet_rules.EditedMeanwhile, sheet_rules.CategoryFixed),
    summary_zh="修改课程；已发布的内容在审核通过前继续销售",
    summary_en="Write a course anew; what is published stays on sale until this is accepted",
)
def edit_course(call: Call[views.CourseContent]) -> views.CourseSheetView:
    facts = views.course_facts(call.body)
    by = call.principal.subject
    return views.course_sheet(sheets.edit_course(sheet=_own(call), facts=facts, edits=call.edits, by=by, now=call.now))


@endpoint(
    blueprint,
    "POST",
    "/v1/school/courses/{course_id}/submission",
    audience=Audience.SCHOOL_ADMIN,
    request=NothingToSay,
    response=views.CourseSheetView,
    idempotent=True,
    conditional=True,
    errors=(
        UnknownCourse,
        UnknownInstitution,
        sheet_rules.InReview,
        sheet_rules.NothingToSubmit,
        sheet_rules.EditedMeanwhile,
        NotCompliant,
        *course_rules.ALL,
    ),
    summary_zh="提交课程审核；一次告知全部不符合的规定",
    summary_en="Hand a course to the bureau; every rule that it breaks is told at once",
)
def submit_course(call: Call[NothingToSay]) -> views.CourseSheetView:
    return views.course_sheet(course_acts.submit_course(_own(call), edits=call.edits, now=call.now))


@endpoint(
    blueprint,
    "POST",
    "/v1/school/courses/{course_id}/withdrawal",
    audience=Audience.SCHOOL_ADMIN,
    request=NothingToSay,
    response=views.CourseSheetView,
    idempotent=True,
    conditional=True,
    errors=(UnknownCourse, UnknownInstitution, sheet_rules.NotPublished, sheet_rules.EditedMeanwhile),
    summary_zh="停售课程及其全部班级；已售合同不变",
    summary_en="Take a course with all its classes off sale; what is sold stays sold",
)
def withdraw_course(call: Call[NothingToSay]) -> views.CourseSheetView:
    course_id = _own(call).course_id
    return views.course_sheet(
        course_acts.withdraw_course(call.institution_id, course_id, edits=call.edits, now=call.now)
    )


@endpoint(
    blueprint,
    "POST",
    "/v1/school/courses/{course_id}/republication",
    audience=Audience.SCHOOL_ADMIN,
    request=NothingToSay,
    response=views.CourseSheetView,
    idempotent=True,
    conditional=True,
    errors=(
        UnknownCourse,
        UnknownInstitution,
        NotSelling,
        sheet_rules.NotWithdrawn,
        sheet_rules.EditedMeanwhile,
        NotCompliant,
        *course_rules.ALL,
    ),
    summary_zh="恢复销售已停售的课程（班级另行恢复）",
    summary_en="Put a withdrawn course back on sale; its classes come back one by one",
)
def republish_course(call: Call[NothingToSay]) -> views.CourseSheetView:
    course_id = _own(call).course_id
    return views.course_sheet(
        course_acts.republish_course(call.institution_id, course_id, edits=call.edits, now=call.now)
    )


def _own(call: Call[None] | Call[views.CourseContent] | Call[NothingToSay]) -> CourseSheet:
    return store.get_course(call.institution_id, CourseId(call.path["course_id"]))
