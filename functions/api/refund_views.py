"""What the API says of refunds."""

from collections.abc import Iterable, Mapping
from datetime import date

from functions.api.views import View, money
from functions.edge.contract import Money
from shared.funds import refund_model
from shared.kernel import clock
from shared.payments.refund_model import WeChatRefund


class RefundPreview(View):
    """What comes back now. refundable = paid − released − `taught` (lessons taught that aren't confirmed yet) +
    `interest` (credited and not paid back yet)."""

    refundable: Money
    paid: Money
    released: Money
    taught: Money
    interest: Money
    taught_lessons: int
    rule: str
    explanation: str
    policy_version: str


class RefundPaymentView(View):
    """A payment back to where a deposit came from. The account's number is shown by its last four digits.

    `wechat`: how WeChat passes it on once the bank has paid it there: `prepared`, `processing`, `success`, `abnormal`,
    `closed`; none where it goes to a bank account.
    """

    payment_id: str
    amount: Money
    to_account: str
    deposit_reference: str
    wechat: str | None


class RefundView(View):
    """A refund. `held` is what was held back when it was agreed; `failure` says why the bank couldn't pay."""

    refund_id: str
    enrolment_id: str
    status: str
    requested: Money
    held: Money
    rule: str
    reason: str
    requested_at: str
    answer_by: date
    deadline_assumed: bool
    school_reason: str | None
    agreed_by: str | None
    agreed_at: str | None
    decision_reason: str | None
    pay_by: date | None
    ended_at: str | None
    failure: str | None
    policy_version: str
    payments: list[RefundPaymentView]


EXPLANATIONS = {
    refund_model.RefundRule.BEFORE_START: (
        "尚未上课，全额退回已付学费。",
        "No lesson has been taught: everything paid comes back.",
    ),
    refund_model.RefundRule.PRO_RATA: (
        "按未消耗课时退费：已付学费减去已拨付和已上课待确认的课时费。",
        "Lessons not taught come back: what was paid, minus lessons released and lessons taught but not confirmed yet.",
    ),
    refund_model.RefundRule.INTEREST: (
        "课程已结束，退还尚未退回的利息。",
        "The course is over: the interest that isn't paid back yet comes back.",
    ),
}


def preview(found: refund_model.RefundPreview, *, language: str) -> RefundPreview:
    zh, en = EXPLANATIONS[found.rule]
    return RefundPreview(
        refundable=money(found.refundable_fen),
        paid=money(found.paid_fen),
        released=money(found.released_fen),
        taught=money(found.taught_fen),
        interest=money(found.interest_fen),
        taught_lessons=found.taught_lessons,
        rule=found.rule.value,
        explanation=en if language == "en" else zh,
        policy_version=found.policy_version,
    )


def refund(
    one: refund_model.Refund,
    payments: Iterable[refund_model.RefundPayment] = (),
    by_wechat: Mapping[str, WeChatRefund] | None = None,
) -> RefundView:
    passed = by_wechat or {}
    return RefundView(
        refund_id=one.refund_id,
        enrolment_id=one.enrolment_id,
        status=one.status.value,
        requested=money(one.requested_fen),
        held=money(one.held_fen),
        rule=one.rule.value,
        reason=one.reason,
        requested_at=clock.shown(one.requested_at),
        answer_by=one.answer_by,
        deadline_assumed=one.deadline_assumed,
        school_reason=one.school_reason or None,
        agreed_by=one.agreed_by.value if one.agreed_by else None,
        agreed_at=clock.shown(one.agreed_at) if one.agreed_at else None,
        decision_reason=one.decision_reason or None,
        pay_by=one.pay_by,
        ended_at=clock.shown(one.ended_at) if one.ended_at else None,
        failure=one.failure or None,
        policy_version=one.policy_version,
        payments=[
            RefundPaymentView(
                payment_id=payment.payment_id,
                amount=money(payment.amount_fen),
                to_account=f"…{payment.payee_account_no[-4:]}",
                deposit_reference=payment.deposit_reference,
                wechat=passed[payment.payment_id].status.value if payment.payment_id in passed else None,
            )
            for payment in payments
        ],
    )
