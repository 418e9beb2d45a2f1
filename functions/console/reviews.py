"""Reviews: what the bureau is to look at, one with all that happened to it, those of a school with its rating."""

from collections.abc import Callable, Mapping
from typing import Any

from chalice.app import Blueprint

from functions.console import officers, review_words, roles
from functions.console.pages import Answer, SeeOther, Shown, Visit, form, page
from functions.console.schools import get_school
from shared.institutions import store as institutions
from shared.kernel import errors, ids
from shared.kernel.ids import ReviewId
from shared.mall import queries as courses
from shared.mall.store import UnknownCourse
from shared.policy import queries as policies
from shared.reviews import rules, usecases
from shared.reviews.model import Change, Dimension, Review
from shared.reviews.store import history, ratings, reviews

blueprint = Blueprint(__name__)

PAGE = 20
_BY_THE_BUREAU = (Change.HIDDEN, Change.RESTORED, Change.KEPT, Change.CLEARED)
_DECISIONS: Mapping[str, Callable[..., Review]] = {
    "hide": usecases.hide,
    "restore": usecases.restore,
    "keep": usecases.keep,
    "clear": usecases.clear,
}


class ReviewDecisionMissing(errors.Invalid):
    code = "review_decision_missing"
    zh = "请选择如何处理。"
    en = "Choose what is to be done."


@page(blueprint, "/console/reviews")
def show_reviews(visit: Visit) -> Shown:
    """One page of the reviews that were reported or flagged, the longest waiting first."""
    found = reviews.list_waiting(limit=PAGE, cursor=visit.asked("cursor"))
    told = {
        "rows": found.rows,
        "schools": institutions.get_many([one.institution_id for one in found.rows]) if found.rows else {},
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
        "done": visit.query.get("done", ""),
        "review_words": review_words,
    }
    return Shown("reviews.html", told)


@page(blueprint, "/console/schools/{institution_id}/reviews")
def show_school_reviews(visit: Visit) -> Shown:
    """A school's rating by dimension, and one page of its reviews, the newest first."""
    school = get_school(visit)
    found = reviews.list_of_institution(school.institution_id, limit=PAGE, cursor=visit.asked("cursor"))
    rating, policy = ratings.get_many([school.institution_id])[school.institution_id], policies.in_force(at=visit.now)
    told = {
        "school": school,
        "rows": found.rows,
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
        "rating": rating,
        "overall": rating.overall(policy),
        "by_dimension": {one: rating.of(one, policy) for one in Dimension},
        "policy": policy,
        "review_words": review_words,
    }
    return Shown("school_reviews.html", told)


@page(blueprint, "/console/reviews/{review_id}")
def show_review(visit: Visit) -> Shown:
    """One review, what happened to it, and the decision on it."""
    return _shown(visit, _get(visit))


@form(blueprint, "/console/reviews/{review_id}/decision", who=roles.RECOMMENDERS)
def decide_review(visit: Visit) -> Answer:
    """Hide what was seen, show it again, keep it, or let it count in full; always with the reason."""
    review = _get(visit)
    told, decision = visit.form.get("version", ""), visit.form.get("decision", "")
    try:
        if decision not in _DECISIONS:
            raise ReviewDecisionMissing(pointer="/decision")
        _DECISIONS[decision](
            review_id=review.review_id,
            version=int(told) if told.isascii() and told.isdigit() else 0,
            reason=visit.form.get("reason", ""),
            by=visit.session.username,
            now=visit.now,
        )
    except (errors.Invalid, errors.Conflict) as refusal:
        return _shown(visit, _get(visit), refusal)
    return SeeOther(f"/console/reviews/{review.review_id}", {"done": decision})


def _get(visit: Visit) -> Review:
    """The review that the address names. Raises UnknownReview."""
    if not ids.is_id(visit.path["review_id"], "rev"):
        raise reviews.UnknownReview()
    return reviews.get(ReviewId(visit.path["review_id"]))


def _shown(visit: Visit, review: Review, refusal: errors.Refusal | None = None) -> Shown:
    happened = history.list_of(review.review_id, limit=PAGE, cursor=visit.asked("history"))
    told = {
        "review": review,
        "school": institutions.get(review.institution_id),
        "course_title": _course_title(review),
        "happened": happened,
        "officers": officers.names(one.by for one in happened.rows if one.change in _BY_THE_BUREAU),
        "decisions": _open_decisions(review),
        "chosen": visit.form.get("decision", ""),
        "reason": visit.form.get("reason", ""),
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "done": visit.query.get("done", ""),
        "query": visit.query,
        "most_reason": rules.MOST_REASON,
        "review_words": review_words,
    }
    return Shown("review.html", told, refusal.status if refusal else 200)


def _open_decisions(review: Review) -> list[str]:
    """What may be decided of it now."""
    found: dict[str, Any] = {
        "keep": review.waits_since,
        "clear": review.marks,
        "hide": not review.hidden,
        "restore": review.hidden,
    }
    return [decision for decision, possible in found.items() if possible]


def _course_title(review: Review) -> str:
    try:
        return courses.get_course(review.course_id).course.title
    except UnknownCourse:
        return review.course_id
