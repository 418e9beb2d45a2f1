"""Where refunds at WeChat are kept, beside their orders."""

from dataclasses import replace
from datetime import UTC, date, datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId, InstitutionId
from shared.kernel.money import Fen
from shared.payments import rules
from shared.payments.refund_model import RefundStatus, WeChatRefund
from shared.payments.store import ByWait

_WAITS = "refund"


class UnknownWeChatRefund(errors.Missing):
    code = "unknown_wechat_refund"
    zh = "没有找到这笔微信退款。"
    en = "There is no such refund at WeChat."


class AlreadyBegun(errors.Conflict):
    """It was begun already, as it should be."""

    code = "wechat_refund_begun"
    zh = "这笔微信退款已经登记。"
    en = "This refund at WeChat is there already."


class WeChatRefundRow(Row):
    """`waits_for` and `waits_until` are there only while WeChat is to be asked about it."""

    Meta = meta("payments")
    waiting = ByWait()
    order_number = NumberAttribute()
    institution_id = UnicodeAttribute()
    out_trade_no = UnicodeAttribute()
    total_fen = NumberAttribute()
    amount_fen = NumberAttribute()
    beyond_fen = NumberAttribute(default=0)
    made_at = Moment()
    arrives_by = UnicodeAttribute()
    look_at = Moment()
    status = UnicodeAttribute()
    wechat_refund_id = UnicodeAttribute(default="")
    ended_at = Moment(null=True)
    tries = NumberAttribute(default=0)
    failure = UnicodeAttribute(default="")
    edits = NumberAttribute()
    waits_for = UnicodeAttribute(null=True)
    waits_until = Moment(null=True)


def added(refund: WeChatRefund) -> transaction.Part:
    """The part that keeps a new refund. Else AlreadyBegun."""
    return transaction.put_new(_row(refund), refused=AlreadyBegun())


def change(before: WeChatRefund, after: WeChatRefund) -> WeChatRefund:
    """Write a refund that is still as it was read; what is written. Raises LostRace."""
    if after == before:
        return before
    after = replace(after, edits=before.edits + 1)
    unchanged = WeChatRefundRow.edits == before.edits
    transaction.commit([transaction.put_if(_row(after), unchanged, refused=transaction.LostRace())])
    return after


def find(enrolment_id: EnrolmentId, payment_id: str) -> WeChatRefund | None:
    """The refund at WeChat of a payment, of an enrolment that an order was for; if there is one."""
    try:
        return _refund(WeChatRefundRow.get(enrolment_id, _sk(payment_id), consistent_read=True))
    except WeChatRefundRow.DoesNotExist:
        return None


def get(out_trade_no: str, payment_id: str) -> WeChatRefund:
    """The refund of an order that WeChat knows by a number of ours. Raises UnknownWeChatRefund."""
    named = rules.named_by(out_trade_no)
    found = find(named[0][0], payment_id) if len(named) == 1 and payment_id else None
    if found is None or found.out_trade_no != out_trade_no:
        raise UnknownWeChatRefund()
    return found


def list_of(enrolment_id: EnrolmentId) -> dict[str, WeChatRefund]:
    """The refunds at WeChat of an enrolment's orders, by the payment's id."""
    rows = WeChatRefundRow.query(enrolment_id, WeChatRefundRow.sk.startswith(_sk("")))
    return {one.payment_id: one for one in map(_refund, rows)}


def list_due(*, until: datetime, at_most: int) -> list[WeChatRefund]:
    """The refunds that WeChat is to be asked about by a moment, the longest waiting first."""
    due = WeChatRefundRow.waits_until <= until.astimezone(UTC)
    keys = [(row.pk, row.sk) for row in WeChatRefundRow.waiting.query(_WAITS, due, limit=at_most)]
    rows = WeChatRefundRow.batch_get(keys, consistent_read=True) if keys else ()
    found = {(row.pk, row.sk): _refund(row) for row in rows}
    return [found[key] for key in keys if key in found and not found[key].over]


def _sk(payment_id: str) -> str:
    return f"refund#{payment_id}"


def _row(refund: WeChatRefund) -> WeChatRefundRow:
    row = WeChatRefundRow(
        refund.enrolment_id,
        _sk(refund.payment_id),
        order_number=refund.order_number,
        institution_id=refund.institution_id,
        out_trade_no=refund.out_trade_no,
        total_fen=refund.total_fen,
        amount_fen=refund.amount_fen,
        beyond_fen=refund.beyond_fen,
        made_at=refund.made_at,
        arrives_by=refund.arrives_by.isoformat(),
        look_at=refund.look_at,
        status=refund.status.value,
        wechat_refund_id=refund.wechat_refund_id,
        ended_at=refund.ended_at,
        tries=refund.tries,
        failure=refund.failure,
        edits=refund.edits,
    )
    if not refund.over:
        row.waits_for, row.waits_until = _WAITS, refund.look_at
    return row


def _refund(row: WeChatRefundRow) -> WeChatRefund:
    return WeChatRefund(
        enrolment_id=EnrolmentId(row.pk),
        order_number=int(row.order_number),
        payment_id=row.sk.removeprefix(_sk("")),
        institution_id=InstitutionId(row.institution_id),
        out_trade_no=row.out_trade_no,
        total_fen=Fen(int(row.total_fen)),
        amount_fen=Fen(int(row.amount_fen)),
        beyond_fen=Fen(int(row.beyond_fen)),
        made_at=row.made_at,
        arrives_by=date.fromisoformat(row.arrives_by),
        look_at=row.look_at,
        status=RefundStatus(row.status),
        wechat_refund_id=row.wechat_refund_id,
        ended_at=row.ended_at,
        tries=int(row.tries),
        failure=row.failure,
        edits=int(row.edits),
    )
