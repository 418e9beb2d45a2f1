"""Stream records that couldn't be handled: kept whole, counted, shown in the console."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from shared.dynamo import pages
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel.page import Page


@dataclass(frozen=True)
class Parked:
    """A record that a function couldn't handle, and why."""

    function: str
    event_id: str
    reason: str
    record: Mapping[str, Any]
    parked_at: datetime


class ParkedRow(Row):
    Meta = meta("parked")
    function = UnicodeAttribute()
    reason = UnicodeAttribute()
    record = UnicodeAttribute()
    parked_at = Moment()


def park(function: str, record: Mapping[str, Any], reason: str, *, now: datetime) -> None:
    """Keep a record under its function and event id; the same one again is kept once."""
    row = ParkedRow(
        "parked",
        f"{function}#{record.get('eventID', 'unknown')}",
        function=function,
        reason=reason[:1000],
        record=json.dumps(record, ensure_ascii=False, default=str),
        parked_at=now,
    )
    row.save()


def list_parked(*, limit: int, cursor: str | None) -> Page[Parked]:
    """The parked records, function by function."""
    return pages.page(ParkedRow, "parked", limit=limit, cursor=cursor).map(_parked_of)


def count_parked(*, at_most: int) -> int:
    """How many records are parked; no more than `at_most` are counted."""
    return min(int(ParkedRow.count("parked", limit=at_most)), at_most)


def _parked_of(row: ParkedRow) -> Parked:
    event_id = row.sk.partition("#")[2]
    return Parked(row.function, event_id, row.reason, json.loads(row.record), row.parked_at)
