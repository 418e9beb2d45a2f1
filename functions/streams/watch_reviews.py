"""Looks at every new review, every new report of an offer to pay privately, and every rating that has changed.

A review that is one of a burst, or whose writer is connected with the school, counts less from then on and waits for
the bureau. A report raises an alert. A course is found by its rating. A record that comes again changes nothing.
"""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import Any

from chalice.app import Blueprint

from events import facts
from functions.edge import batches, wiring
from shared.alerts import usecases as alerts
from shared.funds import queries as funds
from shared.funds.store import entries
from shared.institutions import store as institutions
from shared.kernel import ids
from shared.kernel.ids import CourseId, ReviewId
from shared.mall.cards import CourseCard
from shared.mall.store import cards
from shared.people import queries as people
from shared.policy import queries as policies
from shared.policy.model import Policy
from shared.reviews import detectors, usecases
from shared.reviews.detectors import Observed
from shared.reviews.model import Mark, Report, Review
from shared.reviews.store import ratings, reports, reviews

blueprint = Blueprint(__name__)

_MOST_IN_A_BURST = 100


@blueprint.on_dynamodb_record(stream_arn=batches.stream_of("ReviewsTable"))
@batches.each_record
def watch_reviews(record: Mapping[str, Any]) -> None:
    """One record: a review that was written, a report that was made, or a rating that has changed."""
    image = record["dynamodb"]["NewImage"]
    match image["sk"]["S"]:
        case "report":
            tell(reports.from_record(image))
        case "rating":
            note_rating(image["pk"]["S"].partition("#")[2], now=wiring.now())
        case _:
            weigh(reviews.from_record(image))


def note_rating(of: str, *, now: datetime) -> bool:
    """Let a course be found by its rating as it is now, whichever change of it is told; whether it can be found."""
    if not ids.is_id(of, "crs"):
        return False
    course_id = CourseId(of)
    rating = ratings.get_many([course_id], consistent=True)[course_id].overall(policies.in_force(at=now))
    return cards.rate(course_id, rating, now=now)


def note_ratings(*, but: Container[CourseId], now: datetime) -> int:
    """Let every course in the mall be found by its rating, `but` for some; how many weren't. For the sweep.

    After a change of the policy's prior these are all that are reviewed.
    """
    policy = policies.in_force(at=now)
    courses = [one for one in cards.load().values() if isinstance(one, CourseCard) and one.course_id not in but]
    rated = ratings.get_many([one.course_id for one in courses])
    wrong = [one for one in courses if rated[one.course_id].overall(policy) != one.rating_hundredths]
    return sum(note_rating(one.course_id, now=now) for one in wrong)


def tell(report: Report) -> int:
    """Raise the alert of a report; how many alerts are new."""
    fact = facts.PrivatePaymentReported(report.report_id, report.institution_id, report.at)
    return len(alerts.consider(fact=fact, policy=policies.in_force(at=report.at)))


def weigh(review: Review) -> int:
    """Mark a review, and all of the burst that it completes, with what makes them count less; how many that are."""
    policy, now = policies.in_force(at=review.made_at), wiring.now()
    marks = detectors.connected(_observed(review))
    hers = reviews.list_hers(review.guardian_id, review.institution_id)
    if detectors.repeated(review, hers, policy):
        marks.add(Mark.REPEATED)
    weighed = _mark([review.review_id], marks, policy, now)
    return weighed + _mark(_burst(review, policy), {Mark.BURST}, policy, now)


def _mark(of: Iterable[ReviewId], marks: set[Mark], policy: Policy, now: datetime) -> int:
    return sum(usecases.weigh(review_id=one, marks=marks, policy=policy, now=now) for one in of)


def _burst(review: Review, policy: Policy) -> list[ReviewId]:
    """The reviews of the burst of which this one is the last; none where there is no burst."""
    since, school = review.made_at - detectors.hours(policy), review.institution_id
    around = reviews.list_between(school, since, review.made_at, most=_MOST_IN_A_BURST)
    before = reviews.count_between(school, since - detectors.usual(policy), since)
    return around if detectors.burst(len(around), before, policy) else []


def _observed(review: Review) -> Observed:
    """Whether the guardian is a user of the school, who has paid the enrolment's tuition, and who the school's are."""
    school = institutions.get(review.institution_id)
    user = people.find_school_user_of(review.guardian_id)
    paid = entries.list_of_bank(funds.get_account(review.enrolment_id).bank_references)
    accounts = school.accounts
    return Observed(
        of_school=user is not None and user.institution_id == school.institution_id,
        payers=frozenset(one.payer for one in paid),
        payer_accounts=frozenset(one.payer_account_no for one in paid),
        school_names=frozenset([school.legal_representative, *(teacher.name for teacher in school.teachers)]),
        school_accounts=frozenset(
            [accounts.tuition_account_no, accounts.minimum_balance_account_no, accounts.payout_account_no]
        ),
    )
