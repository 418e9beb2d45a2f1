"""Where statements, their lines, breaks and files are kept. Keys are in this context's README."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from events import facts
from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import clock, errors
from shared.kernel.ids import BreakId, InstitutionId
from shared.kernel.page import Page
from shared.reconciliation.model import (
    Break,
    BreakKind,
    BreakState,
    Finding,
    Outcome,
    ReadFile,
    Reconciled,
    Result,
)

_ROWS_AT_ONCE = 100


class UnknownBreak(errors.Missing):
    code = "unknown_break"
    zh = "没有找到这项差异。"
    en = "There is no such break."


class BreakChanged(errors.Conflict):
    code = "break_changed"
    zh = "他人刚刚处理过这项差异，请刷新后再试。"
    en = "Somebody else has just changed this break. Reload and try again."


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


class LinesRow(Row):
    """Some lines of a statement and what became of them. `planned`: they were looked at, and not all are booked yet."""

    Meta = meta("reconciliation")
    progress = UnicodeAttribute()
    results = UnicodeAttribute()


class ByState(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_state"
        projection = KeysOnlyProjection()

    break_state = UnicodeAttribute(hash_key=True)
    found_at = Moment(range_key=True)


class BreakRow(Row):
    Meta = meta("reconciliation")
    states = ByState()

    break_state = UnicodeAttribute()
    found_at = Moment()
    break_kind = UnicodeAttribute()
    subject = UnicodeAttribute(default="")
    figures = UnicodeAttribute()
    institution = UnicodeAttribute(default="")
    owner = UnicodeAttribute(default="")
    reason = UnicodeAttribute(default="")
    changed_by = UnicodeAttribute(default="")
    changed_at = Moment(null=True)
    version = NumberAttribute(default=1)


class FileRow(Row):
    Meta = meta("reconciliation")
    name = UnicodeAttribute()
    received_at = Moment()
    statements = NumberAttribute()
    code = UnicodeAttribute(default="")
    figures = UnicodeAttribute(default="{}")


@dataclass(frozen=True)
class KeptLines:
    """Lines as they were kept; `done` when all of them were booked that can be."""

    results: Sequence[Result]
    done: bool


# statements


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


# lines


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


# breaks


def add_break(one: Break) -> bool:
    """Keep a new break, once; whether it is new."""
    try:
        _row_of(one).save(BreakRow.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def change_break(before: Break, after: Break) -> None:
    """Change a break that is still as it was read. Raises BreakChanged."""
    row = _row_of(after)
    same = (BreakRow.break_state == before.state.value) & (BreakRow.owner == before.owner)
    try:
        row.save(same & (BreakRow.reason == before.reason))
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        raise BreakChanged() from None


def get_break(account_no: str, day: date, break_id: str) -> Break:
    """A break. Raises UnknownBreak."""
    try:
        return _break(BreakRow.get(f"breaks#{account_no}", f"{day.isoformat()}#{break_id}", consistent_read=True))
    except BreakRow.DoesNotExist:
        raise UnknownBreak() from None


def list_breaks_of(account_no: str, day: date) -> list[Break]:
    """Every break of an account and a day, whatever became of it."""
    starts = BreakRow.sk.startswith(f"{day.isoformat()}#")
    return list(map(_break, BreakRow.query(f"breaks#{account_no}", starts, consistent_read=True)))


def list_breaks(state: BreakState, *, limit: int, cursor: str | None) -> Page[Break]:
    """The breaks in a state: those that are open, the oldest first; the others the newest first."""
    backwards = state is not BreakState.OPEN
    index = BreakRow.states
    page = pages.page(BreakRow, state.value, limit=limit, cursor=cursor, index=index, backwards=backwards)
    keys = [(row.pk, row.sk) for row in page.rows]
    found = {(row.pk, row.sk): _break(row) for row in BreakRow.batch_get(keys, consistent_read=True)} if keys else {}
    return Page([found[key] for key in keys if key in found], page.next_cursor)


def list_places_with_breaks() -> set[tuple[str, date]]:
    """The accounts and days that have a break which isn't resolved."""
    found = (row for state in ("open", "explained") for row in BreakRow.states.query(state))
    return {(row.pk.partition("#")[2], date.fromisoformat(row.sk.partition("#")[0])) for row in found}


def count_breaks(state: BreakState, *, at_most: int) -> int:
    """How many breaks are in a state; no more than `at_most` are counted."""
    return min(int(BreakRow.states.count(state.value, limit=at_most)), at_most)


def _row_of(one: Break) -> BreakRow:
    finding = one.finding
    return BreakRow(
        f"breaks#{finding.account_no}",
        f"{finding.day.isoformat()}#{one.break_id}",
        break_state=one.state.value,
        found_at=one.found_at,
        break_kind=finding.kind.value,
        subject=finding.subject,
        figures=json.dumps(dict(finding.figures), ensure_ascii=False),
        institution=one.institution_id or "",
        owner=one.owner,
        reason=one.reason,
        changed_by=one.changed_by,
        changed_at=one.changed_at,
    )


def _break(row: Any) -> Break:
    day, _, break_id = row.sk.partition("#")
    finding = Finding(
        kind=BreakKind(row.break_kind),
        account_no=row.pk.partition("#")[2],
        day=date.fromisoformat(day),
        subject=row.subject,
        figures=json.loads(row.figures),
    )
    return Break(
        break_id=BreakId(break_id),
        finding=finding,
        institution_id=InstitutionId(row.institution) if row.institution else None,
        found_at=row.found_at,
        state=BreakState(row.break_state),
        owner=row.owner,
        reason=row.reason,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
    )


# files


def find_file(digest: str) -> ReadFile | None:
    """A file that was read or refused before, by the digest of its bytes."""
    try:
        row = FileRow.get(f"file#{digest}", "file", consistent_read=True)
    except FileRow.DoesNotExist:
        return None
    return ReadFile(digest, row.name, row.received_at, int(row.statements), row.code, json.loads(row.figures))


def put_file(one: ReadFile) -> None:
    """Keep that a file was read."""
    FileRow(
        f"file#{one.digest}",
        "file",
        name=one.name,
        received_at=one.received_at,
        statements=one.statements,
        code=one.code,
        figures=json.dumps(dict(one.figures), ensure_ascii=False),
    ).save()
