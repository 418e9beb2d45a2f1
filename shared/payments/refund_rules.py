"""What becomes of a refund at WeChat: pure decisions. It moves no money of the ledger: the bank has paid it already."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from shared.kernel import clock
from shared.kernel.money import Fen
from shared.payments.model import PaymentOrder
from shared.payments.refund_model import RefundState, RefundStatus, RefundTold, WeChatRefund
from shared.payments.rules import PaymentDiffers

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=15), timedelta(hours=4)
_A_DAY = timedelta(days=1)
_MOST_FAILURE = 100

NEXT: dict[RefundStatus, tuple[RefundStatus, ...]] = {
    RefundStatus.PREPARED: (
        RefundStatus.PROCESSING,
        RefundStatus.SUCCESS,
        RefundStatus.ABNORMAL,
        RefundStatus.CLOSED,
    ),
    RefundStatus.PROCESSING: (RefundStatus.SUCCESS, RefundStatus.ABNORMAL, RefundStatus.CLOSED),
    RefundStatus.ABNORMAL: (RefundStatus.SUCCESS, RefundStatus.CLOSED),
    RefundStatus.SUCCESS: (),
    RefundStatus.CLOSED: (),
}
"""Which status may follow which; what WeChat tells late or out of order changes nothing."""

_OF: dict[RefundState, RefundStatus] = {state: RefundStatus(state.value.lower()) for state in RefundState}


def begun(order: PaymentOrder, *, payment_id: str, paid_fen: Fen, arrives_by: date, now: datetime) -> WeChatRefund:
    """A new refund of what the bank has paid to WeChat for a payment of ours, of an order that was settled."""
    amount = Fen(max(min(paid_fen, order.amount_fen - order.refunded_fen), 0))
    made = WeChatRefund(
        enrolment_id=order.enrolment_id,
        order_number=order.number,
        payment_id=payment_id,
        institution_id=order.institution_id,
        out_trade_no=order.out_trade_no,
        total_fen=order.amount_fen,
        amount_fen=amount,
        beyond_fen=Fen(paid_fen - amount),
        made_at=now,
        arrives_by=arrives_by,
        look_at=now,
    )
    return made if amount else replace(made, status=RefundStatus.CLOSED, ended_at=now)


def tried(refund: WeChatRefund, *, now: datetime) -> WeChatRefund:
    """Noted before WeChat is asked. The waits are 15 minutes, then twice as long each time, 4 hours at most."""
    wait = min(FIRST_WAIT * 2 ** min(refund.tries, 10), LONGEST_WAIT)
    slow = refund.status is RefundStatus.ABNORMAL
    return replace(refund, tries=refund.tries + 1, look_at=now + (_A_DAY if slow else wait))


def failed(refund: WeChatRefund, why: str) -> WeChatRefund:
    """WeChat doesn't take it as things are (its balance isn't there yet, say): it is asked again."""
    return replace(refund, failure=why[:_MOST_FAILURE])


def check(refund: WeChatRefund, told: RefundTold, *, mch_id: str) -> None:
    """Hold what WeChat tells to what was asked. Raises PaymentDiffers."""
    pairs: list[tuple[str, object, object]] = [
        ("refund mchid", mch_id, told.mch_id or mch_id),
        ("refund order", refund.out_trade_no, told.out_trade_no),
        ("refund total", int(refund.total_fen), told.total_fen),
        ("refund amount", int(refund.amount_fen), told.amount_fen),
        ("refund id", refund.wechat_refund_id or told.wechat_refund_id, told.wechat_refund_id),
    ]
    for what, agreed, said in pairs:
        if agreed != said or not said:
            raise PaymentDiffers(what=what, agreed=agreed, told=said)


def learn(refund: WeChatRefund, told: RefundTold, *, now: datetime) -> WeChatRefund:
    """A refund after WeChat has told how it stands, which was checked."""
    becomes = _OF[told.state]
    if becomes not in NEXT[refund.status]:
        return refund
    after = replace(refund, status=becomes, wechat_refund_id=told.wechat_refund_id, failure="", tries=0)
    if becomes in (RefundStatus.SUCCESS, RefundStatus.CLOSED):
        return replace(after, ended_at=told.ended_at or now)
    return replace(after, look_at=now + FIRST_WAIT)


def stuck(refund: WeChatRefund, *, now: datetime) -> str:
    """Why the bureau must see to it: `abnormal`, `closed`, `beyond`, `late`; empty where nobody must."""
    if refund.status in (RefundStatus.ABNORMAL, RefundStatus.CLOSED):
        return "beyond" if not refund.amount_fen else refund.status.value
    if refund.beyond_fen and refund.status is RefundStatus.PREPARED and not refund.tries:
        return "beyond"
    late = clock.business_day(now) > refund.arrives_by and not refund.over
    return "late" if late else ""
