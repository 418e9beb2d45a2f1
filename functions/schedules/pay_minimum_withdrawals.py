"""Instructs the bank to pay what was approved to leave minimum balances, under the same id until it answers.

Every quarter of an hour. The bank pays an id once, so what it has accepted before does no harm.
"""

from datetime import datetime

from chalice.app import Blueprint, Cron

from events import facts
from functions.edge import scheduled, wiring
from shared.bank.client import MINIMUM_PURPOSE, BankRefused, MinimumWithdrawalInstruction
from shared.funds import minimum_money, queries
from shared.funds.minimum_model import Withdrawal
from shared.funds.store import withdrawals
from shared.institutions import store as institutions

blueprint = Blueprint(__name__)

_NEVER = 422


@blueprint.schedule(Cron("10/15", "*", "*", "*", "?", "*"))
@scheduled.run
def pay_minimum_withdrawals() -> dict[str, int]:
    """Every withdrawal whose money is held and that the bank hasn't answered."""
    minimums = queries.get_minimum_balances(institutions.list_ids())
    waiting = [one for minimum in minimums.values() for one in sorted(minimum.pending)]
    return {
        "waiting": len(waiting),
        "instructed": scheduled.each("pay_minimum_withdrawals", waiting, _pay, key=str),
    }


def _pay(withdrawal_id: str) -> bool:
    """Note that a withdrawal is held, and instruct the bank. Raises BankRefused, Unavailable."""
    withdrawals.mark_held(withdrawal_id)
    return _instruct(withdrawals.get(withdrawal_id), wiring.now())


def _instruct(withdrawal: Withdrawal, now: datetime) -> bool:
    """What the bank will never pay (422: it can't be right) is given back to the minimum balance."""
    instruction = MinimumWithdrawalInstruction(
        withdrawal.withdrawal_id,
        withdrawal.from_account_no,
        withdrawal.to_account_no,
        withdrawal.amount_fen,
        MINIMUM_PURPOSE,
    )
    try:
        wiring.bank().instruct_minimum_withdrawal(instruction, now=now)
    except BankRefused as refusal:
        if refusal.figures["status_code"] != _NEVER:
            raise
        failed = facts.MinimumWithdrawalFailed(
            withdrawal_id=withdrawal.withdrawal_id,
            account_no=withdrawal.from_account_no,
            amount_fen=withdrawal.amount_fen,
            reason=refusal.sentence("zh"),
            booked_at=now,
        )
        minimum_money.void(fact=failed, now=now)
        return False
    return True
