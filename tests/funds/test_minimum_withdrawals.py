"""What a school asks for from its minimum balance, until the bureau decides."""

from typing import Any

import pytest

from shared.funds import minimum_rules, minimum_withdrawals
from shared.funds.store import minimums, withdrawals
from shared.kernel.ids import InstitutionId
from tests import steps, tables
from tests.builders import MINIMUM_NO, NOW, PAYOUT_NO, SCHOOL, an_id
from tests.tables import just_before

pytestmark = pytest.mark.usefixtures("hurried", "deposited")


@pytest.fixture
def deposited(in_memory: Any) -> None:
    """A school with 200 yuan in its minimum balance, where 100 are required."""
    tables.put_in_memory(__name__, lambda: (steps.register(), steps.pay_minimum(20_000)))


class TestRequest:
    def test_waits_for_the_bureau(self) -> None:
        withdrawal = steps.ask_to_withdraw(4000)

        assert withdrawal == withdrawals.get(withdrawal.withdrawal_id)
        assert (withdrawal.status, withdrawal.number) == ("requested", 1)
        assert (withdrawal.from_account_no, withdrawal.to_account_no) == (MINIMUM_NO, PAYOUT_NO)
        assert (minimums.get(SCHOOL).asked, minimums.get(SCHOOL).balance_fen) == (1, 20_000)

    def test_is_one_at_a_time(self) -> None:
        steps.ask_to_withdraw()

        with pytest.raises(minimum_rules.WithdrawalOpen):
            steps.ask_to_withdraw()

    def test_two_at_once_are_one(self) -> None:
        with (
            just_before("TransactWriteItems", lambda: steps.ask_to_withdraw(1)),
            pytest.raises(minimum_rules.WithdrawalOpen),
        ):
            steps.ask_to_withdraw(2)

        assert withdrawals.get(withdrawals.id_of(SCHOOL, 1)).amount_fen == 1

    def test_for_more_than_is_free_is_refused_with_the_figures(self) -> None:
        before = tables.dump_memory()

        with pytest.raises(minimum_rules.BelowRequirement) as refused:
            steps.ask_to_withdraw(10_001)

        assert refused.value.figures["free"] == "¥100.00"
        assert tables.dump_memory() == before

    @pytest.mark.parametrize("reason", ["", "  ", "长" * 201])
    def test_needs_a_reason(self, reason: str) -> None:
        with pytest.raises(minimum_rules.WithdrawalReasonNeeded):
            minimum_withdrawals.request(
                institution_id=SCHOOL,
                amount_fen=1,
                from_account_no=MINIMUM_NO,
                to_account_no=PAYOUT_NO,
                reason=reason,
                by="usr_1",
                now=NOW,
            )


class TestRefuse:
    def test_ends_it_with_a_reason_and_another_may_be_asked_for(self) -> None:
        withdrawal = steps.ask_to_withdraw()

        minimum_withdrawals.refuse(withdrawal_id=withdrawal.withdrawal_id, reason=" 材料不全 ", now=NOW)

        found = withdrawals.get(withdrawal.withdrawal_id)
        assert (found.status, found.decision_reason, found.ended_at) == ("refused", "材料不全", NOW)
        assert steps.ask_to_withdraw().number == 2

    def test_of_what_is_held_is_refused_even_before_it_is_noted(self) -> None:
        withdrawal = steps.a_held_withdrawal()

        with pytest.raises(minimum_rules.WithdrawalMovedOn):
            minimum_withdrawals.refuse(withdrawal_id=withdrawal.withdrawal_id, reason="不同意", now=NOW)


class TestCancel:
    def test_is_the_schools_own(self) -> None:
        withdrawal = steps.ask_to_withdraw()

        minimum_withdrawals.cancel(withdrawal_id=withdrawal.withdrawal_id, institution_id=SCHOOL, now=NOW)

        assert withdrawals.get(withdrawal.withdrawal_id).status == "cancelled"
        with pytest.raises(minimum_rules.WithdrawalMovedOn):
            minimum_withdrawals.cancel(withdrawal_id=withdrawal.withdrawal_id, institution_id=SCHOOL, now=NOW)

    def test_of_another_school_is_missing(self) -> None:
        withdrawal = steps.ask_to_withdraw()

        with pytest.raises(withdrawals.UnknownWithdrawal):
            minimum_withdrawals.cancel(
                withdrawal_id=withdrawal.withdrawal_id, institution_id=InstitutionId(an_id("ins", 2)), now=NOW
            )


class TestListOf:
    def test_gives_the_newest_first_by_pages(self) -> None:
        for _ in range(3):
            withdrawal = steps.ask_to_withdraw()
            minimum_withdrawals.cancel(withdrawal_id=withdrawal.withdrawal_id, institution_id=SCHOOL, now=NOW)

        first = withdrawals.list_of(SCHOOL, limit=2, cursor=None)
        second = withdrawals.list_of(SCHOOL, limit=2, cursor=first.next_cursor)

        assert [one.number for one in (*first.rows, *second.rows)] == [3, 2, 1]
        assert second.next_cursor is None
