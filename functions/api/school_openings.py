"""Whether a school's class opens: when it is decided, and the school's word that it opens anyway."""

from chalice.app import Blueprint

from functions.api import opening_views as views
from functions.api.school_courses import NothingToSay
from functions.edge.auth import Audience
from functions.edge.contract import Call, endpoint
from shared.kernel.ids import CourseId, OfferingId
from shared.mall import openings
from shared.mall.store import UnknownOffering

blueprint = Blueprint(__name__)

_PATH = "/v1/school/courses/{course_id}/classes/{offering_id}/opening"


@endpoint(
    blueprint,
    "GET",
    _PATH,
    audience=Audience.SCHOOL_ADMIN,
    response=views.OpeningView,
    errors=(UnknownOffering,),
    summary_zh="一个班是否开班：何时决定、结果",
    summary_en="Whether a class opens: when that is decided, and how it was",
)
def get_opening(call: Call[None]) -> views.OpeningView:
    course_id, offering_id = CourseId(call.path["course_id"]), OfferingId(call.path["offering_id"])
    return views.opening(openings.get(call.institution_id, course_id, offering_id))


@endpoint(
    blueprint,
    "POST",
    _PATH,
    audience=Audience.SCHOOL_ADMIN,
    request=NothingToSay,
    response=views.OpeningView,
    status=201,
    idempotent=True,
    errors=(UnknownOffering, openings.OpeningDecided),
    summary_zh="声明未达到最低开班人数也开班",
    summary_en="Declare that a class opens with however few",
)
def declare_opening(call: Call[NothingToSay]) -> views.OpeningView:
    declared = openings.declare(
        institution_id=call.institution_id,
        course_id=CourseId(call.path["course_id"]),
        offering_id=OfferingId(call.path["offering_id"]),
        by=call.principal.subject,
        now=call.now,
    )
    return views.opening(declared)
