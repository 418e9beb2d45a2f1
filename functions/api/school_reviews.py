"""A school reads the reviews of its own, replies once to each, and reports one to the bureau. It can't delete any."""

from typing import Annotated, Any

import pydantic
from chalice.app import Blueprint

from functions.api import review_views as views
from functions.edge.auth import Audience
from functions.edge.contract import Call, PageQuery, Request, endpoint
from shared.kernel import ids
from shared.kernel.ids import ReviewId
from shared.kernel.page import Page
from shared.reviews import rules, usecases
from shared.reviews.store import reviews
from shared.reviews.store.reviews import UnknownReview

blueprint = Blueprint(__name__)


class ReplyRequest(Request):
    text: Annotated[str, pydantic.Field(min_length=1, max_length=5000)]


class ReviewReportRequest(Request):
    reason: Annotated[str, pydantic.Field(min_length=1, max_length=1000)]


@endpoint(
    blueprint,
    "GET",
    "/v1/school/reviews",
    audience=Audience.SCHOOL_ADMIN,
    query=PageQuery,
    response=views.SchoolReviewView,
    summary_zh="本校收到的评价，最新在前",
    summary_en="The reviews of the school, newest first",
)
def list_school_reviews(call: Call[None]) -> Page[views.SchoolReviewView]:
    found = reviews.list_of_institution(call.institution_id, limit=call.page.limit, cursor=call.page.cursor)
    return found.map(lambda one: views.school_review(one, call.language))


@endpoint(
    blueprint,
    "PUT",
    "/v1/school/reviews/{review_id}/reply",
    audience=Audience.SCHOOL_ADMIN,
    request=ReplyRequest,
    response=views.SchoolReviewView,
    errors=(UnknownReview, rules.TextWrong),
    summary_zh="回复一条评价（一条回复，可修改）",
    summary_en="Reply to a review: one reply, which may be written anew",
)
def reply_to_review(call: Call[ReplyRequest]) -> views.SchoolReviewView:
    replied = usecases.reply(
        institution_id=call.institution_id,
        review_id=_review_id(call),
        text=call.body.text,
        by=call.principal.subject,
        now=call.now,
    )
    return views.school_review(replied, call.language)


@endpoint(
    blueprint,
    "POST",
    "/v1/school/reviews/{review_id}/report",
    audience=Audience.SCHOOL_ADMIN,
    request=ReviewReportRequest,
    response=views.SchoolReviewView,
    status=201,
    idempotent=True,
    errors=(UnknownReview, rules.ReviewHidden, rules.AlreadyReported, rules.ReasonNeeded),
    summary_zh="向教育部门举报一条评价",
    summary_en="Report a review to the bureau",
)
def report_review(call: Call[ReviewReportRequest]) -> views.SchoolReviewView:
    reported = usecases.report(
        institution_id=call.institution_id,
        review_id=_review_id(call),
        reason=call.body.reason,
        by=call.principal.subject,
        now=call.now,
    )
    return views.school_review(reported, call.language)


def _review_id(call: Call[Any]) -> ReviewId:
    if not ids.is_id(call.path["review_id"], "rev"):
        raise UnknownReview()
    return ReviewId(call.path["review_id"])
