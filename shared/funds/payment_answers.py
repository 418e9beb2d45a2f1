"""The bank's answer to a payment back to a payer: of a refund, or of money in suspense. The id says which."""

from datetime import datetime

from events import facts
from shared.funds import model, refund_money, refund_notes, refund_rules, suspense
from shared.funds.refund_model import RefundPayment
from shared.funds.refund_rules import refund_of
from shared.funds.store import entries, refunds, returns


def settle(*, fact: facts.RefundPaid, now: datetime) -> model.Posting:
    """Book that it is paid. Raises what refund_money.settle and suspense.settle_return do."""
    if suspense.is_return(fact.payment_id):
        return suspense.settle_return(fact=fact, now=now)
    posting = refund_money.settle(fact=fact, now=now)
    refund_notes.note_outcome(refund_id=refund_of(fact.payment_id), now=now)
    return posting


def void(*, fact: facts.RefundFailed, now: datetime) -> model.Posting:
    """Give the money back to where it was held from. Raises what refund_money.void and suspense.void_return do."""
    if suspense.is_return(fact.payment_id):
        return suspense.void_return(fact=fact, now=now)
    posting = refund_money.void(fact=fact, now=now)
    refund_notes.note_outcome(refund_id=refund_of(fact.payment_id), now=now, failure=fact.reason)
    return posting


def payment_of(entry: model.Entry) -> RefundPayment:
    """The payment that an entry says is paid, with the deposit that it gives back. Raises UnknownReturn."""
    assert entry.kind is model.EntryKind.REFUND_PAID
    payment_id = entry.reason
    if suspense.is_return(payment_id):
        found = returns.get_many([payment_id])
        if not found:
            raise returns.UnknownReturn()
        return found[0].payment
    held = entries.find(*refund_money.held_key(refunds.enrolment_of(refund_of(payment_id)), payment_id))
    assert held is not None, f"{payment_id} was paid and never held"
    return refund_rules.payment_of(held)
