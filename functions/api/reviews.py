"""A guardian's review of an enrolment of hers: one, once lessons were confirmed, to be edited for a time."""

from typing import Any

from chalice.app import Blueprint

from functions.api import review_views as views
from functions.api.uploads import PictureNotUsable, pictures_of
from functions.edge.auth import Audience
from functions.edge.contract import Call, EditNotNamed, endpoint
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount
from shared.funds.store.accounts import UnknownEnrolment
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId
from shared.materials.queries import UnknownFile
from shared.people import queries as people
from shared.policy import queries as policies
from shared.reviews import rules, usecases
from shared.reviews.model import Review, Said, Stars
from shared.reviews.store import history, reviews
from shared.reviews.store.reviews import UnknownReview
from shared.teaching import queries as teaching

blueprint = Blueprint(__name__)

_HISTORY = 100
_WRONG = (
    UnknownEnrolment,
    UnknownFile,
    PictureNotUsable,
    rules.StarsWrong,
    rules.TextWrong,
    rules.TooManyPictures,
)


@endpoint(
    blueprint,
    "POST",
    "/v1/enrolments/{enrolment_id}/review",
    audience=Audience.GUARDIAN,
    request=views.ReviewRequest,
    response=views.OwnReviewView,
    status=201,
    idempotent=True,
    errors=(rules.TooFewLessons, rules.AlreadyReviewed, *_WRONG),
    summary_zh="评价一笔报名（满规定课时后，仅一次）",
    summary_en="Review an enrolment, once, after enough confirmed lessons",
)
def write_review(call: Call[views.ReviewRequest]) -> views.OwnReviewView:
    account = _own(call)
    student = people.get_student(guardian_id=call.guardian_id, student_id=account.student_id)
    written = usecases.write(
        enrolment_id=account.enrolment_id,
        institution_id=account.institution_id,
        course_id=account.course_id,
        guardian_id=call.guardian_id,
        author=f"{student.name[:1]}**",
        said=_said(call),
        confirmed_lessons=teaching.count_confirmed(account.enrolment_id),
        policy=policies.in_force(at=call.now),
        now=call.now,
    )
    return _view(call, written)


@endpoint(
    blueprint,
    "GET",
    "/v1/enrolments/{enrolment_id}/review",
    audience=Audience.GUARDIAN,
    response=views.OwnReviewView,
    errors=(UnknownEnrolment, UnknownReview),
    summary_zh="我对一笔报名的评价及修改记录",
    summary_en="My review of an enrolment, and what it said before",
)
def get_review(call: Call[None]) -> views.OwnReviewView:
    return _view(call, reviews.get(reviews.id_of(_own(call).enrolment_id)))


@endpoint(
    blueprint,
    "PUT",
    "/v1/enrolments/{enrolment_id}/review",
    audience=Audience.GUARDIAN,
    request=views.ReviewRequest,
    response=views.OwnReviewView,
    conditional=True,
    errors=(UnknownReview, EditNotNamed, rules.ReviewChanged, rules.EditOver, *_WRONG),
    summary_zh="修改我的评价（期限内，修改留痕）",
    summary_en="Edit my review, within the time for it; what it said before is kept",
)
def edit_review(call: Call[views.ReviewRequest]) -> views.OwnReviewView:
    review = reviews.get(reviews.id_of(_own(call).enrolment_id))
    edited = usecases.edit(
        review_id=review.review_id,
        version=call.edits,
        said=_said(call),
        policy=policies.in_force(at=call.now),
        now=call.now,
    )
    return _view(call, edited)


def _own(call: Call[Any]) -> EnrolmentAccount:
    enrolment_id = EnrolmentId(call.path["enrolment_id"])
    return funds.get_own_account(enrolment_id=enrolment_id, guardian_id=call.guardian_id)


def _said(call: Call[views.ReviewRequest]) -> Said:
    told = call.body
    return Said(Stars(**told.stars.model_dump()), told.text, pictures_of(call.principal.subject, told.pictures))


def _view(call: Call[Any], review: Review) -> views.OwnReviewView:
    policy = policies.in_force(at=call.now)
    happened = history.list_of(review.review_id, limit=_HISTORY, cursor=None).rows
    return views.OwnReviewView.model_validate(
        {
            **views.facts(review, call.language, all_of_it=True),
            "edits": review.version,
            "editable_until": clock.shown(rules.editable_until(review, policy)),
            "history": [views.earlier(one) for one in reversed(happened) if one.said],
        }
    )
