"""What the bureau does, two people together, with money in suspense: give it to an enrolment, or back to its payer.

A deposit's moves are numbered, and a number is given out once: so no fen of it can be moved twice (ADR 15).
"""

from dataclasses import replace
from datetime import datetime

from events import facts
from shared.dynamo import transaction
from shared.funds import chain, deposits, model, posting, refund_model, rules
from shared.funds.model import EntryKind, State
from shared.funds.store import accounts, entries, returns
from shared.funds.suspense_model import DepositHistory, ReturnStatus, SuspenseReturn
from shared.kernel import clock, errors, ids
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen

MOST_MOVES = 40  # of one deposit by command; so that a reversal of it fits one transaction


class UnknownDeposit(errors.Missing):
    code = "unknown_deposit"
    zh = "没有这笔入账。"
    en = "There is no such deposit."


class SuspenseTooLittle(errors.Conflict):
    code = "suspense_too_little"
    zh = "该笔入账在待查款中只有 {left_fen} 分。"
    en = "Only {left_fen} fen of this deposit are in suspense."


class DepositReversed(errors.Conflict):
    code = "deposit_reversed"
    zh = "该笔入账已被银行冲正。"
    en = "The bank has reversed this deposit."


class DepositMovedTooOften(errors.Conflict):
    code = "deposit_moved_too_often"
    zh = "该笔入账的处理次数已达上限。"
    en = "This deposit was moved as often as it may be."


class NotOwed(errors.Conflict):
    code = "not_owed"
    zh = "该报名待付 {due_fen} 分，不能转入更多。"
    en = "{due_fen} fen are due on this enrolment; no more can go to it."


class OtherSchoolsEnrolment(errors.Conflict):
    code = "other_schools_enrolment"
    zh = "该报名属于另一个监管账户，只能退回付款人后重新缴费。"
    en = "This enrolment belongs to another supervised account: the money can only go back to its payer."


class PayerUnknown(errors.Conflict):
    code = "payer_unknown"
    zh = "银行没有提供付款账号，不能原路退回。"
    en = "The bank hasn't told the payer's account, so there is nowhere to return it to."


class ReturnMismatch(errors.Conflict):
    code = "return_mismatch"
    zh = "退回金额或账号与指令不符；本次未入账。"
    en = "The amount or the account isn't that of the return. Nothing was booked."


def get_deposit(reference: str) -> DepositHistory:
    """A deposit with all that its money did. Raises UnknownDeposit."""
    history = entries.find_deposit(reference)
    if history is None:
        raise UnknownDeposit()
    return history


def left_of(account: model.EnrolmentAccount) -> Fen:
    """What was paid over what an enrolment owed and lies in suspense: of the deposits that it alone was named by."""
    found = [entries.find_deposit(one) for one in account.bank_references if "#" not in one]
    return Fen(sum(max(one.left_fen, 0) for one in found if one is not None))


def check_movable(history: DepositHistory, amount_fen: int) -> None:
    """Raises DepositReversed, SuspenseTooLittle, DepositMovedTooOften."""
    if history.reversed_by:
        raise DepositReversed()
    if not 0 < amount_fen <= history.left_fen:
        raise SuspenseTooLittle(pointer="/amount_fen", left_fen=max(history.left_fen, 0))
    if history.next_number > MOST_MOVES:
        raise DepositMovedTooOften()


def check_owed(history: DepositHistory, account: model.EnrolmentAccount, amount_fen: int) -> None:
    """Raises OtherSchoolsEnrolment, NotOwed."""
    if account.account_no != history.deposit.account_no:
        raise OtherSchoolsEnrolment(pointer="/enrolment")
    if amount_fen > account.due_fen:
        raise NotOwed(pointer="/amount_fen", due_fen=account.due_fen)


def check_returnable(history: DepositHistory) -> None:
    """Raises PayerUnknown."""
    if not history.deposit.payer_account_no:
        raise PayerUnknown()


def allocate(
    *, reference: str, enrolment_id: EnrolmentId, amount_fen: Fen, approval: transaction.Part, now: datetime
) -> None:
    """Give an enrolment so much of a deposit that is in suspense, together with the approval, so once.

    Raises UnknownDeposit, UnknownEnrolment, DepositReversed, SuspenseTooLittle, DepositMovedTooOften,
    OtherSchoolsEnrolment, NotOwed, what the approval refuses, Unavailable.
    """

    def attempt() -> None:
        history = get_deposit(reference)
        check_movable(history, amount_fen)
        before = accounts.get(enrolment_id)
        check_owed(history, before, amount_fen)
        today = clock.business_day(now)
        parts = deposits.allocation(
            history.deposit, history.next_number, before, amount_fen, booked_at=now, effective_on=today
        )
        transaction.commit([*parts, approval])

    transaction.retried(attempt)


def hold_return(*, reference: str, amount_fen: Fen, approval: transaction.Part, now: datetime) -> None:
    """Hold back so much of a deposit that is in suspense, for the bank to return it to the payer; with the approval.

    Raises UnknownDeposit, DepositReversed, SuspenseTooLittle, DepositMovedTooOften, PayerUnknown, what the approval
    refuses, Unavailable.
    """

    def attempt() -> None:
        history = get_deposit(reference)
        check_movable(history, amount_fen)
        check_returnable(history)
        deposit, number = history.deposit, history.next_number
        payment = refund_model.RefundPayment(
            payment_id=ids.derived("sus", reference, str(number)),
            amount_fen=amount_fen,
            from_account_no=deposit.account_no,
            payee_name=deposit.payer,
            payee_account_no=deposit.payer_account_no,
            deposit_reference=reference,
        )
        held = SuspenseReturn(payment, deposit.institution_id, ReturnStatus.HELD, now)
        entry = _move(history, EntryKind.REFUND_HOLD, held, now)
        transaction.commit([entries.put(entry), returns.put_new(held), approval])

    transaction.retried(attempt)


def is_return(payment_id: str) -> bool:
    """Whether a payment with this id returns money in suspense."""
    return payment_id.startswith("sus_")


def settle_return(*, fact: facts.RefundPaid, now: datetime) -> model.Posting:
    """Book the bank's word that a return is paid.

    Raises UnknownReturn, ReturnMismatch, ReferenceReused, ReturnOver, Unavailable.
    """
    return transaction.retried(lambda: _settle_return(fact, now))


def _settle_return(fact: facts.RefundPaid, now: datetime) -> model.Posting:
    body = rules.digest("refund_paid", fact.payment_id, fact.account_no, fact.amount_fen, fact.booked_at)
    posted, one = returns.find_with_entry(posting.bank_key(fact.bank_reference), fact.payment_id)
    if posted is not None:
        return posting.repeat(posted, body, fact.amount_fen, now)
    _check_same(one, fact)
    legs = {State.REFUND_PENDING: -fact.amount_fen, State.OUTSIDE: +fact.amount_fen}
    entry = posting.bank_entry(fact, EntryKind.REFUND_PAID, one.institution_id, legs, body, now)
    entry = chain.sealed(replace(entry, reason=fact.payment_id))
    transaction.commit([entries.put(entry), returns.end(one, ReturnStatus.PAID)])
    return model.Posting(False, entry)


def void_return(*, fact: facts.RefundFailed, now: datetime) -> model.Posting:
    """Put a return that the bank couldn't pay into suspense again.

    Raises UnknownReturn, ReturnMismatch, ReturnOver, Unavailable.
    """
    return transaction.retried(lambda: _void_return(fact, now))


def _void_return(fact: facts.RefundFailed, now: datetime) -> model.Posting:
    _, one = returns.find_with_entry(("none", "none"), fact.payment_id)
    _check_same(one, fact)
    history = get_deposit(one.payment.deposit_reference)
    known = (move for move in history.moves if move.kind is EntryKind.REFUND_VOID)
    posted = next((move for move in known if move.reason == fact.payment_id), None)
    if posted is not None:
        return model.Posting(True, posted)
    entry = _move(history, EntryKind.REFUND_VOID, one, now)
    transaction.commit([entries.put(entry), returns.end(one, ReturnStatus.FAILED, failure=fact.reason)])
    return model.Posting(False, entry)


def _check_same(one: SuspenseReturn, fact: facts.RefundPaid | facts.RefundFailed) -> None:
    if (fact.amount_fen, fact.account_no) != (one.payment.amount_fen, one.payment.from_account_no):
        raise ReturnMismatch()


def _move(history: DepositHistory, kind: EntryKind, one: SuspenseReturn, now: datetime) -> model.Entry:
    amount = one.payment.amount_fen if kind is EntryKind.REFUND_HOLD else -one.payment.amount_fen
    legs = {State.SUSPENSE: -amount, State.REFUND_PENDING: +amount}
    entry = posting.move(
        history.deposit, history.next_number, kind, legs, booked_at=now, effective_on=clock.business_day(now)
    )
    payment = one.payment
    payee = replace(entry, payer=payment.payee_name, payer_account_no=payment.payee_account_no)
    return chain.sealed(replace(payee, reason=payment.payment_id))
