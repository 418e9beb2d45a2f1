"""Returns of money in suspense: what authorises that each is resolved once, and what of them waits for the bank."""

from collections.abc import Sequence
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.funds import model, refund_model
from shared.funds.store import entries
from shared.funds.suspense_model import ReturnStatus, SuspenseReturn
from shared.kernel import errors
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen

_SK, _WAITS = "return", "return_payment"
_OPEN = (ReturnStatus.HELD.value, ReturnStatus.INSTRUCTED.value)


class UnknownReturn(errors.Missing):
    code = "unknown_return"
    zh = "没有这笔待查款退回。"
    en = "There is no such return of money in suspense."


class ReturnOver(errors.Conflict):
    code = "return_over"
    zh = "该笔待查款退回已办结。"
    en = "This return of money in suspense is resolved already."


class ByWait(GlobalSecondaryIndex[Any]):
    """The index of refunds that wait: returns stand in it under a wait of their own."""

    class Meta:
        index_name = "by_refund_wait"
        projection = KeysOnlyProjection()

    refund_waits_for = UnicodeAttribute(hash_key=True)
    refund_waits_until = Moment(range_key=True)


class ReturnRow(Row):
    """`refund_waits_*` are gone when the bank has answered."""

    Meta = meta("funds")
    waits = ByWait()

    kind = UnicodeAttribute(default="return")
    refund_waits_for = UnicodeAttribute(null=True)
    refund_waits_until = Moment(null=True)
    institution = UnicodeAttribute()
    status = UnicodeAttribute()
    amount_fen = NumberAttribute()
    account_no = UnicodeAttribute()
    payee_name = UnicodeAttribute()
    payee_account_no = UnicodeAttribute()
    deposit = UnicodeAttribute()
    asked_at = Moment()
    failure = UnicodeAttribute(default="")


def put_new(one: SuspenseReturn) -> transaction.Part:
    """The part that opens a return; lost to one that was faster."""
    payment = one.payment
    row = ReturnRow(
        payment.payment_id,
        _SK,
        refund_waits_for=_WAITS,
        refund_waits_until=one.asked_at,
        institution=one.institution_id,
        status=one.status.value,
        amount_fen=payment.amount_fen,
        account_no=payment.from_account_no,
        payee_name=payment.payee_name,
        payee_account_no=payment.payee_account_no,
        deposit=payment.deposit_reference,
        asked_at=one.asked_at,
    )
    return transaction.put_new(row, refused=transaction.LostRace())


def end(one: SuspenseReturn, becomes: ReturnStatus, *, failure: str = "") -> transaction.Part:
    """The part that resolves a return, once."""
    actions = [
        ReturnRow.status.set(becomes.value),
        ReturnRow.failure.set(failure),
        ReturnRow.refund_waits_for.remove(),
        ReturnRow.refund_waits_until.remove(),
    ]
    row = ReturnRow(one.payment.payment_id, _SK)
    return transaction.update(row, actions, ReturnRow.status.is_in(*_OPEN), refused=ReturnOver())


def mark_instructed(one: SuspenseReturn) -> None:
    """The bank has accepted the instruction. Does nothing when its answer came first."""
    row = ReturnRow(one.payment.payment_id, _SK)
    actions = [
        ReturnRow.status.set(ReturnStatus.INSTRUCTED.value),
        ReturnRow.refund_waits_for.remove(),
        ReturnRow.refund_waits_until.remove(),
    ]
    held = ReturnRow.status == ReturnStatus.HELD.value
    try:
        transaction.commit([transaction.update(row, actions, held, refused=ReturnOver())])
    except ReturnOver:
        return


def find_with_entry(entry_key: tuple[str, str], payment_id: str) -> tuple[model.Entry | None, SuspenseReturn]:
    """An entry, if it is there, and a return as they stood at one moment. Raises UnknownReturn."""
    entry, row = transaction.read_together([(entries.EntryRow, *entry_key), (ReturnRow, payment_id, _SK)])
    if row is None:
        raise UnknownReturn()
    return entries.entry_of(entry) if entry else None, return_of(row)


def list_waiting() -> list[SuspenseReturn]:
    """Every return that the bank hasn't accepted yet, the longest waiting first."""
    return [one for one in get_many([row.pk for row in ReturnRow.waits.query(_WAITS)]) if one.status in _OPEN]


def get_many(payment_ids: Sequence[str]) -> list[SuspenseReturn]:
    """The returns with these ids, in the order of the ids."""
    keys = [(payment_id, _SK) for payment_id in payment_ids]
    found = {row.pk: row for row in ReturnRow.batch_get(keys, consistent_read=True)} if keys else {}
    return [return_of(found[pk]) for pk, _ in keys if pk in found]


def return_of(row: Any) -> SuspenseReturn:
    """The return of a stored row."""
    payment = refund_model.RefundPayment(
        payment_id=row.pk,
        amount_fen=Fen(int(row.amount_fen)),
        from_account_no=row.account_no,
        payee_name=row.payee_name,
        payee_account_no=row.payee_account_no,
        deposit_reference=row.deposit,
    )
    return SuspenseReturn(
        payment=payment,
        institution_id=InstitutionId(row.institution),
        status=ReturnStatus(row.status),
        asked_at=row.asked_at,
        failure=row.failure,
    )
