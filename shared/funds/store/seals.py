"""The days' seals, one item a day."""

import base64
from datetime import date
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.funds.seals import DaySeal
from shared.kernel import errors
from shared.kernel.page import Page

_PK = "seals"


class UnknownSeal(errors.Missing):
    code = "unknown_seal"
    zh = "这一天还没有留痕。"
    en = "The day isn't sealed."


class AlreadySealed(errors.Conflict):
    code = "already_sealed"
    zh = "这一天已经留痕。"
    en = "The day is sealed already."


class SealRow(Row):
    Meta = meta("funds")
    kind = UnicodeAttribute(default="seal")
    entries = NumberAttribute()
    previous_root = UnicodeAttribute()
    root = UnicodeAttribute()
    marks = UnicodeAttribute()
    sealed_at = Moment()
    public_key = UnicodeAttribute()
    signature = UnicodeAttribute()


def put(seal: DaySeal) -> None:
    """Keep a day's seal, once for ever. Raises AlreadySealed, Unavailable."""
    row = SealRow(
        _PK,
        seal.day.isoformat(),
        entries=seal.count,
        previous_root=seal.previous_root,
        root=seal.root,
        marks=base64.b64encode(seal.marks).decode(),
        sealed_at=seal.sealed_at,
        public_key=seal.public_key,
        signature=seal.signature,
    )
    transaction.commit([transaction.put_new(row, refused=AlreadySealed())])


def get(day: date) -> DaySeal:
    """A day's seal. Raises UnknownSeal."""
    try:
        return seal_of(SealRow.get(_PK, day.isoformat(), consistent_read=True))
    except SealRow.DoesNotExist:
        raise UnknownSeal() from None


def find_last() -> DaySeal | None:
    """The seal of the last day that has one."""
    rows = SealRow.query(_PK, scan_index_forward=False, limit=1, consistent_read=True)
    return next(map(seal_of, rows), None)


def list_days(*, limit: int, cursor: str | None) -> Page[DaySeal]:
    """The days' seals, newest first."""
    return pages.page(SealRow, _PK, limit=limit, cursor=cursor, backwards=True).map(seal_of)


def seal_of(row: Any) -> DaySeal:
    """The seal of a stored row."""
    return DaySeal(
        day=date.fromisoformat(row.sk),
        count=int(row.entries),
        previous_root=row.previous_root,
        root=row.root,
        marks=base64.b64decode(row.marks),
        sealed_at=row.sealed_at,
        public_key=row.public_key,
        signature=row.signature,
    )
