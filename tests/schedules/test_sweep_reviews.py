"""What the reviews table's stream lost is found by the nightly sweep: bursts, ratings, reports of private payment."""

from datetime import timedelta
from typing import Any

import pytest

from functions.schedules import sweep
from functions.streams import watch_reviews
from shared.alerts import store as alerts
from shared.mall.cards import CourseCard
from shared.mall.store import cards
from shared.reviews.model import Mark
from shared.reviews.store import ratings, reviews
from tests import builders, steps, tables
from tests.builders import COURSE, NOW, SCHOOL
from tests.edge.doors import Clock
from tests.reviews.examples import MIXED, hidden, reported, written
from tests.schedules.running import run
from tests.schedules.test_sweep import NOTHING

pytestmark = pytest.mark.usefixtures("hurried")

A_BURST = 5
GRACE, A_MOMENT, A_DAY = timedelta(minutes=10), timedelta(milliseconds=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def enrolled(in_memory: Any, at: Clock) -> None:
    """Five families are enrolled in a course that is in the mall, and have paid; all of that was swept already."""

    def put() -> None:
        steps.register()
        steps.put_on_sale()
        for number in range(1, A_BURST + 1):
            steps.open_account(number, paid_fen=1000)

    tables.put_in_memory(__name__, put)
    at.now = NOW + timedelta(hours=1)
    run(sweep.sweep)


def found_by() -> int | None:
    """The rating by which the course is found."""
    [card] = [one for one in cards.load().values() if isinstance(one, CourseCard)]
    return card.rating_hundredths


def rating() -> int | None:
    """The course's rating."""
    return ratings.get_many([COURSE])[COURSE].overall(builders.POLICY)


class TestReviews:
    def test_of_a_burst_count_less_and_the_course_is_found_by_its_rating(self, at: Clock) -> None:
        for number in range(1, A_BURST + 1):
            written(number, MIXED, now=at.now)
        at.now += GRACE + A_MOMENT

        assert run(sweep.sweep) == {**NOTHING, "reviews_followed": A_BURST + 1}
        told = reviews.list_of_institution(SCHOOL, limit=9, cursor=None).rows
        assert [one.marks for one in told] == [{Mark.BURST}] * A_BURST
        assert found_by() == rating() is not None

    def test_twice_repairs_once(self, at: Clock) -> None:
        written(1, MIXED, now=at.now)
        at.now += GRACE + A_MOMENT

        assert run(sweep.sweep) == {**NOTHING, "reviews_followed": 1}
        assert run(sweep.sweep) == NOTHING

    def test_that_the_stream_brought_need_nothing(self, at: Clock) -> None:
        watch_reviews.weigh(written(1, MIXED, now=at.now))
        watch_reviews.note_rating(COURSE, now=at.now)
        at.now += GRACE + A_MOMENT

        assert run(sweep.sweep) == NOTHING

    def test_that_the_stream_may_still_bring_are_left_alone(self, at: Clock) -> None:
        for number in range(1, A_BURST + 1):
            written(number, MIXED, now=at.now)
        at.now += GRACE

        assert run(sweep.sweep) == NOTHING

    def test_that_are_hidden_later_count_no_more_in_what_the_course_is_found_by(self, at: Clock) -> None:
        review = written(1, MIXED, now=at.now)
        at.now += A_DAY
        run(sweep.sweep)
        at.now += 2 * A_DAY
        hidden(review, now=at.now)

        assert run(sweep.sweep) == {**NOTHING, "reviews_followed": 1}
        assert found_by() is None


class TestReports:
    def test_that_raised_no_alert_raise_it_once(self, at: Clock) -> None:
        reported(now=at.now)
        at.now += GRACE

        assert run(sweep.sweep) == NOTHING
        at.now += A_MOMENT
        assert run(sweep.sweep) == {**NOTHING, "alerts_raised": 1}
        assert run(sweep.sweep) == NOTHING
        assert [one.rule for one in alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows] == ["private_payment"]

    def test_that_the_stream_brought_raise_no_other(self, at: Clock) -> None:
        watch_reviews.tell(reported(now=at.now))
        at.now += A_DAY

        assert run(sweep.sweep) == NOTHING
