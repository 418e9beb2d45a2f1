"""A statement's lines and what became of each, in pieces."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from events import facts
from shared.dynamo import pages
from shared.dynamo.rows import Row, meta
from shared.kernel import clock
from shared.kernel.page import Page
from shared.reconciliation.model import BreakKind, Finding, Outcome, Result


class LinesRow(Row):
    """Some lines of a statement and what became of them. `planned`: they were looked at, and not all are booked yet."""

    Meta = meta("reconciliation")
    progress = UnicodeAttribute()
    results = UnicodeAttribute()


@dataclass(frozen=True)
class KeptLines:
    """Lines as they were kept; `done` when all of them were booked that can be."""

    results: Sequence[Result]
    done: bool


def find_lines(account_no: str, day: date, digest: str, number: int) -> KeptLines | None:
    """The `number`-th piece of a statement's lines, if it was begun."""
    try:
        row = LinesRow.get(*_lines_key(account_no, day, digest, number), consistent_read=True)
    except LinesRow.DoesNotExist:
        return None
    return KeptLines([_result(told) for told in json.loads(row.results)], row.progress == "done")


def put_lines(account_no: str, day: date, digest: str, number: int, kept: KeptLines) -> None:
    """Keep a piece of a statement's lines: how far it is."""
    told = json.dumps([asdict(result) for result in kept.results], ensure_ascii=False, default=_plain)
    progress = "done" if kept.done else "planned"
    LinesRow(*_lines_key(account_no, day, digest, number), progress=progress, results=told).save()


def list_lines(account_no: str, day: date, digest: str, *, limit: int, cursor: str | None) -> Page[Sequence[Result]]:
    """A statement's lines in their order, in the pieces that they are kept in."""
    starts = LinesRow.sk.startswith(f"{digest[:16]}#")
    pk = f"lines#{account_no}#{day.isoformat()}"
    page = pages.page(LinesRow, pk, limit=limit, cursor=cursor, keys=starts)
    return page.map(lambda row: [_result(told) for told in json.loads(row.results)])


def _lines_key(account_no: str, day: date, digest: str, number: int) -> tuple[str, str]:
    return f"lines#{account_no}#{day.isoformat()}", f"{digest[:16]}#{number:05d}"


def _plain(value: object) -> str:
    return clock.stored(value) if isinstance(value, datetime) else str(value)


def _result(told: Mapping[str, Any]) -> Result:
    line = {
        **told["line"],
        "booked_at": clock.read(told["line"]["booked_at"]),
        "value_on": date.fromisoformat(told["line"]["value_on"]),
    }
    finding = told["finding"]
    if finding is not None:
        day = date.fromisoformat(finding["day"])
        finding = Finding(**{**finding, "kind": BreakKind(finding["kind"]), "day": day})
    return Result(facts.StatementLine(**line), Outcome(told["outcome"]), finding)
