"""Payouts: released money on its way to a school."""

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.funds import model, payout_model
from shared.funds.store import entries, waits
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId, PayoutId
from shared.kernel.money import Fen
from shared.kernel.page import Page

_OPEN = (
    payout_model.PayoutStatus.BUILT,
    payout_model.PayoutStatus.SENT,
    payout_model.PayoutStatus.PARTLY,
    payout_model.PayoutStatus.RECALLING,
)


class UnknownPayout(errors.Missing):
    code = "unknown_payout"
    zh = "没有这个划拨批次。"
    en = "There is no such payout."


class TotalsBehind(errors.Unavailable):
    code = "totals_behind"
    zh = "上一批划拨尚未入汇总，本批稍后再建。"
    en = "The totals haven't counted the last payout yet; this one is built later."


class PayoutRow(Row):
    Meta = meta("funds")
    kind = UnicodeAttribute(default="payout")
    amount_fen = NumberAttribute()
    from_account_no = UnicodeAttribute()
    to_account_no = UnicodeAttribute()
    status = UnicodeAttribute()
    built_at = Moment()
    tries = NumberAttribute(default=0)
    settled_at = Moment(null=True)
    settled_fen = NumberAttribute(default=0)
    returned_fen = NumberAttribute(default=0)
    bank_references = UnicodeAttribute(default="")
    reason = UnicodeAttribute(default="")
    version = NumberAttribute(default=0)
    waits_for = UnicodeAttribute(null=True)
    waits_by = UnicodeAttribute(null=True)


def id_of(institution_id: InstitutionId, number: int) -> PayoutId:
    """The id of a school's n-th payout: it can't come out differently on a second try."""
    return PayoutId(f"pay_{institution_id.removeprefix('ins_')}{number:06d}")


def place_of(payout_id: str) -> tuple[InstitutionId, int]:
    """The school and the number that a payout's id is made of. Raises UnknownPayout."""
    pk, number = _key(payout_id)
    return InstitutionId(pk.removeprefix("payouts#")), int(number)


def _key(payout_id: str) -> tuple[str, str]:
    if len(payout_id) != 36 or not payout_id.startswith("pay_") or not payout_id[30:].isdigit():
        raise UnknownPayout()
    return f"payouts#ins_{payout_id[4:30]}", payout_id[30:]


def _wait(payout: payout_model.Payout) -> waits.Wait | None:
    """What a payout waits for: that the bank pays it, or that somebody sees to it."""
    if payout.status is payout_model.PayoutStatus.FAILED:
        return waits.Wait.PAYOUT_FAILED
    return waits.Wait.PAYOUT if payout.status in _OPEN else None


def build(payout: payout_model.Payout) -> transaction.Part:
    """The part that makes a school's next payout; refused while the one with this number exists."""
    wait = _wait(payout)
    row = PayoutRow(
        *_key(payout.payout_id),
        amount_fen=payout.amount_fen,
        from_account_no=payout.from_account_no,
        to_account_no=payout.to_account_no,
        status=payout.status.value,
        built_at=payout.built_at,
        settled_at=payout.settled_at,
        settled_fen=payout.settled_fen,
        bank_references="\n".join(payout.bank_references),
        waits_for=wait.value if wait else None,
        waits_by=clock.stored(payout.built_at) if wait else None,
    )
    return transaction.put_new(row, refused=TotalsBehind())


def change(before: payout_model.Payout, after: payout_model.Payout) -> transaction.Part:
    """The part that moves a payout on, if nothing has happened to it since it was read."""
    assert 0 <= after.returned_fen <= after.settled_fen <= after.amount_fen, "no more than the payout's amount"
    actions: list[Action] = [
        PayoutRow.status.set(after.status.value),
        PayoutRow.tries.set(after.tries),
        PayoutRow.settled_fen.set(after.settled_fen),
        PayoutRow.returned_fen.set(after.returned_fen),
        PayoutRow.bank_references.set("\n".join(after.bank_references)),
        PayoutRow.reason.set(after.reason),
        PayoutRow.version.set(before.version + 1),
    ]
    if _wait(after) is not _wait(before):
        actions += waits.setting(PayoutRow, _wait(after), after.built_at)
    if after.settled_at is not None:
        actions.append(PayoutRow.settled_at.set(after.settled_at))
    row = PayoutRow(*_key(before.payout_id))
    return transaction.update(row, actions, PayoutRow.version == before.version, refused=transaction.LostRace())


def mark_sent(payout: payout_model.Payout) -> None:
    """The bank has accepted the instruction. Does nothing when the bank's answer came first."""
    sent = replace(payout, status=payout_model.PayoutStatus.SENT, tries=payout.tries + 1)
    with contextlib.suppress(transaction.LostRace):
        transaction.commit([change(payout, sent)])


def read_with_entry(entry_key: tuple[str, str], payout_id: str) -> tuple[model.Entry | None, payout_model.Payout]:
    """An entry, if it is there, and a payout as they stood at one moment. Raises UnknownPayout."""
    entry, row = transaction.read_together([(entries.EntryRow, *entry_key), (PayoutRow, *_key(payout_id))])
    if row is None:
        raise UnknownPayout()
    return entries.entry_of(entry) if entry else None, payout_of(row)


def exists(payout_id: str) -> bool:
    """Whether there is such a payout."""
    row = transaction.read_together([(PayoutRow, *_key(payout_id))])[0]
    return row is not None


def get(payout_id: str) -> payout_model.Payout:
    """A payout. Raises UnknownPayout."""
    return read_with_entry(("none", "none"), payout_id)[1]


def find_last(institution_id: InstitutionId) -> payout_model.Payout | None:
    """A school's newest payout."""
    rows = PayoutRow.query(f"payouts#{institution_id}", scan_index_forward=False, limit=1, consistent_read=True)
    return next(map(payout_of, rows), None)


def list_last(counted: Mapping[InstitutionId, int]) -> list[payout_model.Payout]:
    """The newest payout of each of these schools that has one, by how many of its payouts the totals have counted.

    The next one isn't built before the last is counted, so no school is more than one ahead of its totals.
    """
    keys = [(f"payouts#{iid}", f"{number:06d}") for iid, last in counted.items() for number in (last, last + 1)]
    rows = PayoutRow.batch_get(keys, consistent_read=True) if keys else []
    newest = {found.institution_id: found for found in sorted(map(payout_of, rows), key=lambda found: found.number)}
    return [newest[institution_id] for institution_id in counted if institution_id in newest]


def list_of(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[payout_model.Payout]:
    """A school's payouts, newest first."""
    page = pages.page(PayoutRow, f"payouts#{institution_id}", limit=limit, cursor=cursor, backwards=True)
    return page.map(payout_of)


def payout_of(row: Any) -> payout_model.Payout:
    """The payout of a stored row."""
    institution_id = InstitutionId(row.pk.removeprefix("payouts#"))
    return payout_model.Payout(
        payout_id=id_of(institution_id, int(row.sk)),
        institution_id=institution_id,
        number=int(row.sk),
        amount_fen=Fen(int(row.amount_fen)),
        from_account_no=row.from_account_no,
        to_account_no=row.to_account_no,
        status=payout_model.PayoutStatus(row.status),
        built_at=row.built_at,
        tries=int(row.tries),
        settled_at=row.settled_at,
        settled_fen=Fen(int(row.settled_fen)),
        returned_fen=Fen(int(row.returned_fen)),
        bank_references=tuple(row.bank_references.split("\n")) if row.bank_references else (),
        reason=row.reason,
        version=int(row.version),
    )
