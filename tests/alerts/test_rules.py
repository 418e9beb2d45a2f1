"""The rules at their edges, on both sides."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from events import facts
from shared.alerts import rules
from shared.alerts.model import RULE_NAMES, Alert, Rule, Severity
from shared.kernel.ids import is_id
from shared.kernel.money import Fen
from tests import builders
from tests.builders import NOW, POLICY, SCHOOL, TUITION_NO

STRICTER = replace(
    POLICY, version="linzi-2027.1", outflow_share_percent=10, payout_share_percent=5, minimum_balance_yellow_percent=150
)


def found(legs: dict[str, int], *, policy: Any = POLICY, **changes: Any) -> list[Alert]:
    """What the rules find in an entry."""
    return rules.on_money_moved(builders.a_movement(legs, **changes), policy)


def minimum(after: int, required: int = 10_000, **changes: Any) -> list[Alert]:
    """What the rules find after a deposit into a minimum balance."""
    legs = {"outside": -1, "minimum_balance": 1}
    told = {"balance_after_fen": Fen(after), "required_fen": Fen(required), **changes}
    return found(legs, kind="minimum_deposit", **told)


def outflow(amount: int, before: int, **changes: Any) -> list[Alert]:
    """What the rules find in money that left without an instruction."""
    legs = {"suspense": -amount, "outside": amount}
    return found(legs, kind="withdrawal", balance_before_fen=Fen(before), **changes)


def payout(amount: int, receipts: int, **changes: Any) -> list[Alert]:
    """What the rules find in a payout."""
    return found({"payable": -amount, "in_transit": amount}, kind="payout", receipts_fen=Fen(receipts), **changes)


class TestUnmatchedDeposit:
    def test_is_a_deposit_that_went_to_suspense(self) -> None:
        [alert] = found({"outside": -1000, "suspense": 1000}, reason="unknown_reference")

        assert (alert.rule, alert.severity) == (Rule.UNMATCHED_DEPOSIT, Severity.YELLOW)
        assert alert.figures == {"reference": "BK000001", "suspense_fen": 1000, "reason": "unknown_reference"}
        assert alert.threshold == "suspense_fen > 0"

    def test_is_one_of_which_a_fen_was_too_much(self) -> None:
        [alert] = found({"outside": -1001, "held": 1000, "suspense": 1})

        assert alert.figures["suspense_fen"] == 1

    def test_is_not_one_that_was_matched(self) -> None:
        assert found({"outside": -1000, "held": 1000}) == []

    @pytest.mark.parametrize("kind", ["expiry", "withdrawal", "release", "settlement", "payout"])
    def test_is_not_another_movement_to_suspense(self, kind: str) -> None:
        assert found({"held": -1000, "suspense": 1000}, kind=kind) == []

    def test_of_one_that_is_split_is_what_nobody_got(self) -> None:
        legs = {"outside": -1500, "suspense": 1500}

        assert found(legs, reason="split", unmatched_fen=Fen(0)) == []
        [alert] = found(legs, reason="excess", unmatched_fen=Fen(200))
        assert alert.figures["suspense_fen"] == 200


class TestDepositReversed:
    def test_is_a_reversal_that_took_all_of_it_back(self) -> None:
        legs = {"outside": 1000, "held": -334, "payable": -666}
        [alert] = found(legs, kind="reversal", reference="BK000002", reason="BK000001")

        assert (alert.rule, alert.severity) == (Rule.DEPOSIT_REVERSED, Severity.RED)
        assert alert.figures == {"reference": "BK000002", "original": "BK000001", "reversed_fen": 1000}

    def test_is_not_the_piece_of_one_enrolment(self) -> None:
        assert found({"suspense": 400, "held": -400}, kind="reversal") == []
        assert found({"suspense": 0}, kind="reversal", missing_fen=Fen(400)) == []


class TestMoneyMissing:
    def test_is_what_a_reversal_found_refunded(self) -> None:
        legs = {"outside": 1000, "suspense": -667, "payable": -333}
        first, second = found(legs, kind="reversal", missing_fen=Fen(667))

        assert first.rule is Rule.DEPOSIT_REVERSED
        assert (second.rule, second.severity) == (Rule.MONEY_MISSING, Severity.RED)
        assert second.figures == {"reference": "BK000001", "missing_fen": 667}


class TestLargeOutflow:
    def test_is_more_than_the_policys_share_of_the_balance(self) -> None:
        [alert] = outflow(301, 1000)

        assert (alert.rule, alert.severity) == (Rule.LARGE_OUTFLOW, Severity.RED)
        assert alert.figures == {
            "outflow_fen": 301,
            "balance_before_fen": 1000,
            "share_percent": 30,
            "reference": "BK000001",
        }
        assert alert.threshold == "> 30 %"

    def test_is_not_exactly_the_share(self) -> None:
        assert outflow(300, 1000) == []

    def test_is_a_fen_more_however_large_the_balance(self) -> None:
        assert outflow(3 * 10**12, 10**13) == []
        assert len(outflow(3 * 10**12 + 1, 10**13)) == 1

    @pytest.mark.parametrize("before", [0, -500])
    def test_is_all_that_leaves_an_account_with_nothing_in_it(self, before: int) -> None:
        [alert] = outflow(1, before)

        assert alert.figures["share_percent"] == 100

    def test_is_not_a_movement_that_leaves_nothing(self) -> None:
        assert found({"held": -900, "payable": 900}, kind="release", balance_before_fen=Fen(1000)) == []

    def test_is_not_a_deposit(self) -> None:
        assert found({"outside": -900, "held": 900}, balance_before_fen=Fen(0)) == []

    def test_is_not_a_payout_nor_its_settlement(self) -> None:
        assert found({"payable": -400, "in_transit": 400}, kind="payout") == []
        assert found({"in_transit": -400, "outside": 400}, kind="settlement") == []


class TestLargePayout:
    def test_is_more_than_the_policys_share_of_the_last_months_receipts(self) -> None:
        [alert] = payout(301, 1000)

        assert (alert.rule, alert.severity, alert.threshold) == (Rule.LARGE_PAYOUT, Severity.RED, "> 30 %")
        assert alert.figures == {
            "payout_fen": 301,
            "receipts_fen": 1000,
            "share_percent": 30,
            "reference": "BK000001",
        }

    def test_is_not_one_at_the_share_or_under_it(self) -> None:
        assert payout(300, 1000) == payout(1, 1000) == []
        assert payout(3 * 10**12, 10**13) == []
        assert len(payout(3 * 10**12 + 1, 10**13)) == 1

    def test_is_one_of_a_school_to_which_nobody_has_paid(self) -> None:
        [alert] = payout(1, 0)

        assert alert.figures["share_percent"] == 100

    def test_is_judged_by_the_number_of_the_policy(self) -> None:
        assert payout(50, 1000, policy=STRICTER) == []
        assert len(payout(51, 1000, policy=STRICTER)) == 1


class TestMinimumBalanceLow:
    @pytest.mark.parametrize(
        ("after", "severity", "threshold", "percent"),
        [
            (10_999, Severity.YELLOW, "< 110 %", 109),
            (10_000, Severity.YELLOW, "< 110 %", 100),
            (9_999, Severity.RED, "< 100 %", 99),
            (0, Severity.RED, "< 100 %", 0),
            (-1, Severity.RED, "< 100 %", -1),
        ],
    )
    def test_is_under_the_policys_percent(self, after: int, severity: Severity, threshold: str, percent: int) -> None:
        [alert] = minimum(after)

        assert (alert.rule, alert.severity, alert.threshold) == (Rule.MINIMUM_BALANCE_LOW, severity, threshold)
        assert alert.figures == {"balance_fen": after, "required_fen": 10_000, "share_percent": percent}

    @pytest.mark.parametrize("after", [11_000, 11_001, 10**13])
    def test_is_not_at_the_percent_or_over(self, after: int) -> None:
        assert minimum(after) == []

    def test_of_a_school_that_needs_none_is_only_less_than_nothing(self) -> None:
        assert minimum(0, required=0) == []
        [alert] = minimum(-5, required=0)
        assert (alert.severity, alert.figures["share_percent"]) == (Severity.RED, 0)

    def test_of_a_large_withdrawal_is_one_of_two_alerts(self) -> None:
        legs = {"minimum_balance": -6_000, "outside": 6_000}
        both = found(
            legs,
            kind="withdrawal",
            balance_before_fen=Fen(10_000),
            balance_after_fen=Fen(4_000),
            required_fen=Fen(10_000),
        )

        assert [alert.rule for alert in both] == [Rule.LARGE_OUTFLOW, Rule.MINIMUM_BALANCE_LOW]
        assert len({alert.alert_id for alert in both}) == 2


class TestReferenceConflict:
    FACT = facts.ReferenceConflicted(
        entry_key="bank#BK000001/conflict#ab",
        institution_id=SCHOOL,
        account_no=TUITION_NO,
        reference="BK000001",
        posted_fen=Fen(1000),
        sent_fen=Fen(999),
        noticed_at=NOW + timedelta(minutes=1),
    )

    def test_is_always_red_and_says_both_amounts(self) -> None:
        alert = rules.on_reference_conflicted(self.FACT, POLICY)

        assert (alert.rule, alert.severity) == (Rule.REFERENCE_CONFLICT, Severity.RED)
        assert alert.figures == {"reference": "BK000001", "posted_fen": 1000, "sent_fen": 999}
        assert alert.raised_at == NOW + timedelta(minutes=1)

    def test_of_another_body_is_another_alert(self) -> None:
        other = replace(self.FACT, entry_key="bank#BK000001/conflict#cd")

        ids = {rules.on_reference_conflicted(fact, POLICY).alert_id for fact in (self.FACT, self.FACT, other)}

        assert len(ids) == 2


class TestEveryAlert:
    def test_says_whom_it_is_about_when_and_under_which_rules(self) -> None:
        [alert] = outflow(500, 1000)

        assert is_id(alert.alert_id, "alt")
        assert (alert.institution_id, alert.subject, alert.raised_at) == (SCHOOL, "bank#BK000001/entry", NOW)
        assert alert.rule_version == POLICY.version

    def test_is_raised_by_the_numbers_of_its_policy(self) -> None:
        assert outflow(101, 1000) == minimum(14_999) == []
        [large], [low] = outflow(101, 1000, policy=STRICTER), minimum(14_999, policy=STRICTER)

        assert (large.threshold, low.threshold) == ("> 10 %", "< 150 %")
        assert large.rule_version == low.rule_version == "linzi-2027.1"

    def test_of_the_same_entry_has_the_same_id(self) -> None:
        [first], [again] = outflow(500, 1000), outflow(500, 1000, booked_at=NOW + timedelta(hours=1))

        assert first.alert_id == again.alert_id

    def test_of_another_entry_has_another_id(self) -> None:
        [first], [other] = outflow(500, 1000), outflow(500, 1000, entry_key="bank#BK000002/entry")

        assert first.alert_id != other.alert_id

    def test_has_a_name_in_both_languages(self) -> None:
        assert set(RULE_NAMES) == set(Rule)
        assert all(zh and en for zh, en in RULE_NAMES.values())
