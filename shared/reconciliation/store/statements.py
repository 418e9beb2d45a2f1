"""How the statement of each account and day was reconciled."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel.ids import InstitutionId
from shared.kernel.page import Page
from shared.reconciliation.model import Reconciled

_ROWS_AT_ONCE = 100


class StatementRow(Row):
    Meta = meta("reconciliation")
    institution = UnicodeAttribute()
    digest = UnicodeAttribute()
    file = UnicodeAttribute()
    statement_id = UnicodeAttribute()
    opening_fen = NumberAttribute()
    closing_fen = NumberAttribute()
    ledger_fen = NumberAttribute()
    matched = NumberAttribute()
    adopted = NumberAttribute()
    broken = NumberAttribute()
    findings = NumberAttribute()
    reconciled_at = Moment()
    replaced = UnicodeAttribute(default="")


def find_statement(account_no: str, day: date) -> Reconciled | None:
    """What was reconciled of an account and a day."""
    return find_statements([(account_no, day)]).get((account_no, day))


def find_statements(wanted: Sequence[tuple[str, date]]) -> dict[tuple[str, date], Reconciled]:
    """What was reconciled of these accounts and days."""
    keys = [(f"statements#{account_no}", day.isoformat()) for account_no, day in wanted]
    rows = StatementRow.batch_get(keys, consistent_read=True) if keys else ()
    found = map(_reconciled, rows)
    return {(one.account_no, one.day): one for one in found}


def find_last_before(account_no: str, day: date) -> Reconciled | None:
    """The newest statement of an account of an earlier day."""
    rows = StatementRow.query(
        f"statements#{account_no}",
        StatementRow.sk < day.isoformat(),
        scan_index_forward=False,
        limit=1,
        consistent_read=True,
    )
    return next(map(_reconciled, rows), None)


def find_first(account_no: str) -> date | None:
    """The day of an account's first statement."""
    rows = StatementRow.query(f"statements#{account_no}", limit=1, consistent_read=True)
    return next((date.fromisoformat(row.sk) for row in rows), None)


def list_statements(account_no: str, *, limit: int, cursor: str | None) -> Page[Reconciled]:
    """An account's statements, newest first."""
    page = pages.page(StatementRow, f"statements#{account_no}", limit=limit, cursor=cursor, backwards=True)
    return page.map(_reconciled)


def put_statements(several: Sequence[Reconciled]) -> None:
    """Keep how statements were reconciled, in the place of how they were before."""
    for start in range(0, len(several), _ROWS_AT_ONCE):
        transaction.commit([transaction.put(_statement_row(one)) for one in several[start : start + _ROWS_AT_ONCE]])


def _statement_row(one: Reconciled) -> StatementRow:
    told = {name: value for name, value in asdict(one).items() if name not in ("account_no", "day", "institution_id")}
    told |= {"institution": one.institution_id, "replaced": ",".join(one.replaced)}
    return StatementRow(f"statements#{one.account_no}", one.day.isoformat(), **told)


def _reconciled(row: Any) -> Reconciled:
    figures = ("opening_fen", "closing_fen", "ledger_fen", "matched", "adopted", "broken", "findings")
    return Reconciled(
        account_no=row.pk.partition("#")[2],
        day=date.fromisoformat(row.sk),
        institution_id=InstitutionId(row.institution),
        digest=row.digest,
        file=row.file,
        statement_id=row.statement_id,
        reconciled_at=row.reconciled_at,
        replaced=tuple(filter(None, row.replaced.split(","))),
        **{name: int(getattr(row, name)) for name in figures},
    )
