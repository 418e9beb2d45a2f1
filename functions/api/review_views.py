"""What the API says of reviews and ratings. Stars are whole; ratings are whole hundredths of a star."""

from typing import Annotated

import pydantic

from functions.api.views import View
from functions.edge.contract import Id, Request
from shared.kernel import clock
from shared.policy.model import Policy
from shared.reviews.model import MARK_NAMES, MOST_STARS, Dimension, Happening, Review, Stars
from shared.reviews.rating import Rating

Star = Annotated[int, pydantic.Field(ge=1, le=MOST_STARS)]


class StarsBody(Request):
    """1 to 5 whole stars in each dimension."""

    teaching: Star
    safety: Star
    environment: Star
    honesty: Star


class ReviewRequest(Request):
    """`pictures`: files of one's own that were accepted."""

    stars: StarsBody
    text: Annotated[str, pydantic.Field(min_length=1, max_length=5000)]
    pictures: Annotated[list[Id], pydantic.Field(max_length=20)] = []


class ReplyView(View):
    """The school's answer."""

    text: str
    at: str


class ReviewView(View):
    """A review as everybody sees it. Of a hidden one only the reason is told.

    `pictures` are the numbers of its pictures. `weighed_down` says in words why it counts only `weight_percent`.
    """

    review_id: str
    course_id: str
    author: str
    made_at: str
    edited_at: str | None
    hidden: str | None
    stars: StarsBody | None
    text: str | None
    pictures: list[int]
    weight_percent: int
    weighed_down: str | None
    reply: ReplyView | None


class EarlierView(View):
    """What a review said before."""

    at: str
    stars: StarsBody
    text: str


class OwnReviewView(ReviewView):
    """`edits` is its ETag: an edit, until `editable_until`, names it by If-Match. `history`: oldest first."""

    edits: int
    editable_until: str
    history: list[EarlierView]


class SchoolReviewView(ReviewView):
    """`reported_at`: when the school has reported it to the bureau; `decided`: whether the bureau has looked since."""

    reported_at: str | None
    report_reason: str | None
    decided: bool


class DistributionView(View):
    """How many reviews gave 1, 2, 3, 4 and 5 stars, and the rating that comes of it."""

    rating_hundredths: int | None
    counts: list[int]


class RatingOnCard(View):
    """How many reviews are shown, and the rating; without a review there is none."""

    reviews: int
    rating_hundredths: int | None


class RatingView(View):
    """`reviews` is how many are shown. Where there is none, there is no rating."""

    reviews: int
    rating_hundredths: int | None
    teaching: DistributionView
    safety: DistributionView
    environment: DistributionView
    honesty: DistributionView


def stars(told: Stars) -> StarsBody:
    return StarsBody(**vars(told))


def author(review: Review, language: str) -> str:
    return f"Parent {review.author}" if language == "en" else f"家长 {review.author}"


def weighed_down(review: Review, language: str) -> str | None:
    """Why it counts less, in words; None when it counts in full."""
    if not review.marks:
        return None
    english = language == "en"
    told = [MARK_NAMES[mark][english] for mark in sorted(review.marks)]
    return f"Counts less: {', '.join(told)}" if english else f"权重降低：{'、'.join(told)}"


def review(one: Review, language: str) -> ReviewView:
    return ReviewView.model_validate(facts(one, language, all_of_it=False))


def facts(one: Review, language: str, *, all_of_it: bool) -> dict[str, object]:
    """What is told of a review; to its guardian and to its school `all_of_it` though it is hidden."""
    shown = all_of_it or not one.hidden
    prefix = "Hidden because: " if language == "en" else "已隐藏："
    return {
        "review_id": one.review_id,
        "course_id": one.course_id,
        "author": author(one, language),
        "made_at": clock.shown(one.made_at),
        "edited_at": clock.shown(one.edited_at) if one.edited_at else None,
        "hidden": prefix + one.hidden_reason if one.hidden else None,
        "stars": stars(one.said.stars) if shown else None,
        "text": one.said.text if shown else None,
        "pictures": list(range(1, len(one.said.pictures) + 1)) if shown else [],
        "weight_percent": one.weight_percent,
        "weighed_down": weighed_down(one, language),
        "reply": ReplyView(text=one.reply.text, at=clock.shown(one.reply.at)) if one.reply and shown else None,
    }


def school_review(one: Review, language: str) -> SchoolReviewView:
    told = one.complaint
    return SchoolReviewView.model_validate(
        {
            **facts(one, language, all_of_it=True),
            "reported_at": clock.shown(told.at) if told else None,
            "report_reason": told.reason if told else None,
            "decided": told is not None and one.waits_since is None,
        }
    )


def earlier(happened: Happening) -> EarlierView:
    assert happened.said is not None
    return EarlierView(at=clock.shown(happened.at), stars=stars(happened.said.stars), text=happened.said.text)


def on_card(told: Rating, policy: Policy) -> RatingOnCard:
    return RatingOnCard(reviews=told.reviews, rating_hundredths=told.overall(policy))


def rating(told: Rating, policy: Policy) -> RatingView:
    def of(dimension: Dimension) -> DistributionView:
        counts = [told.count(dimension, star) for star in range(1, MOST_STARS + 1)]
        return DistributionView(rating_hundredths=told.of(dimension, policy), counts=counts)

    return RatingView(
        reviews=told.reviews,
        rating_hundredths=told.overall(policy),
        teaching=of(Dimension.TEACHING),
        safety=of(Dimension.SAFETY),
        environment=of(Dimension.ENVIRONMENT),
        honesty=of(Dimension.HONESTY),
    )
