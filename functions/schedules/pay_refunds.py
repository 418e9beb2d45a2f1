"""Takes refunds and returns to their end: hold the money, instruct the bank, note its answer. Every quarter hour."""

from datetime import datetime

from chalice.app import Blueprint, Cron

from events import facts
from functions.edge import lessons, scheduled, wiring
from functions.edge.seats import seat_of
from shared.bank.client import REFUND_PURPOSE, BankRefused, RefundInstruction
from shared.funds import payment_answers, queries, refund_money, refund_notes
from shared.funds.refund_model import Refund, RefundPayment, RefundRule, RefundStatus, RefundWait
from shared.funds.store import returns
from shared.funds.suspense_model import SuspenseReturn
from shared.teaching import make_ups
from shared.teaching import queries as teaching

blueprint = Blueprint(__name__)

_NEVER = 422


@blueprint.schedule(Cron("5/15", "*", "*", "*", "?", "*"))
@scheduled.run
def pay_refunds() -> dict[str, int]:
    """Every refund that is agreed and not over, and every return of money in suspense.

    What was broken off half done goes on where it was.
    """
    due = queries.list_all_refunds_waiting(RefundWait.PAYMENT, until=wiring.now())
    held = queries.list_returns_waiting()
    instructed = scheduled.each("pay_refunds", due, pay, key=lambda one: one.refund_id)
    instructed += scheduled.each("pay_refunds", held, pay_return, key=lambda one: one.payment.payment_id)
    return {"waiting": len(due) + len(held), "instructed": instructed}


def pay(refund: Refund) -> bool:
    """One step or more of a refund, as far as it goes; whether the bank was instructed now.

    Raises BankRefused, Unavailable.
    """
    now = wiring.now()
    if refund.status is RefundStatus.AGREED:
        taught = teaching.list_taught(refund.enrolment_id)
        held = refund_money.hold(refund=refund, taught=taught, now=now)
        refund = refund_notes.note_held(refund_id=refund.refund_id, held_fen=held, give_back_seat=seat_of, now=now)
    if refund.status is RefundStatus.HELD:
        _end_make_ups(refund, now)
        for payment in refund_money.pending_payments(refund):
            _instruct(payment, now)
        refund_notes.note_instructed(refund_id=refund.refund_id)
    refund_notes.note_outcome(refund_id=refund.refund_id, now=now)
    return refund.status is RefundStatus.HELD


def _end_make_ups(refund: Refund, now: datetime) -> None:
    """Nothing more is taught of what is refunded: seats that it has taken elsewhere to make up are given back."""
    if refund.rule is not RefundRule.INTEREST:
        make_ups.end_all(enrolment_id=refund.enrolment_id, giving_back=lessons.giving_seat_back, now=now)


def pay_return(one: SuspenseReturn) -> bool:
    """Instruct the bank to return money in suspense. Raises BankRefused, Unavailable."""
    _instruct(one.payment, wiring.now())
    returns.mark_instructed(one)
    return True


def _instruct(payment: RefundPayment, now: datetime) -> None:
    """Instruct the bank. What it will never pay (422: it can't be right) is given back to where it was held."""
    try:
        wiring.bank().instruct_refund(_instruction(payment), now=now)
    except BankRefused as refusal:
        if refusal.figures["status_code"] != _NEVER:
            raise
        failed = facts.RefundFailed(
            payment_id=payment.payment_id,
            account_no=payment.from_account_no,
            amount_fen=payment.amount_fen,
            reason=refusal.sentence("zh"),
            booked_at=now,
        )
        payment_answers.void(fact=failed, now=now)


def _instruction(payment: RefundPayment) -> RefundInstruction:
    return RefundInstruction(
        payment_id=payment.payment_id,
        from_account_no=payment.from_account_no,
        to_account_no=payment.payee_account_no,
        payee_name=payment.payee_name,
        amount_fen=payment.amount_fen,
        original_bank_reference=payment.deposit_reference,
        purpose=REFUND_PURPOSE,
    )
