"""The way of a refund from the guardian's request to an agreement. What it does to money is in refund_money.py."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.dynamo import transaction
from shared.funds import model, refund_model, refund_rules
from shared.funds.refund_model import AgreedBy, RefundStatus, RefundWait
from shared.funds.store import accounts, entries, refunds
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId, InstitutionId, SessionId
from shared.policy import calendar
from shared.policy import queries as policies

_LONGEST_REASON = 200
_AGAIN_AFTER = timedelta(days=1)
_INTEREST_REASON = "课程已结束，退还利息"


def request(
    *, enrolment_id: EnrolmentId, amount_fen: int, reason: str, taught: Collection[SessionId], now: datetime
) -> refund_model.Refund:
    """Ask for a refund of `amount_fen`, which must be exactly what is available (`refund_rules.preview`).

    `taught` are the lessons that are marked as taught and not decided in the guardian's favour.

    Raises UnknownEnrolment, RefundOpen, NothingToRefund, AmountChanged, TooManyRefunds, ReasonNeeded.
    """
    return transaction.retried(lambda: _request(enrolment_id, amount_fen, _checked(reason), taught, now))


def _request(
    enrolment_id: EnrolmentId, amount_fen: int, reason: str, taught: Collection[SessionId], now: datetime
) -> refund_model.Refund:
    account = accounts.get(enrolment_id)
    policy = policies.get(version=account.policy_version)
    last = next(reversed(refunds.list_of_enrolment(enrolment_id)), None)
    unreleased = entries.count_unreleased(enrolment_id, taught)
    found = refund_rules.preview(account, taught_lessons=unreleased)
    refund_rules.check_request(found, requested_fen=amount_fen, last=last)
    own = policies.in_force(at=now).own_days  # what is known of the calendar by now; the figure is the sale's
    deadline = calendar.working_days_after(clock.business_day(now), policy.refund_answer_working_days, own)
    number = last.number + 1 if last else 1
    refund = refund_model.Refund(
        refund_id=refund_rules.refund_id(enrolment_id, number),
        enrolment_id=enrolment_id,
        institution_id=account.institution_id,
        guardian_id=account.guardian_id,
        number=number,
        requested_fen=found.refundable_fen,
        rule=found.rule,
        reason=reason,
        policy_version=policy.version,
        requested_at=now,
        answer_by=deadline.day,
        deadline_assumed=deadline.assumed,
        waits_until=clock.end_of(deadline.day),
    )
    transaction.commit([refunds.put_new(refund), *no_longer_waiting(last)])
    return refund


def next_of(
    account: model.EnrolmentAccount,
    found: refund_model.RefundPreview,
    last: refund_model.Refund | None,
    *,
    reason: str,
    now: datetime,
) -> refund_model.Refund:
    """The refund after an enrolment's `last` of all that is available, which waits for nobody's answer."""
    number = last.number + 1 if last else 1
    return refund_model.Refund(
        refund_id=refund_rules.refund_id(account.enrolment_id, number),
        enrolment_id=account.enrolment_id,
        institution_id=account.institution_id,
        guardian_id=account.guardian_id,
        number=number,
        requested_fen=found.refundable_fen,
        rule=found.rule,
        reason=reason,
        policy_version=policies.get(version=account.policy_version).version,
        requested_at=now,
        answer_by=clock.business_day(now),
        deadline_assumed=False,
    )


def no_longer_waiting(last: refund_model.Refund | None) -> list[transaction.Part]:
    """The part that lets a failed refund wait for nobody any more, because a new one follows it."""
    if last is None or last.waits_for is not RefundWait.ATTENTION:
        return []
    return [refunds.change(last, replace(last, waits_for=None, waits_until=None))]


def refund_all(
    *, enrolment_id: EnrolmentId, taught: Collection[SessionId], by: AgreedBy, reason: str, now: datetime
) -> bool:
    """Agree, without anybody's asking, to a refund of all that isn't taught; whether that was done now.

    One that is under way goes on; one that is asked for is agreed to. One that the bank couldn't pay is tried again a
    day after it failed. What was paid in part is refunded too. `taught` as in `request`. Raises UnknownEnrolment,
    Unavailable.
    """
    return transaction.retried(lambda: _refund_all(enrolment_id, taught, by, reason, now))


def _refund_all(
    enrolment_id: EnrolmentId, taught: Collection[SessionId], by: AgreedBy, reason: str, now: datetime
) -> bool:
    account = accounts.get(enrolment_id)
    last = next(reversed(refunds.list_of_enrolment(enrolment_id)), None)
    if last is not None and last.status in (RefundStatus.REQUESTED, RefundStatus.CONTESTED):
        transaction.commit([refunds.change(last, agreed(last, by, now))])
        return True
    if last is not None and (last.status not in refund_rules.OVER or last.number >= refund_rules.MOST_REFUNDS):
        return False
    if last is not None and last.ended_at and _has_failed(last) and now < last.ended_at + _AGAIN_AFTER:
        return False
    unreleased = entries.count_unreleased(enrolment_id, taught)
    found = refund_rules.preview(account, taught_lessons=unreleased, terminating=True)
    if found.refundable_fen <= 0:
        return False
    refund = agreed(next_of(account, found, last, reason=reason, now=now), by, now)
    transaction.commit([refunds.put_new(refund), *no_longer_waiting(last)])
    return True


def _has_failed(refund: refund_model.Refund) -> bool:
    return refund.status is RefundStatus.FAILED and refund.waits_for is RefundWait.ATTENTION


def give_back_interest(*, enrolment_id: EnrolmentId, now: datetime) -> bool:
    """Open the refund of the interest that an enrolment holds though it is over, agreed by rule; whether it was now.

    Not while another refund of it is under way, or has failed and needs somebody's attention.
    """
    return transaction.retried(lambda: _give_back_interest(enrolment_id, now))


def _give_back_interest(enrolment_id: EnrolmentId, now: datetime) -> bool:
    account = accounts.get(enrolment_id)
    last = next(reversed(refunds.list_of_enrolment(enrolment_id)), None)
    under_way = last is not None and (last.status not in refund_rules.OVER or last.waits_for is not None)
    full = last is not None and last.number >= refund_rules.MOST_REFUNDS
    if not account.over or not account.interest_held_fen or under_way or full:
        return False
    found = refund_rules.preview(account, taught_lessons=0)
    refund = next_of(account, found, last, reason=_INTEREST_REASON, now=now)
    transaction.commit([refunds.put_new(agreed(refund, AgreedBy.RULE, now))])
    return True


def withdraw(*, refund_id: str, now: datetime) -> refund_model.Refund:
    """The guardian changes her mind, until it is agreed. Raises UnknownRefund, RefundMovedOn."""
    return refunds.move(refund_id, lambda was: _ended(was, RefundStatus.WITHDRAWN, now))


def answer(
    *, refund_id: str, institution_id: InstitutionId, agree: bool, reason: str, now: datetime
) -> refund_model.Refund:
    """The school agrees, or objects with a reason, and the bureau decides.

    An objection comes before the end of the last day to answer: from then on silence counts as agreed, noted or not.
    Raises UnknownRefund (another school's too), RefundMovedOn, AnswerTooLate, ReasonNeeded.
    """
    told = _checked(reason)

    def become(was: refund_model.Refund) -> refund_model.Refund:
        if was.institution_id != institution_id:
            raise refunds.UnknownRefund()
        if was.status is not RefundStatus.REQUESTED:
            raise refund_rules.RefundMovedOn(status=was.status.value)
        if agree:
            return replace(agreed(was, AgreedBy.SCHOOL, now), school_reason=told)
        if now >= clock.end_of(was.answer_by):
            raise refund_rules.AnswerTooLate(answer_by=was.answer_by)
        contested = replace(was, status=RefundStatus.CONTESTED, school_reason=told)
        return replace(contested, waits_for=RefundWait.DECISION, waits_until=now)

    return refunds.move(refund_id, become)


def agree_by_silence(*, refund_id: str, now: datetime) -> bool:
    """Count the school's silence as agreed when its days are over; whether it was done now."""
    done = False

    def become(was: refund_model.Refund) -> refund_model.Refund:
        nonlocal done
        done = was.status is RefundStatus.REQUESTED and now >= clock.end_of(was.answer_by)
        return agreed(was, AgreedBy.SILENCE, now) if done else was

    refunds.move(refund_id, become)
    return done


def recommend(*, refund_id: str, agree: bool, reason: str, by: str) -> refund_model.Refund:
    """An officer recommends how a contested refund is decided; the last word counts until it is.

    Raises UnknownRefund, RefundMovedOn, ReasonNeeded.
    """
    advice = refund_model.Recommendation(agree, _checked(reason), by)

    def become(was: refund_model.Refund) -> refund_model.Refund:
        if was.status is not RefundStatus.CONTESTED:
            raise refund_rules.RefundMovedOn(status=was.status.value)
        return replace(was, recommendation=advice)

    return refunds.move(refund_id, become)


def decide(
    *, refund_id: str, agree: bool, reason: str, by: str, now: datetime, also: Sequence[transaction.Part] = ()
) -> refund_model.Refund:
    """Another officer decides; what is in `also` commits with that: what the guardian is told.

    Raises UnknownRefund, RefundMovedOn, NotRecommended, SamePerson, ReasonNeeded.
    """
    told = _checked(reason)

    def become(was: refund_model.Refund) -> refund_model.Refund:
        if was.status is not RefundStatus.CONTESTED:
            raise refund_rules.RefundMovedOn(status=was.status.value)
        if was.recommendation is None:
            raise refund_rules.NotRecommended()
        if was.recommendation.by == by:
            raise refund_rules.SamePerson()
        after = agreed(was, AgreedBy.BUREAU, now) if agree else _ended(was, RefundStatus.REJECTED, now)
        return replace(after, decided_by=by, decision_reason=told)

    return refunds.move(refund_id, become, also=also)


def agreed(was: refund_model.Refund, by: AgreedBy, now: datetime) -> refund_model.Refund:
    """A refund as it is when it is agreed to. Raises RefundMovedOn."""
    refund_rules.check_becomes(was, RefundStatus.AGREED)
    policy = policies.get(version=was.policy_version)
    return replace(
        was,
        status=RefundStatus.AGREED,
        waits_for=RefundWait.PAYMENT,
        waits_until=now,
        agreed_by=by,
        agreed_at=now,
        pay_by=clock.business_day(now) + timedelta(days=policy.refund_payment_days),
    )


def _ended(was: refund_model.Refund, status: RefundStatus, now: datetime) -> refund_model.Refund:
    refund_rules.check_becomes(was, status)
    return replace(was, status=status, waits_for=None, waits_until=None, ended_at=now)


def _checked(reason: str) -> str:
    if not 0 < len(reason.strip()) <= _LONGEST_REASON:
        raise refund_rules.ReasonNeeded(pointer="/reason")
    return reason.strip()
