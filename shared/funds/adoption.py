"""What the bank has paid on an instruction that the ledger doesn't know, because it was restored from an older backup.

A statement's line tells it. Where the ledger's own rules would have given exactly that instruction, it is set aside and
paid in one transaction; anything else is refused with its reason, and stays a break for a person to look at.
"""

from collections.abc import Collection
from datetime import date, datetime

from events import facts
from shared.dynamo import transaction
from shared.funds import (
    chain,
    model,
    payout_answers,
    payout_model,
    payouts,
    posting,
    refund_money,
    refund_rules,
    refunds,
    usecases,
)
from shared.funds.model import State
from shared.funds.payout_model import PayoutStatus
from shared.funds.refund_model import AgreedBy, Refund, RefundStatus
from shared.funds.store import accounts, entries, totals
from shared.funds.store import payouts as payout_store
from shared.funds.store import refunds as refund_store
from shared.kernel import clock, errors
from shared.kernel.ids import SessionId
from shared.kernel.money import Fen

_REASON = "银行已退，台账从备份恢复后按对账单补记"


class PaidElsewhere(errors.Conflict):
    code = "paid_to_another_account"
    zh = "对账单上的收款账户不是台账中的收款账户。"
    en = "The statement's payee isn't the account that the ledger would have paid."


class NotNextPayout(errors.Conflict):
    code = "not_next_payout"
    zh = "台账的下一个划拨批次是第 {next} 批，对账单上是第 {number} 批。"
    en = "The ledger's next payout is number {next}; the statement has number {number}."


class PayableTooLittle(errors.Conflict):
    code = "payable_too_little"
    zh = "待划拨只有 {payable_fen} 分，不足以补记该划拨。"
    en = "Only {payable_fen} fen are payable: too little for this payout."


class NotNextRefund(errors.Conflict):
    code = "not_next_refund"
    zh = "该报名的下一笔退费是第 {next} 笔，对账单上是第 {number} 笔。"
    en = "The enrolment's next refund is number {next}; the statement has number {number}."


def adopt_payout(
    *,
    fact: facts.PayoutSettled,
    account: usecases.TuitionAccount,
    to_account_no: str,
    payee_account_no: str,
    latch: transaction.Part,
    now: datetime,
) -> model.Posting:
    """Book a payout that the bank has paid whole and the ledger has never built: the school's next, to its own account.

    `to_account_no` is where the school is paid, `payee_account_no` where the statement says that the money went.
    Raises UnknownPayout, PaidElsewhere, NotNextPayout, PayoutOutstanding, PayableTooLittle, the latch's refusal, what
    payout_answers.settle raises where the payout is known by now, Unavailable.
    """
    return transaction.retried(lambda: _adopt_payout(fact, account, to_account_no, payee_account_no, latch, now))


def _adopt_payout(
    fact: facts.PayoutSettled,
    account: usecases.TuitionAccount,
    to_account_no: str,
    payee_account_no: str,
    latch: transaction.Part,
    now: datetime,
) -> model.Posting:
    school, number = payout_store.place_of(fact.payout_id)
    if payout_store.exists(fact.payout_id):
        return payout_answers.settle(fact=fact, now=now)
    if school != account.institution_id:
        raise payout_store.UnknownPayout()
    if payee_account_no != to_account_no:
        raise PaidElsewhere()
    _check_covered(account, number, fact.amount_fen)
    payout = payout_model.Payout(
        payout_id=payout_store.id_of(account.institution_id, number),
        institution_id=account.institution_id,
        number=number,
        amount_fen=fact.amount_fen,
        from_account_no=account.account_no,
        to_account_no=to_account_no,
        status=PayoutStatus.SETTLED,
        built_at=now,
        settled_at=fact.booked_at,
        settled_fen=fact.amount_fen,
        bank_references=(fact.bank_reference,),
    )
    built = payouts.entry_of(payout, effective_on=_day_of(fact, now))
    settled = payout_answers.settlement(fact, payout, now)
    parts = [entries.put(chain.sealed(built)), entries.put(chain.sealed(settled))]
    transaction.commit([payout_store.build(payout), *parts, latch])
    return model.Posting(False, settled)


def _check_covered(account: usecases.TuitionAccount, number: int, amount_fen: Fen) -> None:
    """Raises NotNextPayout, PayoutOutstanding, PayableTooLittle."""
    counted = totals.get(account.institution_id)
    if number != counted.payouts_counted + 1:
        raise NotNextPayout(next=counted.payouts_counted + 1, number=number)
    if counted.by_state.get(State.IN_TRANSIT, 0) > 0:
        raise payouts.PayoutOutstanding(payout_id=payout_store.id_of(account.institution_id, counted.payouts_counted))
    payable = counted.by_state.get(State.PAYABLE, 0)
    if amount_fen > payable:
        raise PayableTooLittle(payable_fen=payable)


def adopt_refund(
    *, fact: facts.RefundPaid, payee_account_no: str, taught: Collection[SessionId], now: datetime
) -> model.Posting:
    """Book a payment of a refund that the bank has made and the ledger has never held back: of an agreed one, or the
    enrolment's next, where that is exactly what the ledger would pay now, to whom the statement says.

    The refund's other payments are held with it. A refund that wasn't known is kept as agreed by the bank's word. Its
    record follows (refund_notes). `taught` as for refund_money.hold. Raises UnknownRefund, RefundMovedOn,
    NotNextRefund, RefundOpen, NothingToRefund, RefundMismatch, PaidElsewhere, what refund_money.settle raises where it
    is held by now, Unavailable.
    """
    return transaction.retried(lambda: _adopt_refund(fact, payee_account_no, taught, now))


def _adopt_refund(
    fact: facts.RefundPaid, payee_account_no: str, taught: Collection[SessionId], now: datetime
) -> model.Posting:
    refund_id = refund_rules.refund_of(fact.payment_id)
    enrolment_id = refund_store.enrolment_of(refund_id)
    posted, before = accounts.read_with_entry(posting.bank_key(fact.bank_reference), enrolment_id)
    if before is None:
        raise refund_store.UnknownRefund()
    known = refund_store.list_of_enrolment(enrolment_id)
    last = known[-1] if known else None
    mine = next((one for one in known if one.refund_id == refund_id), None)
    booked = entries.list_of_refunds(enrolment_id)
    if posted is not None or any(entry.reason.startswith(f"{refund_id}-") for entry in booked):
        return refund_money.settle(fact=fact, now=now)
    if mine is not None:
        refund_rules.check_becomes(mine, RefundStatus.HELD)
    refund = mine or _the_next(before, refund_id, last, taught, now)
    planned = refund_money.plan(refund, before, booked, taught)
    if planned is None:
        raise refund_rules.NothingToRefund()
    payments, held = planned
    payment = next((one for one in payments if one.payment_id == fact.payment_id), None)
    if payment is None or (fact.amount_fen, fact.account_no) != (payment.amount_fen, payment.from_account_no):
        raise refund_money.RefundMismatch()
    if payee_account_no != payment.payee_account_no:
        raise PaidElsewhere()
    paid, after = refund_money.paid(held, fact, now)
    holds = refund_money.hold_entries(before, payments, effective_on=_day_of(fact, now), now=now)
    new = chain.linked(before, *holds, paid)
    opened = [] if mine else [refund_store.put_new(refund), *refunds.no_longer_waiting(last)]
    transaction.commit([*posting.on_account(before, after, new), *opened])
    return model.Posting(False, new[-1])


def _the_next(
    account: model.EnrolmentAccount, refund_id: str, last: Refund | None, taught: Collection[SessionId], now: datetime
) -> Refund:
    """The enrolment's next refund, agreed by the bank's word.

    Raises NotNextRefund, RefundOpen, NothingToRefund, TooManyRefunds.
    """
    unreleased = entries.count_unreleased(account.enrolment_id, taught)
    found = refund_rules.preview(account, taught_lessons=unreleased)
    refund_rules.check_request(found, requested_fen=found.refundable_fen, last=last)
    refund = refunds.next_of(account, found, last, reason=_REASON, now=now)
    if refund.refund_id != refund_id:
        raise NotNextRefund(next=refund.number, number=int(refund_id[30:]))
    return refunds.agreed(refund, AgreedBy.BANK, now)


def _day_of(fact: facts.PayoutSettled | facts.RefundPaid, now: datetime) -> date:
    return min(clock.business_day(fact.booked_at), clock.business_day(now))
