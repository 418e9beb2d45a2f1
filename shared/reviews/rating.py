"""A rating: sums of whole numbers that reviews add to, and the mean that is derived from them. Pure.

A hidden review adds nothing. One that is weighed down adds less to the mean and stands in the distribution like all.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.policy.model import Policy
from shared.reviews.model import MOST_STARS, Dimension, Review

REVIEWS, WEIGHT = "reviews", "weight"


@dataclass(frozen=True)
class Rating:
    """The sums of a course or of a school by name: `reviews`, `weight` (percent), `teaching_4`, `teaching_weighed`."""

    sums: Mapping[str, int] = field(default_factory=dict)

    @property
    def reviews(self) -> int:
        """How many reviews are shown."""
        return self.sums.get(REVIEWS, 0)

    def count(self, dimension: Dimension, stars: int) -> int:
        """How many reviews gave so many stars."""
        return self.sums.get(f"{dimension}_{stars}", 0)

    def of(self, dimension: Dimension, policy: Policy) -> int | None:
        """The rating of a dimension in hundredths of a star; None without a review."""
        return self._mean(self.sums.get(_weighed(dimension), 0), 1, policy)

    def overall(self, policy: Policy) -> int | None:
        """The rating over all dimensions in hundredths of a star; None without a review."""
        weighed = sum(self.sums.get(_weighed(dimension), 0) for dimension in Dimension)
        return self._mean(weighed, len(Dimension), policy)

    def _mean(self, weighed: int, dimensions: int, policy: Policy) -> int | None:
        """The Bayesian mean: the policy's prior weighs like so many reviews. Half a hundredth is rounded up."""
        if not self.reviews:
            return None
        prior = policy.review_prior_weight_reviews * 100
        above = policy.review_prior_mean_hundredths * prior * dimensions + weighed * 100
        below = (prior + self.sums.get(WEIGHT, 0)) * dimensions
        return (2 * above + below) // (2 * below)


def names() -> list[str]:
    """The names of all sums."""
    stars = range(1, MOST_STARS + 1)
    counts = [f"{dimension}_{star}" for dimension in Dimension for star in stars]
    return [REVIEWS, WEIGHT, *counts, *map(_weighed, Dimension)]


def adds(review: Review | None) -> dict[str, int]:
    """What a review adds to its course's and its school's sums."""
    if review is None or review.hidden:
        return {}
    weight, stars = review.weight_percent, review.said.stars
    counts = {f"{dimension}_{stars.of(dimension)}": 1 for dimension in Dimension}
    weighed = {_weighed(dimension): weight * stars.of(dimension) for dimension in Dimension}
    return {REVIEWS: 1, WEIGHT: weight, **counts, **weighed}


def difference(before: Review | None, after: Review) -> dict[str, int]:
    """What a change of a review changes of the sums; nothing that stays as it is."""
    changed = Counter(adds(after))
    changed.subtract(adds(before))
    return {name: by for name, by in changed.items() if by}


def fold(reviews: Iterable[Review]) -> Rating:
    """The sums of these reviews, counted from nothing."""
    found: Counter[str] = Counter()
    for review in reviews:
        found.update(adds(review))
    return Rating({name: total for name, total in found.items() if total})


def _weighed(dimension: Dimension) -> str:
    return f"{dimension}_weighed"
