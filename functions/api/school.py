"""What a school's administrator and teachers see of their classes and their timetables."""

from chalice.app import Blueprint

from functions.api import enrolment_views, mall_views
from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, endpoint
from shared.institutions.store import UnknownInstitution
from shared.kernel import clock
from shared.kernel.ids import OfferingId
from shared.mall import queries as courses
from shared.mall.store import UnknownOffering
from shared.teaching import queries

blueprint = Blueprint(__name__)


class ClassView(View):
    course_id: str
    course_title: str
    offering: mall_views.OfferingView


class Classes(View):
    data: list[ClassView]


class Sessions(View):
    data: list[enrolment_views.SessionView]


@endpoint(
    blueprint,
    "GET",
    "/v1/school/offerings",
    audience=Audience.SCHOOL,
    response=Classes,
    errors=(UnknownInstitution,),
    summary_zh="本校班级（教师只看自己的）",
    summary_en="The school's classes (a teacher's own)",
)
def list_classes(call: Call[None]) -> Classes:
    found = [
        (one.course, offering)
        for card in courses.list_courses_of_institution(call.institution_id)
        for one in [courses.get_course(card.course_id)]
        for offering in one.offerings
        if call.teacher_id in (None, offering.teacher_id)
    ]
    today = clock.business_day(call.now)
    return Classes(
        data=[
            ClassView(
                course_id=course.course_id, course_title=course.title, offering=mall_views.offering(offering, today)
            )
            for course, offering in found
        ]
    )


@endpoint(
    blueprint,
    "GET",
    "/v1/school/offerings/{offering_id}/sessions",
    audience=Audience.SCHOOL,
    response=Sessions,
    errors=(UnknownOffering,),
    summary_zh="班级课表",
    summary_en="A class's timetable",
)
def list_sessions(call: Call[None]) -> Sessions:
    sessions = queries.list_sessions(OfferingId(call.path["offering_id"]))
    if not sessions or sessions[0].institution_id != call.institution_id:
        raise UnknownOffering()
    return Sessions(data=[enrolment_views.session(one) for one in sessions])
