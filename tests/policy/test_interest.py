"""The agreed rates by day, and how they and the credit days cut time into segments."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy import interest
from shared.policy.interest import NoAgreedRate, WrongPeriod
from shared.policy.model import Beneficiary

FIRST = interest.all_terms()[0]


@pytest.fixture
def three_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    """0.35 % until 10 October, nothing agreed until 14 November, then 0.20 %."""
    ended = replace(FIRST, until=date(2026, 10, 10))
    later = replace(FIRST, effective_from=date(2026, 11, 15), annual_rate_bp=20)
    monkeypatch.setattr(interest, "all_terms", lambda: (ended, later))


class TestInterestTerms:
    def test_are_those_in_force_on_the_day(self) -> None:
        terms = interest.interest_terms(on=date(2026, 9, 1))

        assert (terms.annual_rate_bp, terms.day_count, terms.beneficiary) == (35, 360, Beneficiary.GUARDIAN)

    @pytest.mark.parametrize("day", ["2025-12-31", "2026-10-11", "2026-11-14"])
    def test_of_a_day_without_any_are_refused_and_the_day_is_named(self, three_terms: Any, day: str) -> None:
        with pytest.raises(NoAgreedRate, match=day):
            interest.interest_terms(on=date.fromisoformat(day))

    @pytest.mark.parametrize(("day", "rate"), [("2026-10-10", 35), ("2026-11-15", 20)])
    def test_hold_on_their_first_day_and_on_their_last(self, three_terms: Any, day: str, rate: int) -> None:
        assert interest.interest_terms(on=date.fromisoformat(day)).annual_rate_bp == rate


class TestSegments:
    def test_begin_after_each_credit_day(self) -> None:
        found = list(interest.segments(date(2026, 6, 20), date(2026, 12, 22)))

        assert found == [
            (date(2026, 3, 21), 1),
            (date(2026, 6, 21), 92),
            (date(2026, 9, 21), 91),
            (date(2026, 12, 21), 1),
        ]

    def test_begin_with_new_terms_and_when_terms_have_ended(self, three_terms: Any) -> None:
        found = list(interest.segments(date(2026, 9, 21), date(2026, 12, 21)))

        assert found == [(date(2026, 9, 21), 20), (date(2026, 10, 11), 35), (date(2026, 11, 15), 36)]

    def test_before_the_first_terms_are_one(self) -> None:
        assert list(interest.segments(date(2025, 6, 1), date(2026, 1, 2))) == [(date.min, 214), (date(2026, 1, 1), 1)]

    def test_of_no_day_are_none(self) -> None:
        assert list(interest.segments(date(2026, 9, 2), date(2026, 9, 2))) == []
        assert list(interest.segments(date(2026, 9, 2), date(2026, 9, 1))) == []

    @given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(0, 900))
    def test_have_every_day_once(self, first: date, days: int) -> None:
        assert sum(count for _, count in interest.segments(first, first + timedelta(days))) == days


class TestCreditPeriod:
    def test_is_from_one_credit_day_to_the_next(self) -> None:
        found = interest.credit_period(first=date(2026, 8, 17), last=date(2026, 9, 20))

        assert found == (date(2026, 6, 21), date(2026, 9, 21))

    @pytest.mark.parametrize(("first", "last"), [("2026-06-21", "2026-09-19"), ("2026-06-20", "2026-09-20")])
    def test_is_refused_where_the_days_are_others(self, first: str, last: str) -> None:
        with pytest.raises(WrongPeriod, match=last):
            interest.credit_period(first=date.fromisoformat(first), last=date.fromisoformat(last))
