"""Reviews and ratings of courses and schools: for everybody. A hidden one says why in its place."""

from chalice.app import Blueprint

from functions.api import review_views as views
from functions.api.school_files import address_of
from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, PageQuery, SeeOther, endpoint
from shared.dynamo.pages import BadCursor
from shared.institutions import store as institutions
from shared.institutions.store import UnknownInstitution
from shared.kernel import errors, ids
from shared.kernel.ids import CourseId, InstitutionId, ReviewId
from shared.kernel.page import Page
from shared.mall import queries as courses
from shared.mall.store import UnknownCourse
from shared.materials import queries as materials
from shared.policy import queries as policies
from shared.reviews.model import Review
from shared.reviews.store import ratings, reviews
from shared.reviews.store.reviews import UnknownReview

blueprint = Blueprint(__name__)


class ReviewsQuery(PageQuery):
    """Which page of the reviews."""


class Reviews(View):
    """The rating, how often each number of stars was given, and one page of the reviews, the newest first."""

    rating: views.RatingView
    data: list[views.ReviewView]
    next_cursor: str | None


class UnknownReviewPicture(errors.Missing):
    code = "unknown_review_picture"
    zh = "没有这张评价图片。"
    en = "There is no such picture of a review."


@endpoint(
    blueprint,
    "GET",
    "/v1/mall/courses/{course_id}/reviews",
    audience=Audience.PUBLIC,
    query=ReviewsQuery,
    response=Reviews,
    errors=(UnknownCourse, BadCursor),
    summary_zh="课程的评分与评价",
    summary_en="A course's rating and reviews",
)
def list_reviews_of_course(call: Call[None]) -> Reviews:
    course_id = courses.get_course(CourseId(call.path["course_id"])).course.course_id
    page = call.page
    return _shown(call, course_id, reviews.list_of_course(course_id, limit=page.limit, cursor=page.cursor))


@endpoint(
    blueprint,
    "GET",
    "/v1/mall/institutions/{institution_id}/reviews",
    audience=Audience.PUBLIC,
    query=ReviewsQuery,
    response=Reviews,
    errors=(UnknownInstitution, BadCursor),
    summary_zh="培训机构的评分与评价",
    summary_en="A school's rating and reviews",
)
def list_reviews_of_institution(call: Call[None]) -> Reviews:
    institution_id = institutions.get(InstitutionId(call.path["institution_id"])).institution_id
    page = call.page
    found = reviews.list_of_institution(institution_id, limit=page.limit, cursor=page.cursor)
    return _shown(call, institution_id, found)


@endpoint(
    blueprint,
    "GET",
    "/v1/mall/reviews/{review_id}/pictures/{number}",
    audience=Audience.PUBLIC,
    status=303,
    errors=(UnknownReview, UnknownReviewPicture),
    summary_zh="评价中的一张图片（短时有效的地址）",
    summary_en="The address of a picture of a review, good for a short time",
)
def get_review_picture(call: Call[None]) -> SeeOther:
    if not ids.is_id(call.path["review_id"], "rev"):
        raise UnknownReview()
    review = reviews.get(ReviewId(call.path["review_id"]))
    numbered = {str(number): one for number, one in enumerate(review.said.pictures, 1)}
    picture = None if review.hidden else numbered.get(call.path["number"])
    if picture is None:
        raise UnknownReviewPicture()
    return SeeOther(address_of(materials.get(picture.file_id)))


def _shown(call: Call[None], of: CourseId | InstitutionId, page: Page[Review]) -> Reviews:
    rating = ratings.get_many([of])[of]
    return Reviews(
        rating=views.rating(rating, policies.in_force(at=call.now)),
        data=[views.review(one, call.language) for one in page.rows],
        next_cursor=page.next_cursor,
    )
