"""What a refund's record says of its money. The ledger's entries come first; the record follows, however often."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.funds import model, refund_model
from shared.funds.model import EntryKind
from shared.funds.refund_model import RefundRule, RefundStatus, RefundWait
from shared.funds.store import accounts, entries, refunds
from shared.kernel.money import Fen

NOTHING_LEFT = "nothing_left"


def note_held(
    *,
    refund_id: str,
    held_fen: Fen,
    give_back_seat: Callable[[model.EnrolmentAccount], transaction.Part],
    now: datetime,
) -> refund_model.Refund:
    """Note what was held, and give the student's seat back; a refund that finds nothing to hold has failed."""
    return transaction.retried(lambda: _note_held(refund_id, held_fen, give_back_seat, now))


def _note_held(
    refund_id: str,
    held_fen: Fen,
    give_back_seat: Callable[[model.EnrolmentAccount], transaction.Part],
    now: datetime,
) -> refund_model.Refund:
    before = refunds.get(refund_id)
    if before.status is not RefundStatus.AGREED:
        return before
    after = replace(before, status=RefundStatus.HELD, held_fen=held_fen)
    if not held_fen:
        after = replace(_failed(before, NOTHING_LEFT, now), waits_for=None, waits_until=None)
    parts = [refunds.change(before, after)]
    if held_fen and before.rule is not RefundRule.INTEREST and not _held_earlier(before):
        parts.append(give_back_seat(accounts.get(before.enrolment_id)))
    transaction.commit(parts)
    return after


def note_instructed(*, refund_id: str) -> refund_model.Refund:
    """Note that the bank has accepted every payment. Does nothing when its answer came first."""

    def become(was: refund_model.Refund) -> refund_model.Refund:
        return replace(was, status=RefundStatus.INSTRUCTED) if was.status is RefundStatus.HELD else was

    return refunds.move(refund_id, become)


def note_outcome(*, refund_id: str, now: datetime, failure: str = "") -> refund_model.Refund:
    """Note how the refund ended, once the bank has answered for all of its payments. `failure` is what it said."""

    def become(was: refund_model.Refund) -> refund_model.Refund:
        was = replace(was, failure=failure or was.failure)
        pending = accounts.get(was.enrolment_id).refunds_pending
        if was.status not in (RefundStatus.HELD, RefundStatus.INSTRUCTED) or any(map(was.is_of, pending)):
            return was
        known = entries.list_of_refunds(was.enrolment_id)
        if any(entry.kind is EntryKind.REFUND_VOID and was.is_of(entry.reason) for entry in known):
            return _failed(was, was.failure, now)
        return replace(was, status=RefundStatus.PAID, waits_for=None, waits_until=None, ended_at=now)

    return refunds.move(refund_id, become)


def _held_earlier(refund: refund_model.Refund) -> bool:
    """Whether an earlier refund has ended the student's lessons, and given the seat back."""
    earlier = [one for one in refunds.list_of_enrolment(refund.enrolment_id) if one.number < refund.number]
    return any(one.held_fen and one.rule is not RefundRule.INTEREST for one in earlier)


def _failed(refund: refund_model.Refund, failure: str, now: datetime) -> refund_model.Refund:
    """A refund that needs somebody's attention: the guardian may ask again."""
    return replace(
        refund,
        status=RefundStatus.FAILED,
        waits_for=RefundWait.ATTENTION,
        waits_until=now,
        ended_at=now,
        failure=failure,
    )
