"""Refunds at WeChat: begin one once the bank has paid it to WeChat, ask for it, hear how it stands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from events import facts
from shared.dynamo import transaction
from shared.kernel import clock
from shared.kernel.money import Fen
from shared.payments import refund_rules, store
from shared.payments.refund_model import RefundStatus, RefundTold, WeChatRefund
from shared.payments.store import refunds
from shared.payments.wechat_pay import RefundRefused, WeChatPayClient
from shared.policy import calendar
from shared.policy.model import Policy

Tell = Callable[[WeChatRefund], None]
"""Who has to know what has become of a refund. Told before it is written, so that nobody is left untold."""


def begin(*, payment_id: str, deposit_reference: str, paid_fen: Fen, tell: Tell, policy: Policy, now: datetime) -> bool:
    """Begin to pass on what the bank has paid back for a deposit, if WeChat brought that; whether it was begun now.

    One transaction with the order's sum of refunds, so that two can't give back more than was paid. Raises Unavailable.
    """
    days = policy.wechat_refund_working_days
    arrives_by = calendar.working_days_after(clock.business_day(now), days, policy.own_days).day

    def attempt() -> bool:
        order = store.find_by_deposit(deposit_reference)
        if order is None or refunds.find(order.enrolment_id, payment_id) is not None:
            return False
        refund = refund_rules.begun(order, payment_id=payment_id, paid_fen=paid_fen, arrives_by=arrives_by, now=now)
        tell(refund)
        more = replace(order, refunded_fen=Fen(order.refunded_fen + refund.amount_fen))
        transaction.commit([refunds.added(refund), *store.changed(order, more)])
        return True

    try:
        return transaction.retried(attempt)
    except refunds.AlreadyBegun:
        return False


def look_after(*, refund: WeChatRefund, wechat: WeChatPayClient, tell: Tell, now: datetime) -> bool:
    """Ask WeChat for a refund, or about one; whether anything was new. The try is noted before.

    Raises PaymentDiffers, Unavailable.
    """
    try:
        noted = refunds.change(refund, refund_rules.tried(refund, now=now))
    except transaction.LostRace:
        return False
    tell(noted)
    try:
        told = None if noted.status is RefundStatus.PREPARED else wechat.ask_refund(noted.payment_id)
        told = told or wechat.refund(noted)
    except RefundRefused as refusal:
        why = str(refusal)
        _write(noted, lambda was: refund_rules.failed(was, why))
        return False
    return hear(told=told, mch_id=wechat.merchant.mch_id, tell=tell, now=now)


def hear(*, told: RefundTold, mch_id: str, tell: Tell, now: datetime) -> bool:
    """Note what WeChat tells of a refund; whether that was new. What differs changes nothing.

    Raises UnknownWeChatRefund, PaymentDiffers, Unavailable.
    """

    def attempt() -> bool:
        before = refunds.get(told.out_trade_no, told.out_refund_no)
        refund_rules.check(before, told, mch_id=mch_id)
        after = refund_rules.learn(before, told, now=now)
        if after == before:
            return False
        tell(after)
        refunds.change(before, after)
        return True

    return transaction.retried(attempt)


def stuck(refund: WeChatRefund, *, now: datetime) -> facts.WeChatRefundStuck | None:
    """The fact that the bureau must see to a refund, if it must."""
    why = refund_rules.stuck(refund, now=now)
    if not why:
        return None
    return facts.WeChatRefundStuck(
        institution_id=refund.institution_id,
        out_trade_no=refund.out_trade_no,
        payment_id=refund.payment_id,
        amount_fen=refund.beyond_fen if why == "beyond" else refund.amount_fen,
        why=why,
        said=refund.failure,
        noticed_at=now,
    )


def _write(refund: WeChatRefund, become: Callable[[WeChatRefund], WeChatRefund]) -> None:
    def attempt() -> None:
        was = refunds.get(refund.out_trade_no, refund.payment_id)
        refunds.change(was, become(was))

    transaction.retried(attempt)
