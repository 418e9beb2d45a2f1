"""The way of a withdrawal from a minimum balance, from the school's request to the bureau's decision.

Every step takes a turn of the school's minimum balance, so a decision never meets a request that has moved on. What it
does to money is in minimum_money.py.
"""

from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.funds import minimum_rules
from shared.funds.minimum_model import MinimumBalance, Withdrawal, WithdrawalStatus
from shared.funds.store import minimums, withdrawals
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen


def request(
    *,
    institution_id: InstitutionId,
    amount_fen: int,
    from_account_no: str,
    to_account_no: str,
    reason: str,
    by: str,
    now: datetime,
) -> Withdrawal:
    """A school asks for money from its minimum balance, to its own account; one request at a time.

    Raises WithdrawalOpen, BelowRequirement, WithdrawalReasonNeeded, Unavailable.
    """
    told = minimum_rules.check_reason(reason)

    def attempt() -> Withdrawal:
        before = minimums.get(institution_id)
        if before.asked:
            raise minimum_rules.WithdrawalOpen()
        minimum_rules.check_withdrawal(before, amount_fen)
        withdrawal = _next(before, Fen(amount_fen), (from_account_no, to_account_no), told, by, now)
        after = replace(before, requests=withdrawal.number, asked=withdrawal.number)
        transaction.commit([withdrawals.put_new(withdrawal), minimums.change(before, after)])
        return withdrawal

    return transaction.retried(attempt)


def refuse(*, withdrawal_id: str, reason: str, now: datetime) -> None:
    """The bureau doesn't let it go. Raises UnknownWithdrawal, WithdrawalMovedOn, WithdrawalReasonNeeded."""
    _end(withdrawal_id, WithdrawalStatus.REFUSED, minimum_rules.check_reason(reason), now)


def cancel(*, withdrawal_id: str, institution_id: InstitutionId, now: datetime) -> None:
    """The school takes its request back. Raises UnknownWithdrawal (another school's too), WithdrawalMovedOn."""
    if withdrawals.get(withdrawal_id).institution_id != institution_id:
        raise withdrawals.UnknownWithdrawal()
    _end(withdrawal_id, WithdrawalStatus.CANCELLED, "", now)


def _end(withdrawal_id: str, becomes: WithdrawalStatus, reason: str, now: datetime) -> None:
    def attempt() -> None:
        _, before, withdrawal = withdrawals.read_with_entry((withdrawal_id, "entry#held"), withdrawal_id)
        minimum_rules.check_undecided(withdrawal, held=withdrawal_id in before.pending)
        after = replace(before, asked=0 if before.asked == withdrawal.number else before.asked)
        transaction.commit(
            [withdrawals.end(withdrawal, becomes, at=now, reason=reason), minimums.change(before, after)]
        )

    transaction.retried(attempt)


def _next(
    minimum: MinimumBalance, amount_fen: Fen, accounts: tuple[str, str], reason: str, by: str, now: datetime
) -> Withdrawal:
    number = minimum.requests + 1
    return Withdrawal(
        withdrawal_id=withdrawals.id_of(minimum.institution_id, number),
        institution_id=minimum.institution_id,
        number=number,
        amount_fen=amount_fen,
        from_account_no=accounts[0],
        to_account_no=accounts[1],
        reason=reason,
        requested_by=by,
        requested_at=now,
    )
