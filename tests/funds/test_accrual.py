"""An enrolment's fen × days, moved on with every entry: exact by day, through terms, leap days, late and early news."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.funds import accrual
from shared.funds.model import EnrolmentAccount, Entry, EntryKind, State
from shared.kernel.money import Fen
from shared.policy import interest
from tests import builders
from tests.builders import NOW, SCHOOL, TUITION_NO

SUMMER, AUTUMN = date(2026, 6, 21), date(2026, 9, 21)


def moved(amount: int, on: date, state: State = State.HELD) -> Entry:
    """An entry that brings an enrolment so much on a day."""
    return Entry(
        pk="bank#BK000001",
        sk="entry",
        kind=EntryKind.DEPOSIT,
        institution_id=SCHOOL,
        account_no=TUITION_NO,
        legs={State.OUTSIDE: -amount, state: amount},
        reference="BK000001",
        digest="",
        booked_at=NOW,
        effective_on=on,
    )


def after(*entries: Entry) -> EnrolmentAccount:
    """An enrolment after these entries, one by one."""
    account = builders.an_enrolment()
    for entry in entries:
        held = Fen(account.held_fen + entry.legs.get(State.HELD, 0))
        account = accrual.moved_on(account, replace(account, held_fen=held), [entry])
    return account


class TestMovedOn:
    def test_counts_each_evenings_balance_for_its_day(self) -> None:
        account = after(moved(1000, date(2026, 9, 1)), moved(-400, date(2026, 9, 4)), moved(-600, date(2026, 9, 10)))

        assert account.fen_days == {SUMMER: 1000 * 3 + 600 * 6}
        assert account.counted_until == date(2026, 9, 10)

    def test_splits_at_the_end_of_a_period(self) -> None:
        account = after(moved(1000, date(2026, 9, 19)), moved(-1000, date(2026, 9, 25)))

        assert account.fen_days == {SUMMER: 2000, AUTUMN: 4000}

    def test_splits_where_the_rate_changes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = interest.all_terms()[0]
        later = replace(first, effective_from=date(2026, 9, 5), annual_rate_bp=20)
        monkeypatch.setattr(interest, "all_terms", lambda: (first, later))

        account = after(moved(1000, date(2026, 9, 1)), moved(-1000, date(2026, 9, 8)))

        assert account.fen_days == {SUMMER: 4000, date(2026, 9, 5): 3000}
        assert accrual.earned(account.fen_days) == Fraction(4000 * 35 + 3000 * 20, 3_600_000)

    def test_after_a_year_without_movement_has_each_quarter(self) -> None:
        account = after(moved(1000, date(2026, 9, 1)), moved(-1000, date(2027, 9, 1)))

        assert list(account.fen_days.values()) == [20_000, 91_000, 90_000, 92_000, 72_000]
        assert sum(account.fen_days.values()) == 365_000

    def test_counts_a_leap_day(self) -> None:
        account = after(moved(1, date(2028, 2, 1)), moved(-1, date(2028, 3, 1)))

        assert account.fen_days == {date(2027, 12, 21): 29}

    def test_takes_what_becomes_known_later_into_the_days_that_it_is_about(self) -> None:
        account = after(moved(1000, date(2026, 9, 1)), moved(-100, date(2026, 9, 23)), moved(-400, date(2026, 9, 19)))

        assert account.fen_days == {SUMMER: 1000 * 20 - 400 * 2, AUTUMN: 1000 * 2 - 400 * 2}
        assert account.counted_until == date(2026, 9, 23)

    def test_of_what_stays_in_the_account_changes_nothing(self) -> None:
        account = after(moved(1000, date(2026, 9, 1)))
        hold = replace(moved(0, date(2026, 9, 5)), legs={State.HELD: -1000, State.REFUND_PENDING: 1000})

        assert accrual.moved_on(account, account, [hold]) == account

    def test_takes_away_exactly_what_a_credit_was_for(self) -> None:
        account = after(moved(1000, date(2026, 9, 1)), moved(-100, date(2026, 9, 23)))
        credit = replace(
            moved(0, date(2026, 9, 24)),
            kind=EntryKind.INTEREST_CREDIT,
            legs={State.INTEREST: -2, State.HELD: 2},
            figures={"2026-06-21": 19_999},
        )

        told = accrual.moved_on(account, account, [credit])

        assert told.fen_days == {SUMMER: 1, AUTUMN: 2000 + 900}

    @given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 400)), min_size=1, max_size=12), st.data())
    def test_is_the_sum_over_the_days_in_whatever_order_it_is_told(
        self, deposits: list[tuple[int, int]], data: Any
    ) -> None:
        told = [moved(amount, date(2026, 1, 1) + timedelta(day)) for amount, day in deposits]
        account = after(*data.draw(st.permutations(told)))

        end = max(one.effective_on for one in told)
        evenings = [sum(one.legs[State.HELD] for one in told if one.effective_on <= day) for day in days_until(end)]
        assert sum(account.fen_days.values()) == sum(evenings)


def days_until(end: date) -> list[date]:
    return [date(2026, 1, 1) + timedelta(number) for number in range((end - date(2026, 1, 1)).days)]


class TestEarned:
    def test_a_years_rate_is_earned_in_360_days(self) -> None:
        a_year = 360 * 1_000_000  # ten thousand yuan for 360 days, at 0.35 %

        assert accrual.earned({SUMMER: a_year}) == 3500
        assert accrual.earned({SUMMER: a_year - 1}) < 3500
        assert accrual.earned({SUMMER: 365 * 1_000_000}) == Fraction(365 * 3500, 360)


class TestCounted:
    def test_goes_on_to_the_day(self) -> None:
        account = after(moved(1000, date(2026, 9, 1)))

        assert accrual.counted(account, end=date(2026, 9, 23)) == {SUMMER: 20_000, AUTUMN: 2000}

    def test_of_an_enrolment_that_never_had_anything_is_nothing(self) -> None:
        assert accrual.counted(builders.an_enrolment(), end=AUTUMN) == {}
