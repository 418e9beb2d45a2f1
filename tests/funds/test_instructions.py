"""What the bank is instructed to pay, by business day: what was set aside on it and not given back since."""

from datetime import date, timedelta
from typing import Any

import pytest

from shared.approvals.model import Kind
from shared.funds import instructions, minimum_money, payout_answers, queries, refund_money, suspense
from shared.funds.instructions import Instruction, InstructionKind
from shared.funds.store import returns, withdrawals
from shared.kernel.ids import EnrolmentId, InstitutionId
from tests import builders, steps, tables
from tests.builders import MINIMUM_NO, NOW, PAYOUT_NO, SCHOOL, TODAY, TUITION_NO, an_id

pytestmark = pytest.mark.usefixtures("instructed")
PAYER = ("6222000000000001", "示例家长")


@pytest.fixture
def instructed(in_memory: Any) -> None:
    tables.put_in_memory(__name__, steps.instruct_each_kind)


def today(day: date = TODAY) -> dict[InstructionKind, Instruction]:
    found = instructions.list_of_day([SCHOOL, InstitutionId(an_id("ins", 2))], day)
    assert len({one.kind for one in found}) == len(found)
    return {one.kind: one for one in found}


def refund_payment() -> Any:
    [refund] = queries.list_refunds(EnrolmentId(an_id("enr", 2)))
    [payment] = refund_money.payments(refund)
    return payment


class TestListOfDay:
    def test_has_each_kind_with_the_ledgers_id_amount_and_accounts(self) -> None:
        told = {kind: (one.instruction_id, one.amount_fen) for kind, one in today().items()}

        assert told == {
            InstructionKind.PAYOUT: (f"pay_{SCHOOL[4:]}000001", 1000),
            InstructionKind.REFUND: (refund_payment().payment_id, 1000),
            InstructionKind.SUSPENSE_RETURN: (returns.list_waiting()[0].payment.payment_id, 77),
            InstructionKind.MINIMUM_WITHDRAWAL: (f"wdl_{SCHOOL[4:]}000001", 4000),
        }
        places = {(one.from_account_no, one.to_account_no, one.payee_name) for one in today().values()}
        assert places == {(TUITION_NO, PAYOUT_NO, ""), (TUITION_NO, *PAYER), (MINIMUM_NO, PAYOUT_NO, "")}

    @pytest.mark.parametrize("days", [-1, 1])
    def test_has_nothing_of_another_day(self, days: int) -> None:
        assert today(TODAY + timedelta(days=days)) == {}

    def test_keeps_what_the_bank_has_paid(self) -> None:
        [payout] = queries.list_payouts(SCHOOL, limit=1, cursor=None).rows
        payout_answers.settle(fact=builders.a_part(payout, 400), now=NOW)
        refund_money.settle(fact=builders.a_refund_paid(refund_payment()), now=NOW)

        assert today()[InstructionKind.PAYOUT].amount_fen == 1000
        assert InstructionKind.REFUND in today()

    def test_lacks_what_was_given_back_or_is_wanted_back(self) -> None:
        [payout] = queries.list_payouts(SCHOOL, limit=1, cursor=None).rows
        approval = steps.approval(Kind.PAYOUT_RECALL, payout.payout_id)
        payout_answers.ask_back(payout_id=payout.payout_id, reason="账户有误", approval=approval)
        refund_money.void(fact=builders.a_refund_failed(refund_payment()), now=NOW)
        suspense.void_return(fact=builders.a_refund_failed(returns.list_waiting()[0].payment), now=NOW)
        withdrawal = withdrawals.get(f"wdl_{SCHOOL[4:]}000001")
        minimum_money.void(fact=builders.a_withdrawal_failed(withdrawal), now=NOW)

        assert today() == {}
