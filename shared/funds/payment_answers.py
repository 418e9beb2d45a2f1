"""The bank's answer to a payment back to a payer: of a refund, or of money in suspense. The id says which."""

from datetime import datetime

from events import facts
from shared.funds import model, refund_money, refund_notes, suspense
from shared.funds.refund_rules import refund_of


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
