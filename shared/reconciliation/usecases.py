"""Reconciling a statement line by line, as far as it got before; what should have come; what people do with a break.

The statement is the authority: what it has and the ledger hasn't is booked now, as the bank's message would have been.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from events import facts
from shared.kernel import errors
from shared.kernel.ids import InstitutionId
from shared.reconciliation import breaks, rules, store
from shared.reconciliation.breaks import Tell
from shared.reconciliation.ledger import Ledger
from shared.reconciliation.model import (
    Booked,
    BreakKind,
    Custody,
    Finding,
    Outcome,
    Reconciled,
    Result,
)
from shared.reconciliation.store import KeptLines

LINES_AT_ONCE = 50


@dataclass(frozen=True)
class Reconciling:
    """What became of a statement or a notice. `repeated`: it had been reconciled before, and nothing was written."""

    matched: int = 0
    adopted: int = 0
    broken: int = 0
    findings: int = 0
    repeated: bool = False


def reconcile(*, statement: facts.Statement, file: str, ledger: Ledger, tell: Tell, now: datetime) -> Reconciling:
    """Hold a statement, or a notice, against the ledger; what differs is kept as breaks.

    The same statement again is the same result. One that has breaks is looked at again, another one of the same day
    takes its place. Raises Unavailable: then the next try goes on where this one was.
    """
    institution_id = ledger.institution_of(statement.account_no)
    refused = _refused(statement, institution_id)
    if refused is not None:
        breaks.keep(statement, None, [refused], tell, now)
        return Reconciling(findings=1)
    assert institution_id is not None
    digest = rules.digest(statement)
    before = store.find_statement(statement.account_no, statement.day) if statement.whole else None
    if before is not None and before.digest == digest and not before.findings:
        return Reconciling(before.matched, before.adopted, before.broken, repeated=True)
    results, booked = _lines(statement, digest, ledger)
    findings = [result.finding for result in results if result.finding is not None]
    counts = [rules.count(results, outcome) for outcome in Outcome]
    if statement.whole:
        custody = ledger.custody(statement.account_no, statement.day)
        findings += rules.whole(statement, store.find_last_before(statement.account_no, statement.day), custody)
        if custody.moves != rules.on_day(statement, booked):
            findings += rules.lacking(statement, ledger.list_moves(statement.account_no, statement.day))
        breaks.keep(statement, institution_id, findings, tell, now)
        _note(statement, institution_id, digest, file, before, custody, counts, len(findings), now)
    else:
        breaks.keep(statement, institution_id, findings, tell, now)
    return Reconciling(*counts, len(findings))


def _refused(statement: facts.Statement, institution_id: InstitutionId | None) -> Finding | None:
    """Why nothing of a statement can be held against the ledger."""
    place = (statement.account_no, statement.day, statement.statement_id)
    if institution_id is None:
        return Finding(BreakKind.UNKNOWN_ACCOUNT, *place, {"lines": len(statement.lines)})
    if statement.currency != rules.LEDGER_CURRENCY:
        return Finding(BreakKind.CURRENCY, *place, {"currency": statement.currency, "lines": len(statement.lines)})
    return None


def _lines(statement: facts.Statement, digest: str, ledger: Ledger) -> tuple[list[Result], dict[str, Booked]]:
    """What became of every line. Each piece is kept as soon as it is done: whoever comes again goes on behind it."""
    results: list[Result] = []
    booked: dict[str, Booked] = {}
    for start in range(0, len(statement.lines), LINES_AT_ONCE):
        number = start // LINES_AT_ONCE
        found = dict(ledger.find([line.bank_reference for line in statement.lines[start : start + LINES_AT_ONCE]]))
        results += _piece(statement, digest, number, found, ledger)
        booked |= found
    return results, booked


def _piece(
    statement: facts.Statement, digest: str, number: int, found: dict[str, Booked], ledger: Ledger
) -> list[Result]:
    """One piece of the lines. What is to be booked is kept before it is: else a second try would find it matched."""
    key = (statement.account_no, statement.day, digest, number)
    kept = store.find_lines(*key)
    adopted = {one.line.order for one in kept.results if one.outcome is Outcome.ADOPTED} if kept else set()
    start = number * LINES_AT_ONCE
    lines = statement.lines[start : start + LINES_AT_ONCE]
    seen = {line.bank_reference for line in statement.lines[:start]}
    results: list[Result] = []
    for line in lines:
        results.append(_beside(statement, line, found, adopted, seen=line.bank_reference in seen))
        seen.add(line.bank_reference)
    missing = {one.line.order for one in results if one.outcome is Outcome.ADOPTED and one.line.order not in adopted}
    missing |= {one.line.order for one in results if one.line.order in adopted and one.line.bank_reference not in found}
    if missing:
        store.put_lines(*key, KeptLines(results, done=False))
        results = [_book(statement, one, found, ledger) if one.line.order in missing else one for one in results]
    if kept is None or not kept.done or list(kept.results) != results:
        store.put_lines(*key, KeptLines(results, done=True))
    return results


def _beside(
    statement: facts.Statement, line: facts.StatementLine, found: Mapping[str, Booked], adopted: set[int], *, seen: bool
) -> Result:
    """What a line is by what is booked now: ADOPTED where it is still to be booked, or was by an earlier try."""
    finding = rules.before_booking(statement, line, seen=seen)
    booked = found.get(line.bank_reference)
    if finding is None and booked is not None:
        finding = rules.beside(statement, line, booked)
    if finding is not None:
        return Result(line, Outcome.BROKEN, finding)
    new = booked is None or line.order in adopted
    return Result(line, Outcome.ADOPTED if new else Outcome.MATCHED)


def _book(statement: facts.Statement, planned: Result, found: dict[str, Booked], ledger: Ledger) -> Result:
    line = planned.line
    try:
        booked = found[line.bank_reference] = ledger.book(statement, line)
    except errors.Unavailable:
        raise
    except errors.Refusal as refusal:
        return Result(line, Outcome.BROKEN, rules.not_bookable(statement, line, refusal.code))
    finding = rules.beside(statement, line, booked)
    return Result(line, Outcome.BROKEN if finding else Outcome.ADOPTED, finding)


def _note(
    statement: facts.Statement,
    institution_id: InstitutionId,
    digest: str,
    file: str,
    before: Reconciled | None,
    custody: Custody,
    counts: Sequence[int],
    findings: int,
    now: datetime,
) -> None:
    assert statement.opening_fen is not None
    assert statement.closing_fen is not None
    replaced = before.replaced if before else ()
    if before is not None and before.digest != digest:
        replaced = (*replaced, before.digest[:16])
    store.put_statement(
        Reconciled(
            account_no=statement.account_no,
            day=statement.day,
            institution_id=institution_id,
            digest=digest,
            file=file,
            statement_id=statement.statement_id,
            opening_fen=statement.opening_fen,
            closing_fen=statement.closing_fen,
            ledger_fen=custody.closing_fen,
            matched=counts[0],
            adopted=counts[1],
            broken=counts[2],
            findings=findings,
            reconciled_at=now,
            replaced=replaced,
        )
    )
