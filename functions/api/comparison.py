"""Two to four courses side by side: what a lesson and an hour cost, who teaches, what is given back, how safe it is."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api import mall_views, review_views
from functions.api.mall_views import CourseView, TeacherView
from functions.api.review_views import RatingOnCard
from functions.api.safety_views import SafetyView, safety
from functions.api.views import View
from functions.edge import verified
from functions.edge.auth import Audience
from functions.edge.contract import Call, endpoint
from functions.edge.verified import Verified
from shared.kernel import clock
from shared.kernel.ids import CourseId, InstitutionId
from shared.mall import queries
from shared.mall.model import CourseWithOfferings, Status
from shared.mall.store import UnknownCourse
from shared.policy import queries as policies
from shared.policy.model import Policy
from shared.reviews.store import ratings

blueprint = Blueprint(__name__)


class CompareQuery(pydantic.BaseModel):
    """`courses`: two to four course ids, separated by commas."""

    courses: Annotated[str, pydantic.Field(max_length=200)]


class RefundTerms(View):
    """What is given back: all, until so many days before the start; then what isn't taught; paid within `paid_days`."""

    full_refund_days: int
    paid_days: int
    name: str


class ComparedCourse(CourseView):
    """A course with all that families choose by. `teachers`: those of its classes, as their school publishes them.

    `seats_left`: of all its classes that are on sale.
    """

    teachers: list[TeacherView]
    seats_left: int
    refund: RefundTerms
    institution_rating: RatingOnCard
    safety: SafetyView


class Comparison(View):
    courses: list[ComparedCourse]


@endpoint(
    blueprint,
    "GET",
    "/v1/mall/compare",
    audience=Audience.PUBLIC,
    query=CompareQuery,
    response=Comparison,
    errors=(queries.CompareTwoToFour, UnknownCourse),
    summary_zh="比较2至4门课程：单价、教师、评分、退费、余位、安全标识",
    summary_en="Two to four courses side by side: unit prices, teachers, ratings, refunds, seats, safety",
)
def compare(call: Call[None]) -> Comparison:
    asked = call.query
    assert isinstance(asked, CompareQuery)
    found = queries.compare(course_ids=[CourseId(text.strip()) for text in asked.courses.split(",")])
    schools = {one.school.institution_id: one for one in _schools(call, found)}
    of: list[CourseId | InstitutionId] = [*(one.course.course_id for one in found), *schools]
    policy, today = policies.in_force(at=call.now), clock.business_day(call.now)
    rated = {one: review_views.on_card(told, policy) for one, told in ratings.get_many(of).items()}
    english = call.language == "en"
    return Comparison(
        courses=[_compared(one, schools[one.course.institution_id], rated, policy, today, english) for one in found]
    )


def _schools(call: Call[None], found: Sequence[CourseWithOfferings]) -> list[Verified]:
    """The schools of the courses. Raises UnknownCourse where one may not sell."""
    schools = verified.schools(list(dict.fromkeys(one.course.institution_id for one in found)), now=call.now)
    if not all(one.legal for one in schools):
        raise UnknownCourse()
    return schools


def _compared(
    found: CourseWithOfferings,
    school: Verified,
    rated: dict[str, RatingOnCard],
    policy: Policy,
    today: date,
    english: bool,
) -> ComparedCourse:
    course = found.course
    hold_hours = policy.unpaid_hours
    view = mall_views.course(found, school.school, rated[course.course_id], today, hold_hours=hold_hours)
    on_sale = [one for one in found.offerings if one.status is Status.PUBLISHED and today <= one.starts_on]
    teaching = {one.teacher_id for one in on_sale}
    return ComparedCourse(
        **vars(view),
        teachers=[mall_views.teacher(one) for one in school.school.teachers if one.teacher_id in teaching],
        seats_left=sum(one.seats_free for one in on_sale),
        refund=_refund(course.full_refund_days, policy.refund_payment_days, english),
        institution_rating=rated[course.institution_id],
        safety=safety(school, english=english),
    )


def _refund(full_refund_days: int, paid_days: int, english: bool) -> RefundTerms:
    zh = f"开课{full_refund_days}日前申请全额退费；之后按未消课时退费；同意后{paid_days}日内原路退回。"
    en = (
        f"All is given back when asked {full_refund_days} days before the start or earlier, then what isn't taught;"
        f" paid back within {paid_days} days after it is agreed."
    )
    return RefundTerms(full_refund_days=full_refund_days, paid_days=paid_days, name=en if english else zh)
