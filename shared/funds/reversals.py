"""The bank takes a deposit back (冲正): from where its money stands now, before or after lessons were released."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from events import facts
from shared.dynamo import transaction
from shared.funds import chain, minimum_money, model, posting, rules
from shared.funds.model import EntryKind, State
from shared.funds.store import accounts, entries
from shared.funds.suspense_model import DepositHistory
from shared.kernel import errors
from shared.kernel.money import Fen


class UnknownOriginal(errors.Conflict):
    code = "unknown_original_deposit"
    zh = "冲正所指的原入账流水 {reference} 尚未入账；本次未处理。"
    en = "The deposit {reference} that is to be reversed isn't booked. Nothing was done."


class ReversalMismatch(errors.Conflict):
    code = "reversal_mismatch"
    zh = "冲正金额或账号与原入账不符；只能整笔冲正，本次未处理。"
    en = "The amount or the account isn't that of the deposit; only the whole can be reversed. Nothing was done."


class AlreadyReversed(errors.Conflict):
    code = "already_reversed"
    zh = "该笔入账已被冲正（流水 {reference}）；本次未处理。"
    en = "This deposit is reversed already, under {reference}. Nothing was done."


def reverse(*, fact: facts.DepositReversed, now: datetime) -> model.Posting:
    """Book a reversal of a whole deposit, once.

    What enrolments have of it is taken back from what they hold, then from what was released; the rest from suspense,
    where what has been refunded stands as missing. Raises UnknownOriginal, ReversalMismatch, AlreadyReversed,
    ReferenceReused, Unavailable.
    """
    return transaction.retried(lambda: _reverse(fact, now))


def _reverse(fact: facts.DepositReversed, now: datetime) -> model.Posting:
    body = rules.digest("reversal", fact.original_reference, fact.account_no, fact.amount_fen, fact.booked_at)
    history = entries.find_deposit(fact.original_reference)
    shares = history.shares() if history else {}
    posted, found = accounts.read_several_with_entry(posting.bank_key(fact.bank_reference), list(shares))
    if posted is not None:
        return posting.repeat(posted, body, fact.amount_fen, now)
    deposit = _checked(history, fact)
    assert history is not None
    owners = [account for account in found if account is not None]
    legs = {State.OUTSIDE: +fact.amount_fen, State.SUSPENSE: -fact.amount_fen}
    entry = posting.bank_entry(fact, EntryKind.REVERSAL, deposit.institution_id, legs, body, now)
    entry = replace(entry, reason=fact.original_reference, payer=deposit.payer)
    if deposit.kind is EntryKind.MINIMUM_DEPOSIT:
        return _from_minimum(entry, history, now)
    if len(owners) == 1 and shares[owners[0].enrolment_id] == fact.amount_fen:
        entry, parts = _from_one(entry, owners[0], shares[owners[0].enrolment_id])
    else:
        entry, parts = _from_several(entry, history, owners, now)
    taken = Fen(-entry.legs.get(State.SUSPENSE, 0))
    ended = entries.put_reversed(history, by=fact.bank_reference, suspense_fen=taken)
    transaction.commit([*parts, ended])
    return model.Posting(False, entry)


def _checked(history: DepositHistory | None, fact: facts.DepositReversed) -> model.Entry:
    """Raises UnknownOriginal, AlreadyReversed, ReversalMismatch."""
    if history is None:
        raise UnknownOriginal(pointer="/data/original_reference", reference=fact.original_reference)
    if history.reversed_by:
        raise AlreadyReversed(pointer="/data/original_reference", reference=history.reversed_by)
    deposit = history.deposit
    if (fact.amount_fen, fact.account_no) != (-deposit.legs[State.OUTSIDE], deposit.account_no):
        raise ReversalMismatch(pointer="/data")
    return deposit


Booked = tuple[model.Entry, list[transaction.Part]]
"""The entry under the reversal's own reference, and all the parts that it is written with."""


def _from_minimum(entry: model.Entry, history: DepositHistory, now: datetime) -> model.Posting:
    amount = entry.legs[State.OUTSIDE]
    legs = {State.OUTSIDE: +amount, State.MINIMUM_BALANCE: -amount}
    ended = entries.put_reversed(history, by=entry.reference, suspense_fen=Fen(0))
    return minimum_money.post(replace(entry, legs=legs), now, also=[ended])


def _from_one(entry: model.Entry, before: model.EnrolmentAccount, share_fen: Fen) -> Booked:
    """All of it is one enrolment's: the entry is in its history."""
    after, taken = rules.take_back(before, share_fen)
    missing = after.missing_fen - before.missing_fen
    legs = {State.OUTSIDE: entry.legs[State.OUTSIDE], **taken}
    if missing:
        legs[State.SUSPENSE] = -missing
        entry = replace(entry, figures={"missing_fen": missing})
    [entry] = chain.linked(before, replace(entry, legs=legs))
    after = replace(after, bank_references=(*before.bank_references, entry.reference))
    return entry, posting.on_account(before, after, [entry])


def _from_several(
    entry: model.Entry, history: DepositHistory, owners: Sequence[model.EnrolmentAccount], now: datetime
) -> Booked:
    """All of it leaves from suspense, and what each enrolment has of it goes back there, in the same transaction."""
    shares, parts = history.shares(), []
    missing = max(0, entry.legs[State.OUTSIDE] - history.left_fen - sum(shares.values()))  # returned to the payer
    for number, before in enumerate(owners, history.next_number + 1):
        after, taken = rules.take_back(before, shares[before.enrolment_id])
        lost = after.missing_fen - before.missing_fen
        missing += lost
        legs = {**taken, State.SUSPENSE: -sum(taken.values())}
        day = entry.effective_on
        piece = posting.move(history.deposit, number, EntryKind.REVERSAL, legs, booked_at=now, effective_on=day)
        piece = replace(piece, reason=history.deposit.reference, figures={"missing_fen": lost} if lost else {})
        parts += posting.on_account_move(before, after, piece, number)
    entry = chain.sealed(replace(entry, figures={"missing_fen": missing} if missing else {}))
    return entry, [entries.put(entry), *parts]
