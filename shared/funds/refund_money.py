"""What a refund does to money: held back, then paid to where it came from or given back to the enrolment.

Held before it is instructed. Each payment of a refund is resolved exactly once: paid by the bank, or given back.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from events import facts
from shared.dynamo import transaction
from shared.funds import chain, model, posting, refund_model, refund_rules, rules
from shared.funds.model import EnrolmentStatus, EntryKind, State
from shared.funds.refund_model import AgreedBy, RefundStatus
from shared.funds.store import accounts, entries, refunds
from shared.kernel import clock, errors
from shared.kernel.ids import EnrolmentId, SessionId
from shared.kernel.money import Fen


class RefundMismatch(errors.Conflict):
    code = "refund_mismatch"
    zh = "退费金额或账号与指令不符；本次未入账。"
    en = "The amount or the account isn't that of the refund. Nothing was booked."


class RefundOver(errors.Conflict):
    code = "refund_over"
    zh = "该笔退费已办结。"
    en = "This payment of a refund is resolved already."


def hold(*, refund: refund_model.Refund, taught: Collection[SessionId], now: datetime) -> Fen:
    """Hold back, for an agreed refund, all that is available now; how much that is. Twice is once.

    A lesson released meanwhile isn't in it. `taught` are the lessons marked as taught and not decided in the guardian's
    favour. Raises RefundMovedOn, Unavailable.
    """
    refund_rules.check_becomes(refund, RefundStatus.HELD)
    return transaction.retried(lambda: _hold(refund, taught, now))


def _hold(refund: refund_model.Refund, taught: Collection[SessionId], now: datetime) -> Fen:
    before = accounts.get(refund.enrolment_id)
    known = entries.list_of_refunds(refund.enrolment_id)
    mine = _holds_of(refund, known)
    if mine:
        return Fen(sum(entry.legs[State.REFUND_PENDING] for entry in mine))
    planned = plan(refund, before, known, taught)
    if planned is None:
        return Fen(0)
    payments, after = planned
    holds = chain.linked(before, *hold_entries(before, payments, effective_on=clock.business_day(now), now=now))
    transaction.commit(posting.on_account(before, after, holds))
    return Fen(sum(one.amount_fen for one in payments))


def plan(
    refund: refund_model.Refund,
    before: model.EnrolmentAccount,
    known: Sequence[model.Entry],
    taught: Collection[SessionId],
) -> tuple[list[refund_model.RefundPayment], model.EnrolmentAccount] | None:
    """The payments that a refund would be held for now, and the account after that; None where nothing is left.

    `known` are the enrolment's entries of refunds, read after the account: none of them is this refund's.
    """
    unreleased = entries.count_unreleased(refund.enrolment_id, taught)
    terminating = refund.agreed_by in (AgreedBy.TERMINATION, AgreedBy.CLASS_NOT_OPENED)
    found = refund_rules.preview(before, taught_lessons=unreleased, terminating=terminating)
    if found.refundable_fen <= 0:
        return None
    payments = refund_rules.payments(
        refund.refund_id,
        found.refundable_fen,
        interest_fen=found.interest_fen,
        booked=entries.list_of_bank(before.bank_references),
        refunds=known,
    )
    after = replace(
        _ending(before, unreleased),
        held_fen=Fen(before.held_fen - found.refundable_fen),
        interest_held_fen=Fen(0),
        refunds_pending={**before.refunds_pending, **{one.payment_id: one.amount_fen for one in payments}},
    )
    return payments, after


def _ending(account: model.EnrolmentAccount, unreleased: int) -> model.EnrolmentAccount:
    """An account whose lessons end with a refund, but those that were taught; one that is over stays as it is."""
    if account.over:
        return account
    refunded = account.lessons - account.lessons_released - unreleased
    return replace(account, status=EnrolmentStatus.REFUNDING, lessons_refunded=refunded)


def settle(*, fact: facts.RefundPaid, now: datetime) -> model.Posting:
    """Book the bank's word that a payment of a refund is made.

    Raises UnknownRefund, RefundMismatch, ReferenceReused, RefundOver, Unavailable.
    """
    return transaction.retried(lambda: _settle(fact, now))


def _settle(fact: facts.RefundPaid, now: datetime) -> model.Posting:
    enrolment_id = refunds.enrolment_of(refund_rules.refund_of(fact.payment_id))
    posted, before = accounts.read_with_entry(posting.bank_key(fact.bank_reference), enrolment_id)
    if posted is not None:
        return posting.repeat(posted, paid_digest(fact), fact.amount_fen, now)
    account = _check_pending(before, fact)
    entry, after = paid(account, fact, now)
    [entry] = chain.linked(account, entry)
    transaction.commit(posting.on_account(account, after, [entry]))
    return model.Posting(False, entry)


def paid_digest(fact: facts.RefundPaid) -> str:
    """What tells the bank's word of a payment from another under its reference."""
    return rules.digest("refund_paid", fact.payment_id, fact.account_no, fact.amount_fen, fact.booked_at)


def paid(
    account: model.EnrolmentAccount, fact: facts.RefundPaid, now: datetime
) -> tuple[model.Entry, model.EnrolmentAccount]:
    """The entry of a payment that was pending, not sealed yet, and the account after it."""
    legs = {State.REFUND_PENDING: -fact.amount_fen, State.OUTSIDE: +fact.amount_fen}
    entry = posting.bank_entry(fact, EntryKind.REFUND_PAID, account.institution_id, legs, paid_digest(fact), now)
    after = replace(
        _without(account, fact.payment_id),
        refunded_fen=Fen(account.refunded_fen + fact.amount_fen),
        bank_references=(*account.bank_references, fact.bank_reference),
    )
    return replace(entry, reason=fact.payment_id), replace(after, status=rules.status_of(after))


def void(*, fact: facts.RefundFailed, now: datetime) -> model.Posting:
    """Give a payment that the bank couldn't make back to the enrolment, to be asked for again.

    Where a reversal left money missing, that is made up for first. Raises UnknownRefund, RefundMismatch, RefundOver,
    Unavailable.
    """
    return transaction.retried(lambda: _void(fact, now))


def _void(fact: facts.RefundFailed, now: datetime) -> model.Posting:
    enrolment_id = refunds.enrolment_of(refund_rules.refund_of(fact.payment_id))
    key = (enrolment_id, _sk(fact.payment_id, "failed"))
    posted, before = accounts.read_with_entry(key, enrolment_id)
    if posted is not None:
        return model.Posting(True, posted)
    account = _check_pending(before, fact)
    held = entries.find(enrolment_id, _sk(fact.payment_id, "held"))
    assert held is not None
    missing = min(fact.amount_fen - refund_rules.interest_of(held), account.missing_fen)
    back = fact.amount_fen - missing
    legs = {State.REFUND_PENDING: -fact.amount_fen, State.HELD: +back, State.SUSPENSE: +missing}
    entry = replace(
        held,
        sk=key[1],
        kind=EntryKind.REFUND_VOID,
        legs={state: amount for state, amount in legs.items() if amount},
        digest=rules.digest("refund_void", fact.payment_id),
        booked_at=now,
        effective_on=min(clock.business_day(fact.booked_at), clock.business_day(now)),
    )
    [entry] = chain.linked(account, entry)
    after = replace(
        _without(account, fact.payment_id),
        paid_fen=Fen(account.paid_fen - missing),
        held_fen=Fen(account.held_fen + back),
        interest_held_fen=Fen(account.interest_held_fen + refund_rules.interest_of(held)),
        missing_fen=Fen(account.missing_fen - missing),
    )
    after = replace(after, status=rules.status_of(after))
    transaction.commit(posting.on_account(account, after, [entry]))
    return model.Posting(False, entry)


def pending_payments(refund: refund_model.Refund) -> list[refund_model.RefundPayment]:
    """The payments of a refund that the bank hasn't answered yet."""
    account = accounts.get(refund.enrolment_id)
    return [one for one in payments(refund) if one.payment_id in account.refunds_pending]


def payments(refund: refund_model.Refund) -> list[refund_model.RefundPayment]:
    """Every payment that money was held back for, in order."""
    mine = _holds_of(refund, entries.list_of_refunds(refund.enrolment_id))
    return [refund_rules.payment_of(entry) for entry in mine]


def held_key(enrolment_id: EnrolmentId, payment_id: str) -> tuple[str, str]:
    """Where it stands that money was held for a refund's payment."""
    return enrolment_id, _sk(payment_id, "held")


def void_key(hold: model.Entry) -> tuple[str, str]:
    """Where it stands that what a refund's payment held was given back, if it was."""
    return hold.pk, _sk(hold.reason, "failed")


def _check_pending(
    account: model.EnrolmentAccount | None, fact: facts.RefundPaid | facts.RefundFailed
) -> model.EnrolmentAccount:
    """Raises UnknownRefund, RefundOver, RefundMismatch."""
    if account is None:
        raise refunds.UnknownRefund()
    if fact.payment_id not in account.refunds_pending:
        known = entries.find(account.enrolment_id, _sk(fact.payment_id, "held"))
        raise RefundOver() if known else refunds.UnknownRefund()
    if (fact.amount_fen, fact.account_no) != (account.refunds_pending[fact.payment_id], account.account_no):
        raise RefundMismatch()
    return account


def _without(account: model.EnrolmentAccount, payment_id: str) -> model.EnrolmentAccount:
    rest = {one: amount for one, amount in account.refunds_pending.items() if one != payment_id}
    return replace(account, refunds_pending=rest)


def _holds_of(refund: refund_model.Refund, known: Sequence[model.Entry]) -> list[model.Entry]:
    mine = [entry for entry in known if entry.kind is EntryKind.REFUND_HOLD and refund.is_of(entry.reason)]
    return sorted(mine, key=lambda entry: entry.version)


def hold_entries(
    account: model.EnrolmentAccount,
    payments: Sequence[refund_model.RefundPayment],
    *,
    effective_on: date,
    now: datetime,
) -> list[model.Entry]:
    """The entries that hold money back for these payments, not linked yet."""
    return [
        model.Entry(
            pk=account.enrolment_id,
            sk=_sk(payment.payment_id, "held"),
            kind=EntryKind.REFUND_HOLD,
            institution_id=account.institution_id,
            account_no=account.account_no,
            legs={State.HELD: -payment.amount_fen, State.REFUND_PENDING: +payment.amount_fen},
            reference=payment.deposit_reference,
            digest=rules.digest("refund_hold", payment.payment_id, payment.amount_fen),
            booked_at=now,
            effective_on=effective_on,
            reason=payment.payment_id,
            payer=payment.payee_name,
            payer_account_no=payment.payee_account_no,
            figures=refund_rules.held_figures(payment),
        )
        for payment in payments
    ]


def _sk(payment_id: str, what: str) -> str:
    return f"entry#refund#{payment_id[30:]}#{what}"
