"""The nightly check: lowest and average by day, and a shortfall from its beginning to its end."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from shared.funds import minimum_checks, usecases
from shared.funds.minimum_model import MinimumDay, Shortfall
from shared.funds.store import minimum_days, minimums
from shared.kernel.money import Fen
from tests import builders, steps, tables
from tests.builders import MINIMUM_NO, NOW, POLICY, SCHOOL
from tests.tables import killed_before

pytestmark = pytest.mark.usefixtures("hurried", "registered")
NIGHT = datetime.fromisoformat("2026-09-02T00:40:00+08:00")


@pytest.fixture
def registered(in_memory: Any) -> None:
    """A school that must keep 100 yuan; nothing is there yet."""
    tables.put_in_memory(__name__, steps.register)


def comes(amount_fen: int, *, day: int, reference: str = "", hour: int = 10) -> None:
    """Money comes in on a day of September."""
    at = datetime(2026, 9, day, hour - 8, tzinfo=NOW.tzinfo)
    steps.pay_minimum(amount_fen, reference=reference or f"BKM{day:03d}{hour:02d}", now=at)
    steps.count_all()


def leaves(amount_fen: int, *, day: int, hour: int = 12, told_on: int | None = None) -> None:
    """Money leaves on a day of September; the bank may tell it later."""
    at = datetime(2026, 9, day, hour - 8, tzinfo=NOW.tzinfo)
    fact = builders.a_withdrawal(
        amount_fen, bank_reference=f"BKO{day:03d}{hour:02d}", account_no=MINIMUM_NO, booked_at=at
    )
    now = at.replace(day=told_on) if told_on else at
    usecases.post_withdrawal(fact=fact, account=builders.a_minimum_account(), now=now)
    steps.count_all()


def check(*, after: int) -> Shortfall | None:
    """The check in the night after a day of September."""
    return steps.check_minimum(now=NIGHT + timedelta(days=after - 1))


def days(last: int) -> Sequence[MinimumDay]:
    return minimum_days.list_of(SCHOOL, first=date(2026, 9, 1), last=date(2026, 9, last))


def figures(last: int) -> list[tuple[int, int, int]]:
    return [(one.lowest_fen, one.closing_fen, one.average_fen) for one in days(last)]


class TestDays:
    def test_have_the_lowest_the_last_and_the_average_of_the_month(self) -> None:
        comes(20_000, day=1)
        leaves(12_000, day=3)
        comes(12_000, day=3, hour=15)
        leaves(5_000, day=4)
        check(after=4)

        assert figures(4) == [
            (20_000, 20_000, 20_000),
            (20_000, 20_000, 20_000),
            (8_000, 20_000, 20_000),
            (15_000, 15_000, 18_750),
        ]

    def test_begin_with_the_schools_first_requirement(self) -> None:
        check(after=2)

        assert [one.day.day for one in days(9)] == [1, 2]

    def test_are_not_moved_by_topping_up_on_the_day_of_the_check(self) -> None:
        comes(9_000, day=1)
        check(after=1)
        comes(1_000, day=2, hour=23)

        shortfall = check(after=2)

        assert shortfall is not None
        assert (shortfall.ended_on, shortfall.short_fen) == (None, 1_000)
        assert POLICY.minimum_level(days(2)[-1].counting_fen, 10_000) == "red"

    def test_are_corrected_by_what_the_bank_tells_late(self) -> None:
        comes(20_000, day=1)
        check(after=2)
        leaves(8_000, day=2, told_on=3)

        check(after=3)

        assert figures(3) == [(20_000, 20_000, 20_000), (12_000, 12_000, 16_000), (12_000, 12_000, 14_666)]

    def test_are_not_made_up_while_the_totals_are_behind(self) -> None:
        steps.pay_minimum(20_000)

        with pytest.raises(minimum_checks.MinimumBehind):
            check(after=1)
        steps.count_all()
        check(after=1)
        assert figures(1) == [(20_000, 20_000, 20_000)]

    def test_what_moves_after_midnight_is_of_the_next_day(self) -> None:
        comes(20_000, day=1)
        leaves(15_000, day=2, hour=8)  # before the check, which was late

        check(after=1)

        assert figures(2) == [(20_000, 20_000, 20_000)]

    def test_over_a_months_end_begin_anew(self) -> None:
        comes(20_000, day=1)
        check(after=30)
        check(after=31)

        found = minimum_days.list_of(SCHOOL, first=date(2026, 9, 30), last=date(2026, 10, 31))
        assert [(one.day, one.average_fen) for one in found] == [
            (date(2026, 9, 30), 20_000),
            (date(2026, 10, 1), 20_000),
        ]


class TestShortfall:
    def test_opens_with_a_deadline_of_working_days(self) -> None:
        comes(9_000, day=1)

        shortfall = check(after=1)

        assert shortfall == Shortfall(SCHOOL, date(2026, 9, 1), Fen(1_000), date(2026, 9, 15), deadline_assumed=False)
        assert minimums.get(SCHOOL).short_since == date(2026, 9, 1)
        steps.count_all()
        assert steps.violations() == {}

    def test_goes_on_with_what_is_missing_by_now(self) -> None:
        comes(9_000, day=1)
        check(after=1)
        leaves(500, day=2)

        shortfall = check(after=2)

        assert shortfall is not None
        assert (shortfall.since, shortfall.short_fen, shortfall.due_on) == (
            date(2026, 9, 1),
            1_500,
            date(2026, 9, 15),
        )

    def test_ends_after_a_day_on_which_nothing_was_missing(self) -> None:
        comes(9_000, day=1)
        check(after=1)
        comes(1_000, day=2)
        check(after=2)

        shortfall = check(after=3)

        assert shortfall is not None
        assert shortfall.ended_on == date(2026, 9, 3)
        assert minimums.get(SCHOOL).short_since is None
        assert check(after=3) is None

    def test_of_a_day_that_nobody_checked_is_seen(self) -> None:
        comes(20_000, day=1)
        check(after=1)
        leaves(15_000, day=2)
        comes(15_000, day=3)

        shortfall = check(after=4)

        assert shortfall is not None
        assert (shortfall.since, shortfall.short_fen) == (date(2026, 9, 2), 5_000)
        ended = check(after=5)
        assert ended is not None
        assert ended.ended_on == date(2026, 9, 5)

    def test_comes_of_a_requirement_that_is_raised(self) -> None:
        comes(10_000, day=1)
        assert check(after=1) is None
        steps.require(10_500, now=NOW + timedelta(days=1))

        shortfall = check(after=2)

        assert shortfall is not None
        assert shortfall.short_fen == 500

    def test_twice_is_once(self) -> None:
        comes(9_000, day=1)
        check(after=1)
        before = tables.dump_memory()

        check(after=1)

        assert tables.dump_memory() == before

    @pytest.mark.parametrize("call", [1, 2])
    def test_killed_anywhere_is_found_again(self, call: int) -> None:
        comes(9_000, day=1)
        with killed_before("TransactWriteItems", call=call):
            check(after=1)

        shortfall = check(after=1)

        assert shortfall is not None
        assert minimums.get(SCHOOL).short_since == date(2026, 9, 1)

    @pytest.mark.parametrize(("day", "overdue"), [(15, False), (16, True)])
    def test_is_overdue_after_its_last_day(self, day: int, overdue: bool) -> None:
        comes(9_000, day=1)
        shortfall = check(after=1)

        assert shortfall is not None
        assert shortfall.is_overdue(date(2026, 9, day)) is overdue
