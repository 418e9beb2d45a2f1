"""New reviews and reports as the stream brings them: weighed down with a reason, or told to the bureau."""

from datetime import timedelta
from typing import Any

import pytest

from functions.streams import watch_reviews
from shared.alerts import store as alerts
from shared.alerts.model import Rule
from shared.kernel.ids import GuardianId, InstitutionId
from shared.mall import catalogue, search
from shared.mall.search import Wanted
from shared.people import usecases as people
from shared.reviews import rating, usecases
from shared.reviews.model import Mark, Stars
from shared.reviews.store import ratings, reviews
from tests import builders, steps, tables
from tests.builders import COURSE, GUARDIAN, NOW, SCHOOL, an_id
from tests.reviews.examples import FIVE, MIXED, reported, written
from tests.streams.records import Record, a_record, deliver, poison, put_aside
from tests.tables import busy

pytestmark = pytest.mark.usefixtures("hurried")

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def enrolled(in_memory: Any) -> None:
    """Twenty families are enrolled in the first school and have paid."""

    def put() -> None:
        steps.register()
        for number in range(1, 21):
            steps.open_account(number, paid_fen=1000)

    tables.put_in_memory(__name__, put)


def records(client: Any) -> list[Record]:
    """A record of each review and report that is there, in the order in which they were made."""
    items = client.scan(TableName="hui-reviews")["Items"]
    wanted = [one for one in items if one["sk"]["S"] in ("review", "report")]
    ordered = sorted(wanted, key=lambda one: one.get("made_at", one.get("at"))["S"])
    return [a_record(one, number=number, table="reviews") for number, one in enumerate(ordered, 1)]


def marks(client: Any) -> list[tuple[int, set[Mark]]]:
    """What the stream makes of all reviews: each one's weight and marks, oldest first."""
    assert deliver(watch_reviews.watch_reviews, records(client)) == []
    found = reviews.list_of_institution(SCHOOL, limit=99, cursor=None).rows
    return [(one.weight_percent, set(one.marks)) for one in found][::-1]


class TestBurst:
    def test_is_weighed_down_whole_and_waits_for_the_bureau(self, in_memory: Any) -> None:
        for number in range(1, 6):
            written(number, MIXED, now=NOW + number * HOUR)

        assert marks(in_memory) == [(20, {Mark.BURST})] * 5
        assert reviews.count_waiting(at_most=9) == 5
        assert ratings.get_many([SCHOOL])[SCHOOL] == rating.fold(
            reviews.list_of_institution(SCHOOL, limit=9, cursor=None).rows
        )

    @pytest.mark.parametrize(("hours", "found"), [(24, (100, set())), (23.999, (20, {Mark.BURST}))])
    def test_needs_five_within_the_hours(self, in_memory: Any, hours: float, found: tuple[int, set[Mark]]) -> None:
        for number in range(1, 5):
            written(number, MIXED, now=NOW + timedelta(minutes=number - 1))
        written(5, MIXED, now=NOW + hours * HOUR)

        assert marks(in_memory) == [found] * 5

    def test_is_none_where_so_many_are_usual(self, in_memory: Any) -> None:
        for number in range(1, 16):
            written(number, MIXED, now=NOW - timedelta(days=16 - number))
        for number in range(16, 20):
            written(number, MIXED, now=NOW + timedelta(minutes=number))

        assert marks(in_memory) == [(100, set())] * 19


class TestConnected:
    def test_a_user_of_the_school_counts_nothing(self, in_memory: Any) -> None:
        new_id = iter([GUARDIAN, an_id("usr", 7)])
        people.sign_in_guardian(openid="openid-7", new_id=lambda _: next(new_id))
        people.invite(code="code", institution_id=SCHOOL, teacher_id=None, name="齐示例", now=NOW)
        people.sign_in_school_user(openid="openid-7", invitation="code", new_id=lambda _: next(new_id), now=NOW)
        written()

        assert marks(in_memory) == [(0, {Mark.SCHOOL_USER})]

    def test_another_schools_user_is_a_parent_like_all(self, in_memory: Any) -> None:
        new_id = iter([GUARDIAN, an_id("usr", 7)])
        other = InstitutionId(an_id("ins", 2))
        people.sign_in_guardian(openid="openid-7", new_id=lambda _: next(new_id))
        people.invite(code="code", institution_id=other, teacher_id=None, name="齐示例", now=NOW)
        people.sign_in_school_user(openid="openid-7", invitation="code", new_id=lambda _: next(new_id), now=NOW)
        written()

        assert marks(in_memory) == [(100, set())]

    @pytest.mark.parametrize(
        ("paid", "found"),
        [
            ({"payer_account_no": builders.PAYOUT_NO}, (0, {Mark.SCHOOL_PAID})),
            ({"payer_name": "齐示例"}, (30, {Mark.SAME_NAME})),
            ({"payer_name": "鲁示例"}, (30, {Mark.SAME_NAME})),
            ({"payer_name": "鲁示"}, (100, set())),
        ],
    )
    def test_who_paid_is_compared_with_the_schools_people_and_accounts(
        self, in_memory: Any, paid: dict[str, str], found: tuple[int, set[Mark]]
    ) -> None:
        steps.open_account(30)
        steps.pay(an_id("enr", 30), 1000, reference="BK30", **paid)  # type: ignore[arg-type]
        written(30)

        assert marks(in_memory) == [found]


class TestRepeated:
    def test_the_third_all_star_review_of_one_guardian_counts_half(self, in_memory: Any) -> None:
        for number in (1, 2, 3):
            written(number, FIVE, now=NOW + timedelta(days=number), guardian_id=GuardianId(GUARDIAN))

        assert marks(in_memory) == [(100, set()), (100, set()), (50, {Mark.REPEATED})]


class TestReport:
    def test_raises_one_alert_that_does_not_tell_who(self, in_memory: Any) -> None:
        reported()

        for _ in range(2):
            assert deliver(watch_reviews.watch_reviews, records(in_memory)) == []

        [alert] = alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows
        assert (alert.rule, alert.subject) == (Rule.PRIVATE_PAYMENT, an_id("ppr"))
        assert GUARDIAN not in str(alert)


class TestRating:
    """That a course is found by its rating, which every change of a review of it changes."""

    def told(self, client: Any) -> list[Record]:
        """A record of each rating as it is now."""
        items = [one for one in client.scan(TableName="hui-reviews")["Items"] if one["sk"]["S"] == "rating"]
        return [a_record(one, number=number, table="reviews") for number, one in enumerate(items, 1)]

    def found(self, rating: int) -> bool:
        wanted = Wanted(rating=rating)
        return bool(search.find(catalogue.as_of(NOW), wanted, today=builders.TODAY))

    def test_follows_the_newest_whichever_record_comes_last_and_however_often(self, in_memory: Any) -> None:
        steps.put_on_sale()
        written(1, FIVE)
        early = self.told(in_memory)
        for number in range(2, 6):
            written(number, Stars(1, 1, 1, 1))
        now = ratings.get_many([COURSE])[COURSE].overall(builders.POLICY)
        assert now is not None

        for records in (self.told(in_memory), early, early):
            assert deliver(watch_reviews.watch_reviews, records) == []
            assert self.found(now)
            assert not self.found(now + 1)

    def test_of_a_course_that_is_not_in_the_mall_is_left(self, in_memory: Any) -> None:
        written(1, FIVE)

        assert deliver(watch_reviews.watch_reviews, self.told(in_memory)) == []
        assert put_aside() == []


class TestRecords:
    def test_that_come_again_change_nothing(self, in_memory: Any) -> None:
        for number in range(1, 6):
            written(number, Stars(1, 1, 1, 1))
        first = marks(in_memory)
        before = tables.dump_memory()

        assert marks(in_memory) == first
        assert tables.dump_memory() == before

    def test_that_come_late_leave_what_the_bureau_has_decided(self, in_memory: Any) -> None:
        told = [written(number) for number in range(1, 6)]
        late = records(in_memory)
        marks(in_memory)
        full = usecases.clear(review_id=told[0].review_id, version=2, reason="家长会后", by="reviewer", now=NOW)

        assert deliver(watch_reviews.watch_reviews, late) == []
        assert reviews.get(full.review_id) == full

    def test_are_tried_again_when_the_tables_are_busy_and_poison_is_put_aside(self, in_memory: Any) -> None:
        written()
        good = records(in_memory)

        with busy("Query"):
            assert deliver(watch_reviews.watch_reviews, good) == [1]
        bad = poison(2, table="reviews")
        assert deliver(watch_reviews.watch_reviews, [bad, *good]) == []
        assert [function for function, _, _ in put_aside()] == ["watch_reviews"]
