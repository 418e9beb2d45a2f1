"""What a guardian gets back, where it goes, and how a refund may go on. Pure; all amounts in fen."""

from collections import Counter
from collections.abc import Iterator, Sequence

from shared.funds import rules
from shared.funds.model import EnrolmentAccount, EnrolmentStatus, Entry, EntryKind, State
from shared.funds.refund_model import Refund, RefundPayment, RefundPreview, RefundRule, RefundStatus
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId, RefundId
from shared.kernel.money import Fen

MOST_REFUNDS = 99
_INTEREST = "interest_fen"

TRANSITIONS: dict[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.REQUESTED: frozenset({RefundStatus.AGREED, RefundStatus.CONTESTED, RefundStatus.WITHDRAWN}),
    RefundStatus.CONTESTED: frozenset({RefundStatus.AGREED, RefundStatus.REJECTED, RefundStatus.WITHDRAWN}),
    RefundStatus.AGREED: frozenset({RefundStatus.HELD, RefundStatus.FAILED}),
    RefundStatus.HELD: frozenset({RefundStatus.INSTRUCTED, RefundStatus.PAID, RefundStatus.FAILED}),
    RefundStatus.INSTRUCTED: frozenset({RefundStatus.PAID, RefundStatus.FAILED}),
    RefundStatus.PAID: frozenset(),
    RefundStatus.FAILED: frozenset(),
    RefundStatus.REJECTED: frozenset(),
    RefundStatus.WITHDRAWN: frozenset(),
}
OVER = frozenset(status for status, becomes in TRANSITIONS.items() if not becomes)


class NothingToRefund(errors.Conflict):
    code = "nothing_to_refund"
    zh = "该报名没有可退的金额。"
    en = "There is nothing to refund on this enrolment."


class AmountChanged(errors.Conflict):
    code = "refundable_amount_changed"
    zh = "可退金额现为 {refundable_fen} 分，与申请的 {requested_fen} 分不同；请重新查看后再提交。"
    en = "What can be refunded is {refundable_fen} fen now, not {requested_fen}. Look again before you ask."


class RefundOpen(errors.Conflict):
    code = "refund_open"
    zh = "该报名已有一笔退费正在办理。"
    en = "A refund of this enrolment is under way already."


class RefundMovedOn(errors.Conflict):
    code = "refund_moved_on"
    zh = "该退费申请现为“{status}”状态，不能这样办理。"
    en = "The refund is {status}; this can't be done to it."


class AnswerTooLate(errors.Conflict):
    code = "refund_answer_too_late"
    zh = "答复期限已于 {answer_by} 届满，逾期未答复视为同意退费。"
    en = "The days to answer ended with {answer_by}; silence counts as agreed."


class TooManyRefunds(errors.Conflict):
    code = "too_many_refunds"
    zh = "该报名的退费申请次数已达上限。"
    en = "This enrolment has had as many refunds as there may be."


class NotRecommended(errors.Conflict):
    code = "refund_not_recommended"
    zh = "请先由审核员提出处理意见，再由另一人裁决。"
    en = "A reviewer recommends first; then another person decides."


class SamePerson(errors.Denied):
    code = "same_person"
    zh = "提出意见与裁决须由两人办理。"
    en = "Who recommended can't decide: two people are needed."


class ReasonNeeded(errors.Invalid):
    code = "reason_needed"
    zh = "请填写理由（至多200字）。"
    en = "Give a reason of at most 200 characters."


def refund_id(enrolment_id: EnrolmentId, number: int) -> RefundId:
    """The id of an enrolment's n-th refund."""
    return RefundId(f"ref_{enrolment_id.removeprefix('enr_')}{number:02d}")


def payment_id(of: RefundId, number: int) -> str:
    """The id of a refund's n-th payment."""
    return f"{of}-{number}"


def refund_of(payment: str) -> RefundId:
    """The refund that a payment with this id is of."""
    return RefundId(payment.partition("-")[0])


def preview(account: EnrolmentAccount, *, taught_lessons: int, terminating: bool = False) -> RefundPreview:
    """What would be refunded now: all that is held, but the share of lessons that were taught and aren't decided yet.

    Source: everything before the first lesson, then the price paid minus the lessons taught, pro rata (rule). Lessons
    divide the price in whole fen; the remainder goes to the guardian, unless every lesson was taught: the last one
    takes it. The interest that is held for her goes with the rest, or alone when the enrolment is over. When the school
    is `terminating`, an enrolment that was paid in part is refunded too.
    """
    taught_fen = _taught_fen(account, taught_lessons)
    refundable = account.held_fen - taught_fen if terminating or is_open_to(account) else 0
    return RefundPreview(
        rule=_rule(account, taught_lessons),
        paid_fen=account.paid_fen,
        released_fen=account.released_fen,
        taught_lessons=taught_lessons,
        taught_fen=taught_fen,
        interest_fen=account.interest_held_fen,
        refundable_fen=Fen(refundable),
        policy_version=account.policy_version,
    )


def _taught_fen(account: EnrolmentAccount, taught_lessons: int) -> Fen:
    """What of the tuition that is held belongs to lessons that were taught and aren't decided yet."""
    if account.over:
        return Fen(0)
    if account.lessons_released + taught_lessons >= account.lessons:
        return account.tuition_held_fen
    return Fen(min(taught_lessons * rules.equal_share(account), account.tuition_held_fen))


def _rule(account: EnrolmentAccount, taught_lessons: int) -> RefundRule:
    if account.over:
        return RefundRule.INTEREST
    return RefundRule.PRO_RATA if account.lessons_released or taught_lessons else RefundRule.BEFORE_START


def is_open_to(account: EnrolmentAccount) -> bool:
    """Whether a refund of this enrolment can be asked for: paid, and not all taught; what arrears hold; or interest."""
    held = account.status in (EnrolmentStatus.ACTIVE, EnrolmentStatus.IN_ARREARS, EnrolmentStatus.REFUNDING)
    return held or (account.over and account.interest_held_fen > 0)


def check_request(found: RefundPreview, *, requested_fen: int, last: Refund | None) -> None:
    """Raises RefundOpen, NothingToRefund, AmountChanged, TooManyRefunds."""
    if last is not None and last.status not in OVER:
        raise RefundOpen()
    if last is not None and last.number >= MOST_REFUNDS:
        raise TooManyRefunds()
    if found.refundable_fen <= 0:
        raise NothingToRefund()
    if found.refundable_fen != requested_fen:
        raise AmountChanged(pointer="/amount_fen", refundable_fen=found.refundable_fen, requested_fen=requested_fen)


def check_becomes(refund: Refund, becomes: RefundStatus) -> None:
    """Raises RefundMovedOn."""
    if becomes not in TRANSITIONS[refund.status]:
        raise RefundMovedOn(status=refund.status.value)


def payments(
    of: RefundId, amount_fen: Fen, *, interest_fen: Fen, booked: Sequence[Entry], refunds: Sequence[Entry]
) -> list[RefundPayment]:
    """Where a refund goes: back to the accounts that the deposits came from, the newest deposit first.

    No deposit gets back more than it paid, earlier refunds included, and one that was reversed nothing; `interest_fen`
    of the amount goes with the newest. `booked` and `refunds` are the enrolment's entries: what the bank's references
    booked, and what was held for refunds or given back to the enrolment.
    """
    left = Counter(rules.brought(booked))
    for entry in refunds:
        given_back = 1 if entry.legs.get(State.HELD, 0) > 0 else -1
        left[entry.reference] += entry.legs.get(State.HELD, 0) - given_back * interest_of(entry)
    paid_in = sorted((entry for entry in booked if entry.kind in rules.PAID_IN), key=lambda entry: entry.version)
    newest = {entry.reference: entry for entry in paid_in}
    newest_first = sorted(newest.values(), key=lambda entry: -entry.version)
    return list(_payments(of, amount_fen, interest_fen, left, newest_first))


def interest_of(entry: Entry) -> Fen:
    """How much of what an entry held for a refund, or gave back, is interest."""
    return Fen(entry.figures.get(_INTEREST, 0))


def held_figures(payment: RefundPayment) -> dict[str, int]:
    """The figures of the entry that holds money for a payment."""
    return {_INTEREST: payment.interest_fen} if payment.interest_fen else {}


def _payments(
    of: RefundId, amount_fen: Fen, interest_fen: Fen, left: Counter[str], newest_first: Sequence[Entry]
) -> Iterator[RefundPayment]:
    number = 0
    amount_fen = Fen(amount_fen - interest_fen)
    for deposit in newest_first:
        amount = max(min(amount_fen, left[deposit.reference]), 0)
        if amount + interest_fen <= 0:
            continue
        number += 1
        amount_fen, interest, interest_fen = Fen(amount_fen - amount), interest_fen, Fen(0)
        yield RefundPayment(
            payment_id=payment_id(of, number),
            amount_fen=Fen(amount + interest),
            interest_fen=interest,
            from_account_no=deposit.account_no,
            payee_name=deposit.payer,
            payee_account_no=deposit.payer_account_no,
            deposit_reference=deposit.reference,
        )
    assert amount_fen == interest_fen == 0, "an enrolment holds no more than its deposits brought"


def payment_of(hold: Entry) -> RefundPayment:
    """The payment that an entry keeps money back for."""
    assert hold.kind is EntryKind.REFUND_HOLD
    return RefundPayment(
        payment_id=hold.reason,
        amount_fen=Fen(hold.legs[State.REFUND_PENDING]),
        from_account_no=hold.account_no,
        payee_name=hold.payer,
        payee_account_no=hold.payer_account_no,
        deposit_reference=hold.reference,
        interest_fen=interest_of(hold),
    )
