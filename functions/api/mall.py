"""The course mall: open to everybody."""

from collections.abc import Sequence

from chalice.app import Blueprint

from functions.api import mall_views as views
from functions.api import review_views
from functions.api.review_views import RatingOnCard
from functions.api.safety_views import safety
from functions.api.school_files import address_of
from functions.api.views import View
from functions.edge import verified
from functions.edge.auth import Audience
from functions.edge.contract import Call, PageQuery, SeeOther, endpoint
from shared.institutions import store as institutions
from shared.institutions.model import Status
from shared.kernel import clock, errors
from shared.kernel.ids import CourseId, FileId, InstitutionId
from shared.kernel.page import Page
from shared.mall import queries, rules
from shared.mall.model import CATEGORIES, CourseWithOfferings
from shared.mall.store import UnknownCourse
from shared.materials import queries as materials
from shared.policy import queries as policies
from shared.reviews.store import ratings

blueprint = Blueprint(__name__)


class Categories(View):
    data: list[views.CategoryView]


class UnknownPicture(errors.Missing):
    code = "unknown_picture"
    zh = "没有这张公示照片。"
    en = "There is no such published picture."


class Courses(View):
    data: list[views.CourseCard]


@endpoint(
    blueprint,
    "GET",
    "/v1/mall/categories",
    audience=Audience.PUBLIC,
    response=Categories,
    summary_zh="课程类别",
    summary_en="Categories of courses",
)
def list_categories(call: Call[None]) -> Categories:
    return Categories(
        data=[
            views.CategoryView(
                code=category.code,
                name_zh=category.zh,
                name_en=category.en,
                authority_zh=category.authority_zh,
                authority_en=category.authority_en,
            )
            for category in CATEGORIES
        ]
    )


@endpoint(
    blueprint,
    "GET",
    "/v1/mall/categories/{category}/institutions",
    audience=Audience.PUBLIC,
    query=PageQuery,
    response=views.InstitutionCard,
    errors=(rules.UnknownCategory,),
    summary_zh="某类别下可报名的培训机构",
    summary_en="Schools of a category that may sell",
)
def list_institutions_of_category(call: Call[None]) -> Page[views.InstitutionCard]:
    rules.check_category(call.path["category"])
    page = queries.list_schools_of_category(call.path["category"], limit=call.page.limit, cursor=call.page.cursor)
    schools = institutions.get_many(list(page.rows))
    today = clock.business_day(call.now)
    selling = [schools[iid] for iid in page.rows if iid in schools and schools[iid].may_sell_on(today)]
    rated = _rated(call, [school.institution_id for school in selling])
    return Page([views.institution_card(one, rated[one.institution_id]) for one in selling], page.next_cursor)


@endpoint(
    blueprint,
    "GET",
    "/v1/mall/institutions/{institution_id}",
    audience=Audience.PUBLIC,
    response=views.InstitutionView,
    errors=(institutions.UnknownInstitution,),
    summary_zh="培训机构公示信息",
    summary_en="What is published of a school",
)
def get_institution(call: Call[None]) -> views.InstitutionView:
    school = institutions.get(InstitutionId(call.path["institution_id"]))
    if school.status is Status.APPLICANT:
        raise institutions.UnknownInstitution()
    [told] = verified.schools([school.institution_id], now=call.now)
    return views.institution(told.school, safety(told, english=call.language == "en"), told.today)


@endpoint(
    blueprint,
    "GET",
    "/v1/mall/institutions/{institution_id}/rooms/{item_id}/picture",
    audience=Audience.PUBLIC,
    status=303,
    errors=(institutions.UnknownInstitution, UnknownPicture),
    summary_zh="教学环境照片",
    summary_en="The address of a room's published picture, good for a short time",
)
def get_room_picture(call: Call[None]) -> SeeOther:
    school = institutions.get(InstitutionId(call.path["institution_id"]))
    found = next((one.file for one in school.rooms if one.item_id == call.path["item_id"] and one.file), None)
    if found is None:
        raise UnknownPicture()
    return SeeOther(address_of(materials.get_of_institution(school.institution_id, FileId(found.file_id))))


@endpoint(
    blueprint,
    "GET",
    "/v1/mall/institutions/{institution_id}/courses",
    audience=Audience.PUBLIC,
    response=Courses,
    errors=(institutions.UnknownInstitution,),
    summary_zh="培训机构的课程",
    summary_en="Courses of a school",
)
def list_courses_of_institution(call: Call[None]) -> Courses:
    school = institutions.get(InstitutionId(call.path["institution_id"]))
    if not school.may_sell_on(clock.business_day(call.now)):
        return Courses(data=[])
    courses = [one for one in queries.list_courses_of_institution(school.institution_id) if one.status == "published"]
    rated = _rated(call, [course.course_id for course in courses])
    return Courses(data=[views.course_card(course, rated[course.course_id]) for course in courses])


@endpoint(
    blueprint,
    "GET",
    "/v1/mall/courses/{course_id}",
    audience=Audience.PUBLIC,
    response=views.CourseView,
    errors=(UnknownCourse,),
    summary_zh="课程与班级",
    summary_en="A course with its classes",
)
def get_course(call: Call[None]) -> views.CourseView:
    return _view(call, [queries.get_course(CourseId(call.path["course_id"]))])[0]


def _view(call: Call[None], found: list[CourseWithOfferings]) -> list[views.CourseView]:
    """The courses as they are shown, those whose school may not sell left out with UnknownCourse."""
    schools = institutions.get_many([one.course.institution_id for one in found])
    today = clock.business_day(call.now)
    if not all(schools[one.course.institution_id].may_sell_on(today) for one in found):
        raise UnknownCourse()
    rated = _rated(call, [one.course.course_id for one in found])
    hold_hours = policies.in_force(at=call.now).unpaid_hours
    return [
        views.course(one, schools[one.course.institution_id], rated[one.course.course_id], today, hold_hours=hold_hours)
        for one in found
    ]


def _rated(call: Call[None], of: Sequence[CourseId | InstitutionId]) -> dict[str, RatingOnCard]:
    """The ratings of all that a page shows, in one read."""
    policy = policies.in_force(at=call.now)
    return {one: review_views.on_card(told, policy) for one, told in ratings.get_many(of).items()}
