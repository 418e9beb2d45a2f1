"""How a credit divides: to the fen, in proportion, whatever there is to divide."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.funds import interest_rules
from shared.funds.interest_model import Plan
from shared.funds.interest_rules import Claim, largest_remainder
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from shared.policy.interest import NoAgreedRate
from tests.builders import an_id

FIRST, END = date(2026, 6, 21), date(2026, 9, 21)
WEIGHTS = st.lists(st.fractions(min_value=0, max_value=1000, max_denominator=3_600_000), min_size=1, max_size=40)


def planned(amount: int, account: int, *claims: int) -> Plan:
    """The plan of a credit, by fen × days of the account and of each enrolment."""
    told = [
        Claim(EnrolmentId(an_id("enr", number)), {FIRST: days}, {FIRST: days}) for number, days in enumerate(claims, 1)
    ]
    return interest_rules.plan(amount_fen=Fen(amount), first=FIRST, end=END, account={FIRST: account}, claims=told)


class TestLargestRemainder:
    def test_divides_what_divides(self) -> None:
        assert largest_remainder(100, [Fraction(1), Fraction(3)]) == [25, 75]

    def test_gives_what_is_left_to_the_largest_remainders(self) -> None:
        assert largest_remainder(10, [Fraction(1), Fraction(1), Fraction(1)]) == [4, 3, 3]
        assert largest_remainder(7, [Fraction(1, 3), Fraction(2, 3), Fraction(4, 3)]) == [1, 2, 4]

    def test_gives_one_fen_of_a_thousand_to_one(self) -> None:
        found = largest_remainder(1, [Fraction(1)] * 1000)

        assert (sum(found), max(found), found[0]) == (1, 1, 1)

    def test_gives_nothing_to_who_has_no_weight(self) -> None:
        assert largest_remainder(5, [Fraction(0), Fraction(1)]) == [0, 5]

    @given(st.integers(0, 10**9), WEIGHTS)
    def test_adds_up_and_is_nowhere_a_fen_from_the_proportion(self, amount: int, weights: list[Fraction]) -> None:
        total = sum(weights)
        if not total:
            return
        found = largest_remainder(amount, weights)

        assert sum(found) == amount
        assert all(abs(part - amount * weight / total) < 1 for part, weight in zip(found, weights, strict=True))
        assert all(
            a >= b for a, v in zip(found, weights, strict=True) for b, w in zip(found, weights, strict=True) if v > w
        )


class TestPlan:
    def test_gives_each_by_its_days_and_the_school_what_belonged_to_no_enrolment(self) -> None:
        found = planned(100, 1000, 600, 300)

        assert [share.amount_fen for share in found.shares] == [60, 30]
        assert (found.own_fen, found.claimants) == (10, 3)

    def test_expects_what_the_agreed_rate_gives_rounded_half_up(self) -> None:
        assert planned(1, 3_600_000, 3_600_000).expected_fen == 35
        assert planned(1, 154_286, 154_286).expected_fen == 2  # 1.50000…
        assert planned(1, 154_285, 154_285).expected_fen == 1  # 1.49999…

    def test_of_an_account_that_was_empty_is_all_the_schools(self) -> None:
        found = planned(3, 0)

        assert (found.shares, found.own_fen, found.expected_fen) == ((), 3, 0)

    def test_names_no_share_of_nothing(self) -> None:
        found = planned(1, 1_000_001, 1_000_000, 1)

        assert [share.amount_fen for share in found.shares] == [1]

    def test_where_money_is_missing_gives_the_school_nothing(self) -> None:
        found = planned(100, 500, 600, 300)

        assert ([share.amount_fen for share in found.shares], found.own_fen) == ([67, 33], 0)

    def test_of_a_day_without_an_agreed_rate_is_refused(self) -> None:
        with pytest.raises(NoAgreedRate, match="2025-09-21"):
            interest_rules.plan(
                amount_fen=Fen(1), first=date(2025, 9, 21), end=date(2025, 12, 21), account={}, claims=[]
            )


class TestAccountDays:
    def test_are_the_balance_of_each_evening(self) -> None:
        moved = {date(2026, 9, 1): -400, date(2026, 9, 20): 7}

        found = interest_rules.account_days(opening_fen=1000, net_fen=moved, first=FIRST, end=END)

        assert found == {FIRST: 1000 * 92 - 400 * 20 + 7}

    def test_of_a_quarter_without_movement_are_its_balance_every_day(self) -> None:
        assert interest_rules.account_days(opening_fen=7, net_fen={}, first=FIRST, end=END) == {FIRST: 7 * 92}
