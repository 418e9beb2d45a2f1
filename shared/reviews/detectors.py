"""What makes a review count less. Pure: what is observed and the policy in, marks out. All limits are the policy's."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from shared.policy.model import Policy
from shared.reviews.model import Mark, Review

_A_DAY_HOURS = 24


@dataclass(frozen=True)
class Observed:
    """What is known of who wrote a review, from other contexts. Names and account numbers are compared whole.

    `of_school`: her WeChat account is a user of this school.
    """

    of_school: bool = False
    payers: frozenset[str] = frozenset()
    payer_accounts: frozenset[str] = frozenset()
    school_names: frozenset[str] = frozenset()
    school_accounts: frozenset[str] = frozenset()


def connected(seen: Observed) -> set[Mark]:
    """How the reviewer is connected with the school."""
    found = set()
    if seen.of_school:
        found.add(Mark.SCHOOL_USER)
    if (seen.payer_accounts & seen.school_accounts) - {""}:
        found.add(Mark.SCHOOL_PAID)
    if (seen.payers & seen.school_names) - {""}:
        found.add(Mark.SAME_NAME)
    return found


def repeated(review: Review, hers: Iterable[Review], policy: Policy) -> bool:
    """Whether it is one too many of the guardian's all-star reviews of this school. `hers`: all of them."""
    ones = sorted((one.made_at, one.review_id) for one in hers if one.said.stars.all_five)
    mine = (review.made_at, review.review_id)
    return mine in ones[policy.review_repeated_from - 1 :]


def burst(count: int, before: int, policy: Policy) -> bool:
    """Whether `count` reviews within the policy's hours are many more than the school usually has.

    `before`: how many it had in the policy's days before those hours.
    """
    days = policy.review_burst_usual_days
    usual_times_days = before * policy.review_burst_hours
    return count >= policy.review_burst_least and (
        count * days * _A_DAY_HOURS > policy.review_burst_times * usual_times_days
    )


def hours(policy: Policy) -> timedelta:
    """How long a burst lasts."""
    return timedelta(hours=policy.review_burst_hours)


def usual(policy: Policy) -> timedelta:
    """How far back is looked for what is usual."""
    return timedelta(days=policy.review_burst_usual_days)


def weight_percent(marks: Collection[Mark], policy: Policy) -> int:
    """What a review with these marks counts: the least that one of them leaves; all without one."""
    leaves = {
        Mark.BURST: policy.review_burst_weight_percent,
        Mark.SCHOOL_USER: policy.review_staff_weight_percent,
        Mark.SCHOOL_PAID: policy.review_staff_weight_percent,
        Mark.SAME_NAME: policy.review_name_weight_percent,
        Mark.REPEATED: policy.review_repeated_weight_percent,
    }
    return min((leaves[mark] for mark in marks), default=100)
