"""How much a school must keep, and what may be withdrawn."""

from dataclasses import replace
from datetime import date

import pytest

from shared.funds import minimum_rules, minimum_words
from shared.funds.minimum_model import MinimumBalance
from shared.funds.totals_model import Day
from shared.kernel.money import Fen
from tests import builders
from tests.builders import POLICY, SCHOOL


def a_day(day: date, deposited_fen: int) -> Day:
    return Day(day, deposited_fen, 0, 0, 0)


class TestFormula:
    TODAY = date(2026, 12, 1)

    @pytest.mark.parametrize(
        ("receipts_fen", "required_fen"),
        [(0, 5_000_000), (25_000_000, 5_000_000), (25_000_001, 5_000_001), (40_000_000, 8_000_000)],
    )
    def test_is_the_larger_of_the_floor_and_a_share_of_the_receipts(self, receipts_fen: int, required_fen: int) -> None:
        days = [a_day(date(2026, 10, 9), receipts_fen)]

        found = minimum_rules.formula(POLICY, size="small", days=days, today=self.TODAY)

        assert found.required_fen == required_fen

    @pytest.mark.parametrize(
        ("size", "receipts_fen", "required_fen"),
        [
            ("medium", 50_000_000, 10_000_000),
            ("medium", 50_000_001, 10_000_001),
            ("large", 75_000_000, 15_000_000),
            ("large", 75_000_001, 15_000_001),
        ],
    )
    def test_begins_to_be_the_share_where_that_passes_the_floor_of_the_size(
        self, size: str, receipts_fen: int, required_fen: int
    ) -> None:
        days = [a_day(date(2026, 10, 9), receipts_fen)]

        found = minimum_rules.formula(POLICY, size=size, days=days, today=self.TODAY)

        assert found.required_fen == required_fen

    def test_counts_the_last_three_whole_months_and_no_other_day(self) -> None:
        told = {
            date(2026, 8, 31): 1,
            date(2026, 9, 1): 10,
            date(2026, 11, 30): 100,
            date(2026, 12, 1): 1000,
        }
        days = [a_day(day, amount) for day, amount in told.items()]

        found = minimum_rules.formula(POLICY, size="small", days=days, today=self.TODAY)

        assert (found.receipts_fen, found.first_month, found.last_month) == (110, "2026-09", "2026-11")

    @pytest.mark.parametrize(
        ("today", "first", "last"),
        [
            (date(2026, 12, 1), date(2026, 9, 1), date(2026, 11, 30)),
            (date(2027, 3, 31), date(2026, 12, 1), date(2027, 2, 28)),
            (date(2026, 1, 15), date(2025, 10, 1), date(2025, 12, 31)),
        ],
    )
    def test_knows_the_months(self, today: date, first: date, last: date) -> None:
        assert minimum_rules.receipt_months(today, 3) == (first, last)

    @pytest.mark.parametrize(
        ("size", "floor_fen"), [("small", 5_000_000), ("medium", 10_000_000), ("large", 15_000_000)]
    )
    def test_of_a_new_school_is_the_floor_of_its_size(self, size: str, floor_fen: int) -> None:
        assert minimum_rules.first_formula(POLICY, size=size).required_fen == floor_fen


class TestExplained:
    def test_tells_every_figure(self) -> None:
        formula = builders.a_formula(
            5_000_000, receipts_fen=Fen(40_000_000), first_month="2026-09", last_month="2026-11"
        )

        zh = minimum_words.explained(formula, language="zh")
        en = minimum_words.explained(formula, language="en")

        assert zh == (
            "按规模下限 ¥50,000.00 与 2026-09…2026-11 收费总额 ¥400,000.00 的20%（¥80,000.00）孰高核定：¥80,000.00。"
        )
        assert "¥400,000.00 × 20% = ¥80,000.00" in en

    def test_of_a_new_school_is_its_size(self) -> None:
        assert "¥100.00" in minimum_words.explained(builders.a_formula(), language="zh")
        assert "¥100.00" in minimum_words.explained(builders.a_formula(), language="en")


class TestCheckWithdrawal:
    MINIMUM = MinimumBalance(SCHOOL, Fen(15_000), Fen(10_000))

    def test_leaves_what_is_required(self) -> None:
        minimum_rules.check_withdrawal(self.MINIMUM, 5000)

        with pytest.raises(minimum_rules.BelowRequirement):
            minimum_rules.check_withdrawal(self.MINIMUM, 5001)

    def test_finds_nothing_free_where_it_is_short(self) -> None:
        short = replace(self.MINIMUM, balance_fen=Fen(9_999))

        assert short.free_fen == 0
        with pytest.raises(minimum_rules.BelowRequirement):
            minimum_rules.check_withdrawal(short, 1)
