"""What becomes of a payout: paid at once or in parts, not paid, recalled, sent back by the school's account.

The bank decides what it has paid, the ledger what that means: every answer changes the payout at the version that it
was read at, so of two that contradict one another the second is refused.
"""

from dataclasses import replace
from datetime import datetime

from events import facts
from shared.dynamo import transaction
from shared.funds import chain, model, payout_model, posting, rules
from shared.funds.model import EntryKind, State
from shared.funds.payout_model import PayoutStatus
from shared.funds.store import entries, payouts
from shared.kernel import clock, errors
from shared.kernel.money import Fen

Settlement = facts.PayoutSettled | facts.PayoutPartlySettled


class PayoutMismatch(errors.Conflict):
    code = "payout_mismatch"
    zh = "划拨批次金额或账号与指令不符；本次未入账。"
    en = "The amount or the account isn't that of the payout. Nothing was booked."


class PayoutOver(errors.Conflict):
    code = "payout_settled"
    zh = "该划拨批次已结清。"
    en = "The payout is settled already."


class RecallAsked(errors.Conflict):
    code = "payout_recall_asked"
    zh = "已向银行要求撤回该划拨批次。"
    en = "The bank has been asked already to recall this payout."


def settle(*, fact: Settlement, now: datetime) -> model.Posting:
    """Book the bank's word that a payout is paid, or a part of it. The part that makes it whole settles it.

    `payout.settled` is about all that wasn't paid in parts: one that overtakes its parts is a mismatch until they are
    booked, and comes again. Raises UnknownPayout, PayoutMismatch, ReferenceReused, PayoutOver, Unavailable.
    """
    return transaction.retried(lambda: _settle(fact, now))


def _settle(fact: Settlement, now: datetime) -> model.Posting:
    part = isinstance(fact, facts.PayoutPartlySettled)
    posted, before = payouts.read_with_entry(posting.bank_key(fact.bank_reference), fact.payout_id)
    if posted is not None:
        return posting.repeat(posted, _digest(fact), fact.amount_fen, now)
    _check_open(before)
    fits = fact.amount_fen <= before.rest_fen if part else fact.amount_fen == before.rest_fen
    if not fits or fact.account_no != before.from_account_no:
        raise PayoutMismatch()
    after = replace(
        before,
        settled_fen=Fen(before.settled_fen + fact.amount_fen),
        bank_references=(*before.bank_references, fact.bank_reference),
    )
    if after.rest_fen:
        recalling = before.status is PayoutStatus.RECALLING
        after = replace(after, status=before.status if recalling else PayoutStatus.PARTLY)
    else:
        status = PayoutStatus.RETURNED if after.returned_fen else PayoutStatus.SETTLED
        after = replace(after, status=status, settled_at=fact.booked_at)
    return _commit(before, after, settlement(fact, before, now))


def settlement(fact: Settlement, payout: payout_model.Payout, now: datetime) -> model.Entry:
    """The entry of the bank's word that a payout, or a part of it, is paid; not sealed yet."""
    legs = {State.IN_TRANSIT: -fact.amount_fen, State.OUTSIDE: +fact.amount_fen}
    entry = posting.bank_entry(fact, EntryKind.SETTLEMENT, payout.institution_id, legs, _digest(fact), now)
    return replace(entry, reason=payout.payout_id)


def _digest(fact: Settlement) -> str:
    return rules.digest("settlement", fact.payout_id, fact.account_no, fact.amount_fen, fact.booked_at)


def fail(*, fact: facts.PayoutFailed) -> None:
    """Keep the bank's word that what it hasn't paid of a payout can't be paid: it stays in transit, to be sent again.

    Raises UnknownPayout, PayoutMismatch, PayoutOver, Unavailable.
    """

    def attempt() -> None:
        before = payouts.get(fact.payout_id)
        _check_open(before)
        _check_rest(before, fact)
        recalling = before.status is PayoutStatus.RECALLING
        status = before.status if recalling else PayoutStatus.FAILED
        transaction.commit([payouts.change(before, replace(before, status=status, reason=fact.reason))])

    transaction.retried(attempt)


def ask_back(*, payout_id: str, reason: str, approval: transaction.Part) -> None:
    """Want a payout back, together with the approval: from now on it isn't sent again, and the bank is asked.

    Raises UnknownPayout, PayoutOver, RecallAsked, what the approval refuses, Unavailable.
    """

    def attempt() -> None:
        before = payouts.get(payout_id)
        check_recallable(before)
        after = replace(before, status=PayoutStatus.RECALLING, reason=reason)
        transaction.commit([payouts.change(before, after), approval])

    transaction.retried(attempt)


def check_recallable(payout: payout_model.Payout) -> None:
    """Raises PayoutOver, RecallAsked."""
    _check_open(payout)
    if payout.status is PayoutStatus.RECALLING:
        raise RecallAsked()


def recall(*, fact: facts.PayoutRecalled, now: datetime) -> model.Posting:
    """Book the bank's word that the rest of a payout never left and never will: payable again, in the next payout.

    Raises UnknownPayout, PayoutMismatch, PayoutOver (the bank had paid it), Unavailable.
    """
    return transaction.retried(lambda: _recall(fact, now))


def _recall(fact: facts.PayoutRecalled, now: datetime) -> model.Posting:
    key = (fact.payout_id, "entry#recalled")
    posted, before = payouts.read_with_entry(key, fact.payout_id)
    if posted is not None:
        return model.Posting(True, posted)
    _check_open(before)
    _check_rest(before, fact)
    entry = model.Entry(
        *key,
        kind=EntryKind.RECALL,
        institution_id=before.institution_id,
        account_no=before.from_account_no,
        legs={State.IN_TRANSIT: -fact.amount_fen, State.PAYABLE: +fact.amount_fen},
        reference=before.payout_id,
        digest=rules.digest("recall", before.payout_id, fact.amount_fen),
        booked_at=now,
        effective_on=min(clock.business_day(fact.booked_at), clock.business_day(now)),
    )
    return _commit(before, replace(before, status=PayoutStatus.RECALLED), entry)


def take_returned(*, fact: facts.PayoutReturned, now: datetime) -> model.Posting:
    """Book money of a payout that the school's account sent back: payable again, in the next payout.

    Raises UnknownPayout, PayoutMismatch (more than was settled), ReferenceReused, Unavailable.
    """
    return transaction.retried(lambda: _take_returned(fact, now))


def _take_returned(fact: facts.PayoutReturned, now: datetime) -> model.Posting:
    body = rules.digest("payout_return", fact.payout_id, fact.account_no, fact.amount_fen, fact.booked_at)
    posted, before = payouts.read_with_entry(posting.bank_key(fact.bank_reference), fact.payout_id)
    if posted is not None:
        return posting.repeat(posted, body, fact.amount_fen, now)
    too_much = fact.amount_fen > before.settled_fen - before.returned_fen
    if too_much or fact.account_no != before.from_account_no:
        raise PayoutMismatch()
    after = replace(
        before,
        status=PayoutStatus.RETURNED if before.status is PayoutStatus.SETTLED else before.status,
        returned_fen=Fen(before.returned_fen + fact.amount_fen),
        bank_references=(*before.bank_references, fact.bank_reference),
        reason=fact.reason,
    )
    legs = {State.OUTSIDE: -fact.amount_fen, State.PAYABLE: +fact.amount_fen}
    entry = posting.bank_entry(fact, EntryKind.PAYOUT_RETURN, before.institution_id, legs, body, now)
    return _commit(before, after, replace(entry, reason=before.payout_id))


def _check_open(payout: payout_model.Payout) -> None:
    """Raises PayoutOver."""
    if payout.over:
        raise PayoutOver()


def _check_rest(payout: payout_model.Payout, fact: facts.PayoutFailed | facts.PayoutRecalled) -> None:
    """Raises PayoutMismatch."""
    if (fact.amount_fen, fact.account_no) != (payout.rest_fen, payout.from_account_no):
        raise PayoutMismatch()


def _commit(before: payout_model.Payout, after: payout_model.Payout, entry: model.Entry) -> model.Posting:
    entry = chain.sealed(entry)
    transaction.commit([entries.put(entry), payouts.change(before, after)])
    return model.Posting(False, entry)
