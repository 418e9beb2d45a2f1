"""What two do at once, on an engine that takes threads."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.kernel import errors
from shared.reviews import rating, rules
from shared.reviews.model import Stars
from shared.reviews.store import history, ratings, reviews
from tests.builders import SCHOOL
from tests.reviews.examples import reported, written

pytestmark = pytest.mark.usefixtures("on_engine")


def test_of_two_reviews_of_one_enrolment_one_stands_and_counts_once() -> None:
    def write(number: int) -> str:
        try:
            written(1, Stars(number % 5 + 1, 5, 5, 5))
        except errors.Refusal as refusal:
            return refusal.code
        return "written"

    with ThreadPoolExecutor(10) as pool:
        told = Counter(pool.map(write, range(10)))

    assert told["already_reviewed"] + told["written"] == 10
    [stands] = reviews.list_of_institution(SCHOOL, limit=9, cursor=None).rows
    assert ratings.get_many([SCHOOL])[SCHOOL] == rating.fold([stands])
    assert len(history.list_of(stands.review_id, limit=9, cursor=None).rows) == 1


def test_reviews_of_one_school_at_once_are_all_in_its_rating() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: written(number, Stars(number % 5 + 1, 3, 3, 3)), range(1, 25)))

    assert ratings.get_many([SCHOOL])[SCHOOL] == rating.fold(made)


def test_of_many_reports_of_one_person_at_once_the_days_number_goes_through() -> None:
    def report(number: int) -> bool:
        try:
            reported(number)
        except rules.TooManyReports:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(report, range(1, 9))) == 3
