"""Where payment orders are kept. Keys are in this context's README."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import clock, errors
from shared.kernel.ids import EnrolmentId, InstitutionId
from shared.kernel.money import Fen
from shared.payments import model, rules


class UnknownPaymentOrder(errors.Missing):
    code = "unknown_payment_order"
    zh = "没有找到这笔缴费订单。"
    en = "There is no such payment order."


class ByWait(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_wait"
        projection = KeysOnlyProjection()

    waits_for = UnicodeAttribute(hash_key=True)
    waits_until = Moment(range_key=True)


class PaymentOrderRow(Row):
    """`waits_for` and `waits_until` are there only while it waits for something."""

    Meta = meta("payments")
    waiting = ByWait()
    institution_id = UnicodeAttribute()
    account_no = UnicodeAttribute()
    amount_fen = NumberAttribute()
    description = UnicodeAttribute()
    made_at = Moment()
    expires_at = Moment()
    look_at = Moment()
    status = UnicodeAttribute()
    transaction_id = UnicodeAttribute(default="")
    paid_at = Moment(null=True)
    settle_by = UnicodeAttribute(null=True)
    bank_reference = UnicodeAttribute(default="")
    settled_at = Moment(null=True)
    settled_fen = NumberAttribute(default=0)
    suspense_fen = NumberAttribute(default=0)
    differs = UnicodeAttribute(default="")
    refunded_fen = NumberAttribute(default=0)
    edits = NumberAttribute()
    waits_for = UnicodeAttribute(null=True)
    waits_until = Moment(null=True)


def add(order: model.PaymentOrder, *, after: model.PaymentOrder | None) -> None:
    """Keep a new order, if nobody has begun it meanwhile and the one before it is still over. Raises LostRace."""
    parts = [transaction.put_new(_row(order), refused=transaction.LostRace())]
    if after is not None:
        unchanged = PaymentOrderRow.edits == after.edits
        key = PaymentOrderRow(after.enrolment_id, _sk(after.number))
        parts.append(transaction.check(key, unchanged, refused=transaction.LostRace()))
    transaction.commit(parts)


class SettledRow(Row):
    """Which order a deposit of the bank's settled, by the bank's reference."""

    Meta = meta("payments")
    out_trade_no = UnicodeAttribute()


def changed(before: model.PaymentOrder, after: model.PaymentOrder) -> list[transaction.Part]:
    """The part that writes an order that is still as it was read, if it is another now. Else LostRace."""
    if after == before:
        return []
    row = _row(replace(after, edits=before.edits + 1))
    return [transaction.put_if(row, PaymentOrderRow.edits == before.edits, refused=transaction.LostRace())]


def change(before: model.PaymentOrder, after: model.PaymentOrder) -> model.PaymentOrder:
    """Write an order that is still as it was read; what is written. Raises LostRace."""
    if after == before:
        return before
    parts = changed(before, after)
    if after.bank_reference != before.bank_reference:
        settled = SettledRow(_deposit(after.bank_reference), "order", out_trade_no=after.out_trade_no)
        parts.append(transaction.put(settled))
    transaction.commit(parts)
    return replace(after, edits=before.edits + 1)


def find(enrolment_id: EnrolmentId, number: int) -> model.PaymentOrder | None:
    """An order of an enrolment, if there is one."""
    try:
        return _order(PaymentOrderRow.get(enrolment_id, _sk(number), consistent_read=True))
    except PaymentOrderRow.DoesNotExist:
        return None


def get(out_trade_no: str) -> model.PaymentOrder:
    """The order that WeChat knows by a number of ours. Raises UnknownPaymentOrder."""
    named = rules.named_by(out_trade_no)
    order = find(*named[0]) if len(named) == 1 else None
    if order is None or order.out_trade_no != out_trade_no:
        raise UnknownPaymentOrder()
    return order


def find_by_deposit(bank_reference: str) -> model.PaymentOrder | None:
    """The order that a deposit settled; None where none was."""
    try:
        return get(SettledRow.get(_deposit(bank_reference), "order").out_trade_no)
    except SettledRow.DoesNotExist:
        return None


def find_last(enrolment_id: EnrolmentId) -> model.PaymentOrder | None:
    """The newest order of an enrolment."""
    orders = PaymentOrderRow.sk.startswith("order#")
    rows = PaymentOrderRow.query(enrolment_id, orders, scan_index_forward=False, limit=1, consistent_read=True)
    return next(map(_order, rows), None)


def list_of(enrolment_id: EnrolmentId) -> list[model.PaymentOrder]:
    """Every order of an enrolment, newest first."""
    rows = PaymentOrderRow.query(enrolment_id, PaymentOrderRow.sk.startswith("order#"), scan_index_forward=False)
    return list(map(_order, rows))


def list_waiting(waits_for: model.Waits, *, until: datetime, at_most: int) -> list[model.PaymentOrder]:
    """The orders that are to be looked at by a moment, the longest waiting first."""
    due = PaymentOrderRow.waits_until <= until.astimezone(UTC)
    keys = [(row.pk, row.sk) for row in PaymentOrderRow.waiting.query(waits_for.value, due, limit=at_most)]
    found = {(row.pk, row.sk): row for row in PaymentOrderRow.batch_get(keys, consistent_read=True)} if keys else {}
    orders = [_order(found[key]) for key in keys if key in found]
    return [order for order in orders if order.waits_for is waits_for]


def _deposit(bank_reference: str) -> str:
    return f"deposit#{bank_reference}"


def _sk(number: int) -> str:
    return f"order#{number:02d}"


def _waits_until(order: model.PaymentOrder) -> datetime | None:
    if order.waits_for is model.Waits.SETTLEMENT:
        assert order.settle_by is not None
        return max(clock.end_of(order.settle_by), order.look_at)
    return order.look_at if order.waits_for else None


def _row(order: model.PaymentOrder) -> PaymentOrderRow:
    return PaymentOrderRow(
        order.enrolment_id,
        _sk(order.number),
        institution_id=order.institution_id,
        account_no=order.account_no,
        amount_fen=order.amount_fen,
        description=order.description,
        made_at=order.made_at,
        expires_at=order.expires_at,
        look_at=order.look_at,
        status=order.status.value,
        transaction_id=order.transaction_id,
        paid_at=order.paid_at,
        settle_by=order.settle_by.isoformat() if order.settle_by else None,
        bank_reference=order.bank_reference,
        settled_at=order.settled_at,
        settled_fen=order.settled_fen,
        suspense_fen=order.suspense_fen,
        differs=order.differs,
        refunded_fen=order.refunded_fen,
        edits=order.edits,
        waits_for=order.waits_for.value if order.waits_for else None,
        waits_until=_waits_until(order),
    )


def _order(row: Any) -> model.PaymentOrder:
    return model.PaymentOrder(
        enrolment_id=EnrolmentId(row.pk),
        number=int(row.sk.removeprefix("order#")),
        institution_id=InstitutionId(row.institution_id),
        account_no=row.account_no,
        amount_fen=Fen(int(row.amount_fen)),
        description=row.description,
        made_at=row.made_at,
        expires_at=row.expires_at,
        look_at=row.look_at,
        status=model.Status(row.status),
        transaction_id=row.transaction_id,
        paid_at=row.paid_at,
        settle_by=date.fromisoformat(row.settle_by) if row.settle_by else None,
        bank_reference=row.bank_reference,
        settled_at=row.settled_at,
        settled_fen=Fen(int(row.settled_fen)),
        suspense_fen=Fen(int(row.suspense_fen)),
        differs=row.differs,
        refunded_fen=Fen(int(row.refunded_fen)),
        edits=int(row.edits),
    )
