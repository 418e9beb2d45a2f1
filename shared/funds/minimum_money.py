"""What moves a minimum balance: the bank's word of money in and out, and withdrawals of ours.

A withdrawal is held before it is instructed, on the turn of the minimum balance that it was decided on, so never below
what is required then. What is held is resolved exactly once: paid by the bank, or given back.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from events import facts
from shared.dynamo import transaction
from shared.funds import chain, minimum_rules, model, posting, rules
from shared.funds.minimum_model import MinimumBalance, Withdrawal, WithdrawalStatus
from shared.funds.model import EntryKind, State
from shared.funds.store import entries, minimums, withdrawals
from shared.kernel import clock, errors
from shared.kernel.money import Fen


class WithdrawalMismatch(errors.Conflict):
    code = "minimum_withdrawal_mismatch"
    zh = "最低余额支取的金额或账号与指令不符；本次未入账。"
    en = "The amount or the account isn't that of the withdrawal from the minimum balance. Nothing was booked."


class WithdrawalOver(errors.Conflict):
    code = "minimum_withdrawal_over"
    zh = "该笔最低余额支取已办结，或尚未批准。"
    en = "The withdrawal from the minimum balance is resolved already, or isn't approved."


def post(entry: model.Entry, now: datetime, *, also: Sequence[transaction.Part] = ()) -> model.Posting:
    """Book the bank's word of money into a minimum balance or out of it. Raises ReferenceReused, Unavailable."""
    return transaction.retried(lambda: _post(entry, now, also))


def _post(entry: model.Entry, now: datetime, also: Sequence[transaction.Part]) -> model.Posting:
    moved = entry.legs[State.MINIMUM_BALANCE]
    posted, before = minimums.read_with_entry((entry.pk, entry.sk), entry.institution_id)
    if posted is not None:
        return posting.repeat(posted, entry.digest, Fen(abs(moved)), now)
    return _commit(before, _moved(before, moved), entry, also)


def hold(*, withdrawal_id: str, also: Sequence[transaction.Part] = (), now: datetime) -> model.Posting:
    """Hold a withdrawal's money back for the bank, in one transaction with what stands in `also` (its approval).

    What is required stays. Raises UnknownWithdrawal, WithdrawalMovedOn, BelowRequirement, what `also` refuses,
    Unavailable.
    """
    return transaction.retried(lambda: _hold(withdrawal_id, also, now))


def _hold(withdrawal_id: str, also: Sequence[transaction.Part], now: datetime) -> model.Posting:
    key = (withdrawal_id, "entry#held")
    posted, before, withdrawal = withdrawals.read_with_entry(key, withdrawal_id)
    minimum_rules.check_undecided(withdrawal, held=posted is not None)
    amount = withdrawal.amount_fen
    minimum_rules.check_withdrawal(before, amount)
    entry = _own_entry(withdrawal, "held", EntryKind.MINIMUM_HOLD, now)
    entry = replace(entry, legs={State.MINIMUM_BALANCE: -amount, State.MINIMUM_PENDING: +amount})
    after = replace(
        _moved(before, -amount),
        pending={**before.pending, withdrawal_id: amount},
        asked=0 if before.asked == withdrawal.number else before.asked,
    )
    return _commit(before, after, entry, also)


def settle(*, fact: facts.MinimumWithdrawalPaid, now: datetime) -> model.Posting:
    """Book the bank's word that a withdrawal is paid.

    Raises UnknownWithdrawal, WithdrawalMismatch, WithdrawalOver, ReferenceReused, Unavailable.
    """
    return transaction.retried(lambda: _settle(fact, now))


def _settle(fact: facts.MinimumWithdrawalPaid, now: datetime) -> model.Posting:
    body = rules.digest("minimum_paid", fact.withdrawal_id, fact.account_no, fact.amount_fen, fact.booked_at)
    posted, before, withdrawal = withdrawals.read_with_entry(posting.bank_key(fact.bank_reference), fact.withdrawal_id)
    if posted is not None:
        return posting.repeat(posted, body, fact.amount_fen, now)
    _check_pending(before, withdrawal, fact)
    legs = {State.MINIMUM_PENDING: -fact.amount_fen, State.OUTSIDE: +fact.amount_fen}
    entry = posting.bank_entry(fact, EntryKind.MINIMUM_PAID, withdrawal.institution_id, legs, body, now)
    entry = replace(entry, reason=withdrawal.withdrawal_id)
    end = withdrawals.end(withdrawal, WithdrawalStatus.PAID, at=fact.booked_at, bank_reference=fact.bank_reference)
    return _commit(before, _without(before, withdrawal), entry, [end])


def void(*, fact: facts.MinimumWithdrawalFailed, now: datetime) -> model.Posting:
    """Give what the bank couldn't pay back to the minimum balance; the school may ask again.

    Raises UnknownWithdrawal, WithdrawalMismatch, WithdrawalOver, Unavailable.
    """
    return transaction.retried(lambda: _void(fact, now))


def _void(fact: facts.MinimumWithdrawalFailed, now: datetime) -> model.Posting:
    key = (fact.withdrawal_id, "entry#failed")
    posted, before, withdrawal = withdrawals.read_with_entry(key, fact.withdrawal_id)
    if posted is not None:
        return model.Posting(True, posted)
    _check_pending(before, withdrawal, fact)
    entry = _own_entry(withdrawal, "failed", EntryKind.MINIMUM_VOID, now)
    entry = replace(entry, legs={State.MINIMUM_PENDING: -fact.amount_fen, State.MINIMUM_BALANCE: +fact.amount_fen})
    after = _moved(_without(before, withdrawal), +fact.amount_fen)
    end = withdrawals.end(withdrawal, WithdrawalStatus.FAILED, at=now, failure=fact.reason)
    return _commit(before, after, entry, [end])


def _commit(
    before: MinimumBalance, after: MinimumBalance, entry: model.Entry, also: Sequence[transaction.Part]
) -> model.Posting:
    """Write the entry and the minimum balance's next turn together with what belongs to them."""
    after = replace(after, version=before.version + 1)
    figures = {"balance_after_fen": after.balance_fen, "required_fen": after.required_fen}
    if after.balance_fen < before.balance_fen:
        figures["balance_before_fen"] = before.balance_fen
    moves = State.MINIMUM_BALANCE in entry.legs
    entry = chain.sealed(replace(entry, figures=figures if moves else {}, version=after.version))
    transaction.commit([*also, entries.put(entry), minimums.change(before, after)])
    return model.Posting(False, entry)


def _moved(minimum: MinimumBalance, amount_fen: int) -> MinimumBalance:
    return replace(minimum, balance_fen=Fen(minimum.balance_fen + amount_fen))


def _without(minimum: MinimumBalance, withdrawal: Withdrawal) -> MinimumBalance:
    rest = {one: amount for one, amount in minimum.pending.items() if one != withdrawal.withdrawal_id}
    return replace(minimum, pending=rest)


def _check_pending(
    minimum: MinimumBalance, withdrawal: Withdrawal, fact: facts.MinimumWithdrawalPaid | facts.MinimumWithdrawalFailed
) -> None:
    """Raises WithdrawalOver, WithdrawalMismatch."""
    if withdrawal.withdrawal_id not in minimum.pending:
        raise WithdrawalOver()
    if (fact.amount_fen, fact.account_no) != (withdrawal.amount_fen, withdrawal.from_account_no):
        raise WithdrawalMismatch()


def _own_entry(withdrawal: Withdrawal, what: str, kind: EntryKind, now: datetime) -> model.Entry:
    """An entry that no reference of the bank stands for, without its legs."""
    return model.Entry(
        pk=withdrawal.withdrawal_id,
        sk=f"entry#{what}",
        kind=kind,
        institution_id=withdrawal.institution_id,
        account_no=withdrawal.from_account_no,
        legs={},
        reference=withdrawal.withdrawal_id,
        digest=rules.digest(kind, withdrawal.withdrawal_id, withdrawal.amount_fen),
        booked_at=now,
        effective_on=clock.business_day(now),
        reason=withdrawal.withdrawal_id,
    )
