"""Where the bank's payments back to WeChat meet the refunds there: what begins one, what is told of it, and to whom."""

from functions.edge import logs, payment_orders, telling, wiring
from shared.alerts import usecases as alerts
from shared.funds import payment_answers
from shared.funds import queries as funds
from shared.funds.model import Entry, EntryKind
from shared.messages import usecases as messages
from shared.payments import refund_usecases, rules
from shared.payments.refund_model import RefundStatus, RefundTold, WeChatRefund
from shared.policy import queries as policies


def follow_entry(entry: Entry) -> bool:
    """Begin to pass on what the bank has paid back to WeChat; whether it was begun now. Raises Unavailable."""
    if entry.kind is not EntryKind.REFUND_PAID:
        return False
    payment, now = payment_answers.payment_of(entry), wiring.now()
    return refund_usecases.begin(
        payment_id=payment.payment_id,
        deposit_reference=payment.deposit_reference,
        paid_fen=payment.amount_fen,
        tell=tell,
        policy=policies.in_force(at=now),
        now=now,
    )


def hear(told: RefundTold) -> bool:
    """Note what a callback tells of a refund; whether it was new. What differs is told to the bureau.

    Raises UnknownWeChatRefund, PaymentDiffers, Unavailable.
    """
    try:
        return refund_usecases.hear(told=told, mch_id=wiring.wechat_pay().merchant.mch_id, tell=tell, now=wiring.now())
    except rules.PaymentDiffers as differs:
        payment_orders.tell_difference(told.out_trade_no, **_named(differs))
        raise


def look_after(refund: WeChatRefund) -> bool:
    """Ask WeChat for one refund, or about it; whether anything was new. Raises PaymentDiffers, Unavailable."""
    try:
        return refund_usecases.look_after(refund=refund, wechat=wiring.wechat_pay(), tell=tell, now=wiring.now())
    except rules.PaymentDiffers as differs:
        payment_orders.tell_difference(refund.out_trade_no, **_named(differs))
        raise


def tell(refund: WeChatRefund) -> None:
    """Tell the bureau of a refund that is stuck, and the guardian of one that has reached her. Raises Unavailable."""
    now = wiring.now()
    stuck = refund_usecases.stuck(refund, now=now)
    if stuck is not None:
        alerts.consider(fact=stuck, policy=policies.in_force(at=now))
        logs.tell("wechat_refund_stuck", payment_id=refund.payment_id, why=stuck.why)
    if refund.status is RefundStatus.SUCCESS:
        account = funds.get_account(refund.enrolment_id)
        arrived = telling.refund_arrived(account, payment_id=refund.payment_id, amount_fen=refund.amount_fen, now=now)
        messages.post(message=arrived)


def _named(differs: rules.PaymentDiffers) -> dict[str, str]:
    return {name: str(figure) for name, figure in differs.figures.items()}
