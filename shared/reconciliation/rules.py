"""What a line is beside the ledger, and what a statement must add up to. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple

from events import facts
from shared.kernel import errors, ids
from shared.kernel.ids import BreakId
from shared.reconciliation.model import (
    Booked,
    Break,
    BreakKind,
    BreakState,
    Custody,
    Finding,
    Outcome,
    Reconciled,
    Result,
)

LEDGER_CURRENCY = "CNY"
MOST_REASON = 200


class BreakOver(errors.Conflict):
    code = "break_over"
    zh = "该差异已解决。"
    en = "The break is resolved already."


class ReasonMissing(errors.Invalid):
    code = "break_reason_missing"
    zh = "请填写说明（至多 {most} 字）。"
    en = "Say why, in {most} characters at most."


def digest(statement: facts.Statement) -> str:
    """What tells a statement from another of its account and day, whatever file it came in."""
    return hashlib.sha256("\x1f".join(map(str, astuple(statement))).encode()).hexdigest()


def break_id(finding: Finding) -> BreakId:
    """The id that always belongs to the same difference, so that it is kept once however often it is found."""
    told = (finding.account_no, finding.day.isoformat(), finding.kind, finding.subject)
    return BreakId(ids.derived("brk", *told))


def before_booking(statement: facts.Statement, line: facts.StatementLine, *, seen: bool) -> Finding | None:
    """Why a line can't even be looked for in the ledger: another currency, a reference that came before in the file."""
    if line.currency != LEDGER_CURRENCY:
        return _of_line(BreakKind.CURRENCY, statement, line, {"currency": line.currency})
    if seen:
        return _of_line(BreakKind.TWICE, statement, line, {"order": line.order})
    return None


def beside(statement: facts.Statement, line: facts.StatementLine, booked: Booked) -> Finding | None:
    """What differs between a line and what the ledger has under its reference."""
    if booked.account_no != statement.account_no:
        return _of_line(BreakKind.ACCOUNT, statement, line, {"ledger_account": booked.account_no})
    if booked.amount_fen != line.amount_fen:
        return _of_line(BreakKind.AMOUNT, statement, line, {"ledger_fen": booked.amount_fen})
    if statement.closing_fen is not None and booked.effective_on != statement.day:
        return _of_line(BreakKind.DAY, statement, line, {"ledger_day": booked.effective_on.isoformat()})
    return None


def not_bookable(statement: facts.Statement, line: facts.StatementLine, refusal: errors.Refusal) -> Finding:
    """A line that the ledger has not, and refuses, with its reason."""
    reason = {"reason_zh": refusal.sentence("zh"), "reason_en": refusal.sentence("en")}
    return _of_line(BreakKind.NOT_BOOKABLE, statement, line, {"code": refusal.code, **reason})


def whole(statement: facts.Statement, previous: Reconciled | None, custody: Custody) -> list[Finding]:
    """What a statement doesn't add up to: the day before's closing, its own lines, the ledger."""
    opening, closing = statement.opening_fen, statement.closing_fen
    assert opening is not None
    assert closing is not None
    moved = sum(line.amount_fen for line in statement.lines if line.currency == LEDGER_CURRENCY)
    found = []
    if previous is not None and previous.closing_fen != opening:
        figures = {"previous_closing_fen": previous.closing_fen, "opening_fen": opening}
        found.append(Finding(BreakKind.OPENING, statement.account_no, statement.day, "", figures))
    if opening + moved != closing:
        figures = {"opening_fen": opening, "lines_fen": moved, "closing_fen": closing}
        found.append(Finding(BreakKind.ARITHMETIC, statement.account_no, statement.day, "", figures))
    if custody.closing_fen != closing:
        figures = {"ledger_fen": custody.closing_fen, "closing_fen": closing}
        found.append(Finding(BreakKind.CUSTODY, statement.account_no, statement.day, "", figures))
    return found


def lacking(statement: facts.Statement, on_day: Sequence[Booked]) -> list[Finding]:
    """What the ledger has on the day of a statement which doesn't have it."""
    told = {line.bank_reference for line in statement.lines}
    return [
        Finding(
            BreakKind.NOT_IN_STATEMENT,
            statement.account_no,
            statement.day,
            booked.reference,
            {"ledger_fen": booked.amount_fen, "reference": booked.reference},
        )
        for booked in on_day
        if booked.reference not in told
    ]


def on_day(statement: facts.Statement, booked: Mapping[str, Booked]) -> int:
    """How many of the movements of its lines the ledger has in this account on this day."""
    return sum(one.account_no == statement.account_no and one.effective_on == statement.day for one in booked.values())


def count(results: Sequence[Result], outcome: Outcome) -> int:
    """How many lines came to this."""
    return sum(result.outcome is outcome for result in results)


def _of_line(
    kind: BreakKind, statement: facts.Statement, line: facts.StatementLine, figures: Mapping[str, int | str]
) -> Finding:
    told = {"reference": line.bank_reference, "statement_fen": line.amount_fen, **figures}
    subject = f"{line.bank_reference}#{line.order}" if kind is BreakKind.TWICE else line.bank_reference
    return Finding(kind, statement.account_no, statement.day, subject, told)


def check_open(one: Break) -> None:
    """Raises BreakOver when nothing is to be done any more."""
    if one.state is BreakState.RESOLVED:
        raise BreakOver()


def reason_of(text: str) -> str:
    """A reason that says something. Raises ReasonMissing."""
    told = text.strip()
    if not 0 < len(told) <= MOST_REASON:
        raise ReasonMissing(pointer="/reason", most=MOST_REASON)
    return told
