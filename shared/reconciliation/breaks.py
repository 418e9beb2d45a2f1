"""Breaks (差异): kept once, with an owner; what should have come; what people of the bureau do with them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from events import facts
from shared.kernel.ids import BreakId, InstitutionId
from shared.reconciliation import rules
from shared.reconciliation.ledger import Ledger
from shared.reconciliation.model import Break, BreakKind, BreakState, Finding, Reconciled
from shared.reconciliation.store import breaks as break_store
from shared.reconciliation.store import statements as statement_store

SYSTEM = "system"
NO_ACCOUNT = "none"  # a file that couldn't be read is of no account
_SETTLED_BY_ITSELF = "对账一致 agrees with the bank now"
_ARRIVED = "对账单已到 the statement has come"
_ENDED = "账户已终止 the account has ended"

Tell = Callable[[Break], object]
"""Is told of each break that is open, before it is kept and whenever it is found again."""


def keep(
    statement: facts.Statement,
    institution_id: InstitutionId | None,
    findings: Sequence[Finding],
    tell: Tell,
    now: datetime,
) -> None:
    """Keep what differs; what doesn't any more resolves itself (after a notice, only what the notice tells of)."""
    known = {one.break_id: one for one in break_store.list_breaks_of(statement.account_no, statement.day)}
    found = {rules.break_id(finding): finding for finding in findings}
    for finding in found.values():
        _found(finding, institution_id, known, tell, now)
    told = {line.bank_reference for line in statement.lines}
    for one in known.values():
        of_this = statement.whole or one.finding.subject in told
        if one.break_id not in found and of_this and one.state is not BreakState.RESOLVED:
            reason = _ARRIVED if one.finding.kind is BreakKind.MISSING else _SETTLED_BY_ITSELF
            _change(one, BreakState.RESOLVED, reason=reason, by=SYSTEM, now=now)


def _found(
    finding: Finding,
    institution_id: InstitutionId | None,
    known: Mapping[BreakId, Break],
    tell: Tell,
    now: datetime,
) -> bool:
    """Keep a difference as a break; whether it is new. One that was resolved is open again."""
    one = Break(rules.break_id(finding), finding, institution_id, found_at=now)
    before = known.get(one.break_id)
    if before is not None and before.state is not BreakState.RESOLVED:
        return False
    tell(one)
    if before is None:
        return break_store.add_break(one)
    break_store.change_break(before, replace(one, owner=before.owner))
    return True


def note(finding: Finding, institution_id: InstitutionId | None, tell: Tell, now: datetime) -> bool:
    """Keep one difference as a break; whether it is new."""
    known = {one.break_id: one for one in break_store.list_breaks_of(finding.account_no, finding.day)}
    return _found(finding, institution_id, known, tell, now)


def refuse_file(
    *, name: str, code: str, figures: Mapping[str, int | str], day: date, tell: Tell, now: datetime
) -> None:
    """Keep that a file couldn't be read, as a break that somebody must see to."""
    note(Finding(BreakKind.UNREADABLE, NO_ACCOUNT, day, name, {"code": code, **figures}), None, tell, now)


def expect(
    *,
    accounts: Mapping[str, InstitutionId],
    begun: Mapping[str, date],
    ended: Mapping[str, date],
    last: date,
    days: int,
    tell: Tell,
    now: datetime,
) -> dict[str, int]:
    """Find the accounts that lack the statement of one of the `days` days up to `last`; how many are new.

    Of an account that has `begun` on a known day, each day from that one on is expected. Of any other a day before its
    first statement isn't; of one that never had one, the last day is. No day is after an account has `ended`.
    """
    wanted = [last - timedelta(days=back) for back in range(days)]
    there = statement_store.find_statements([(account_no, day) for account_no in accounts for day in wanted])
    missing = 0
    for account_no, institution_id in accounts.items():
        until = ended.get(account_no, last)
        lacking = [day for day in wanted if day <= until and (account_no, day) not in there]
        if not lacking:
            continue
        since = begun.get(account_no)
        first = None if since else statement_store.find_first(account_no)
        for day in lacking:
            if day >= since if since else day > first if first else day == last:
                finding = Finding(BreakKind.MISSING, account_no, day)
                missing += note(finding, institution_id, tell, now)
    return {"expected": len(wanted) * len(accounts), "missing": missing}


def look_again(*, ledger: Ledger, ended: Mapping[str, date], at_most: int, now: datetime) -> int:
    """Resolve the open breaks of balances that agree by now, and of days on which an account had `ended`; how many."""
    resolved = 0
    for one in break_store.list_breaks(BreakState.OPEN, limit=at_most, cursor=None).rows:
        reason = _why_resolved(one.finding, ended, ledger)
        if reason:
            _change(one, BreakState.RESOLVED, reason=reason, by=SYSTEM, now=now)
            resolved += 1
    return resolved


def _why_resolved(finding: Finding, ended: Mapping[str, date], ledger: Ledger) -> str:
    """Why a break is none any more; nothing where it still is."""
    if finding.kind is BreakKind.MISSING:
        return _ENDED if finding.day > ended.get(finding.account_no, date.max) else ""
    kept = statement_store.find_statement(finding.account_no, finding.day)
    return _SETTLED_BY_ITSELF if kept is not None and _agrees(finding.kind, kept, ledger) else ""


def _agrees(kind: BreakKind, kept: Reconciled, ledger: Ledger) -> bool:
    if kind is BreakKind.CUSTODY:
        return ledger.custody(kept.account_no, kept.day).closing_fen == kept.closing_fen
    previous = statement_store.find_last_before(kept.account_no, kept.day) if kind is BreakKind.OPENING else None
    return previous is not None and previous.closing_fen == kept.opening_fen


def take(*, account_no: str, day: date, break_id: str, owner: str, by: str, now: datetime) -> Break:
    """Give a break to somebody. Raises UnknownBreak, BreakOver, BreakChanged."""
    before = break_store.get_break(account_no, day, break_id)
    rules.check_open(before)
    after = replace(before, owner=owner, changed_by=by, changed_at=now)
    break_store.change_break(before, after)
    return after


def settle(
    *, account_no: str, day: date, break_id: str, becomes: BreakState, reason: str, by: str, now: datetime
) -> Break:
    """Explain a break, or resolve it, with a reason. Raises UnknownBreak, BreakOver, ReasonMissing, BreakChanged."""
    before = break_store.get_break(account_no, day, break_id)
    rules.check_open(before)
    return _change(before, becomes, reason=rules.reason_of(reason), by=by, now=now)


def _change(before: Break, becomes: BreakState, *, reason: str, by: str, now: datetime) -> Break:
    owner = before.owner or (by if by != SYSTEM else "")
    after = replace(before, state=becomes, owner=owner, reason=reason, changed_by=by, changed_at=now)
    break_store.change_break(before, after)
    return after
