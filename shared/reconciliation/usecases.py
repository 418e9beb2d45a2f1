"""Reconciling a file's statements line by line, as far as it got before.

The statement is the authority: what it has and the ledger hasn't is booked now, as the bank's message would have been.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from events import facts
from shared.kernel import errors
from shared.kernel.ids import InstitutionId
from shared.reconciliation import breaks, rules
from shared.reconciliation.breaks import Tell
from shared.reconciliation.ledger import Ledger
from shared.reconciliation.model import Booked, BreakKind, Custody, Finding, Outcome, Reconciled, Result
from shared.reconciliation.store import breaks as break_store
from shared.reconciliation.store import lines as line_store
from shared.reconciliation.store import statements as statement_store

LINES_AT_ONCE = 50


@dataclass(frozen=True)
class Reconciling:
    """What became of a file: statements, those that came as before, their lines by outcome, what differs."""

    statements: int = 0
    repeated: int = 0
    matched: int = 0
    adopted: int = 0
    broken: int = 0
    findings: int = 0


@dataclass(frozen=True)
class _Around:
    """What is read once for all statements of a file. `quiet` are the balances of accounts that nothing moved in."""

    file: str
    ledger: Ledger
    institutions: Mapping[str, InstitutionId]
    kept: Mapping[tuple[str, date], Reconciled]
    with_breaks: frozenset[tuple[str, date]]
    quiet: Mapping[tuple[str, date], Custody]
    tell: Tell
    now: datetime

    def before(self, statement: facts.Statement) -> Reconciled | None:
        """The newest statement before this one, of the day before where there is one."""
        place = (statement.account_no, statement.day - timedelta(days=1))
        return self.kept.get(place) or statement_store.find_last_before(statement.account_no, statement.day)


def reconcile(
    *, statements: Sequence[facts.Statement], file: str, ledger: Ledger, tell: Tell, now: datetime
) -> Reconciling:
    """Hold the statements and notices of a file against the ledger; what differs is kept as breaks.

    The same statement again is the same result. One that has breaks is looked at again, another one of the same day
    takes its place. Raises Unavailable: then the next try goes on where this one was.
    """
    around = _look_around(statements, file, ledger, tell, now)
    done: dict[tuple[str, date], Reconciled] = {}
    figures = [0] * 4
    repeated = 0
    for statement in statements:
        results, findings, new = _reconcile(statement, around)
        repeated += statement.whole and new is None and not findings
        for number, outcome in enumerate(Outcome):
            figures[number] += rules.count(results, outcome)
        figures[3] += len(findings)
        if new is not None:
            done[new.account_no, new.day] = new
    statement_store.put_statements(list(done.values()))
    return Reconciling(len(statements), repeated, figures[0], figures[1], figures[2], figures[3])


def _look_around(
    statements: Sequence[facts.Statement], file: str, ledger: Ledger, tell: Tell, now: datetime
) -> _Around:
    institutions = ledger.institutions_of([statement.account_no for statement in statements])
    places = [(statement.account_no, statement.day) for statement in statements if statement.whole]
    wanted = [(account_no, day - timedelta(days=back)) for account_no, day in places for back in (0, 1)]
    quiet = [
        (statement.account_no, statement.day)
        for statement in statements
        if statement.whole and not statement.lines and statement.account_no in institutions
    ]
    return _Around(
        file=file,
        ledger=ledger,
        institutions=institutions,
        kept=statement_store.find_statements(wanted),
        with_breaks=frozenset(break_store.list_places_with_breaks()),
        quiet=ledger.custodies(quiet),
        tell=tell,
        now=now,
    )


def _reconcile(statement: facts.Statement, around: _Around) -> tuple[list[Result], list[Finding], Reconciled | None]:
    """What became of one statement's lines, what differs, and what is to be noted of it (nothing where it is known)."""
    institution_id = around.institutions.get(statement.account_no)
    refused = _refused(statement, institution_id)
    if refused is not None:
        breaks.note(refused, institution_id, around.tell, around.now)
        return [], [refused], None
    assert institution_id is not None
    digest = rules.digest(statement)
    place = (statement.account_no, statement.day)
    kept = around.kept.get(place) if statement.whole else None
    if kept is not None and kept.digest == digest and not kept.findings:
        return [], [], None
    results, booked = _lines(statement, digest, around.ledger)
    findings = [result.finding for result in results if result.finding is not None]
    new = None
    if statement.whole:
        custody = around.ledger.custody(*place) if statement.lines else around.quiet[place]
        findings += rules.whole(statement, around.before(statement), custody)
        if custody.moves != rules.on_day(statement, booked):
            findings += rules.lacking(statement, around.ledger.list_moves(*place))
        new = _noted(statement, institution_id, digest, kept, custody, results, len(findings), around)
    if findings or kept is not None or place in around.with_breaks:
        breaks.keep(statement, institution_id, findings, around.tell, around.now)
    return results, findings, new


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
    kept = line_store.find_lines(*key)
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
        line_store.put_lines(*key, line_store.KeptLines(results, done=False))
        results = [_book(statement, one, found, ledger) if one.line.order in missing else one for one in results]
    if kept is None or not kept.done or list(kept.results) != results:
        line_store.put_lines(*key, line_store.KeptLines(results, done=True))
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
        return Result(line, Outcome.BROKEN, rules.not_bookable(statement, line, refusal))
    finding = rules.beside(statement, line, booked)
    return Result(line, Outcome.BROKEN if finding else Outcome.ADOPTED, finding)


def _noted(
    statement: facts.Statement,
    institution_id: InstitutionId,
    digest: str,
    kept: Reconciled | None,
    custody: Custody,
    results: Sequence[Result],
    findings: int,
    around: _Around,
) -> Reconciled:
    assert statement.opening_fen is not None
    assert statement.closing_fen is not None
    replaced = kept.replaced if kept else ()
    if kept is not None and kept.digest != digest:
        replaced = (*replaced, kept.digest[:16])
    return Reconciled(
        account_no=statement.account_no,
        day=statement.day,
        institution_id=institution_id,
        digest=digest,
        file=around.file,
        statement_id=statement.statement_id,
        opening_fen=statement.opening_fen,
        closing_fen=statement.closing_fen,
        ledger_fen=custody.closing_fen,
        matched=rules.count(results, Outcome.MATCHED),
        adopted=rules.count(results, Outcome.ADOPTED),
        broken=rules.count(results, Outcome.BROKEN),
        findings=findings,
        reconciled_at=around.now,
        replaced=replaced,
    )
