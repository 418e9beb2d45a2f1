"""Statements and trial balances of what is stored. None reads more than the days that it is asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.funds import periods, statements, trial_balance
from shared.funds.model import EnrolmentAccount, Entry, State
from shared.funds.periods import Basis, Period, Sums
from shared.funds.statements import Position, Statement
from shared.funds.store import days, entries, totals
from shared.funds.trial_balance import TrialBalance
from shared.kernel import errors
from shared.kernel.ids import InstitutionId

MOST_LINES = 5_000
_WEEK = timedelta(days=7)


class StatementTooLong(errors.Conflict):
    code = "statement_too_long"
    zh = "该期间超过 {most} 笔，请缩短期间。"
    en = "The period has more than {most} lines; choose a shorter one."


@dataclass(frozen=True)
class OfEnrolment:
    """An enrolment's statement up to a day, and how its money stood then."""

    statement: Statement
    standing: statements.Standing


@dataclass(frozen=True)
class OfSchool:
    """A page of a school's statement; `counted_through` is the booking of the last entry that the stream has counted.

    `next` is where the next page begins, None on the last.
    """

    statement: Statement
    counted_through: datetime | None
    next: Position | None = None


@dataclass(frozen=True)
class TrialBalances:
    """The trial balance of a period, and that of each of its days that anything moved on."""

    whole: TrialBalance
    days: Sequence[tuple[date, TrialBalance]]


def of_enrolment(account: EnrolmentAccount, *, until: date, basis: Basis) -> OfEnrolment:
    """An enrolment's statement from its first entry to the end of the day `until`."""
    found = [entry for entry in entries.list_of_enrolment(account) if entry.version <= account.version]
    counted = [entry for entry in found if periods.day_of(entry, basis) <= until]
    statement = statements.build(counted, states=statements.OF_ENROLMENT, basis=basis, whole=True)
    if len(counted) == len(found):
        assert statement.closing_fen == account.held_fen + account.refund_pending_fen, "a statement ends as stored"
    return OfEnrolment(statement, statements.standing(counted))


def of_school(institution_id: InstitutionId, *, states: frozenset[State], period: Period, basis: Basis) -> OfSchool:
    """A school's whole statement of a period, over its money in `states`. Raises StatementTooLong."""
    found = page_of_school(institution_id, states=states, period=period, basis=basis, limit=MOST_LINES)
    if found.next is not None:
        raise StatementTooLong(most=MOST_LINES)
    return found


def page_of_school(
    institution_id: InstitutionId,
    *,
    states: frozenset[State],
    period: Period,
    basis: Basis,
    limit: int,
    after: Position | None = None,
) -> OfSchool:
    """At most `limit` lines of a school's statement of a period, those that follow `after`.

    It opens with the balance before its first line: that before the line's day, which is stored, and the day's lines
    before it.
    """
    first = period.first if after is None else max(period.first, after[0])
    through = totals.get(institution_id).counted_through
    opening = days.before(institution_id, first, basis).net_fen(states)
    lines: list[statements.Line] = []
    for entry in _in_order(institution_id, first, period.end, basis):
        line = statements.line_of(entry, states, before_fen=lines[-1].balance_fen if lines else opening)
        if line is None:
            continue
        if after is not None and statements.position(entry, basis) <= after:
            opening = line.balance_fen
        elif len(lines) == limit:
            return OfSchool(Statement(opening, lines), through, statements.position(lines[-1].entry, basis))
        else:
            lines.append(line)
    return OfSchool(Statement(opening, lines), through)


def _in_order(institution_id: InstitutionId, first: date, end: date, basis: Basis) -> Iterator[Entry]:
    """A school's entries of a half-open period as its statement has them, read week by week."""
    while first < end:
        week = Period(first, min(first + _WEEK, end))
        found = list(totals.list_booked(institution_id, week))
        if basis is Basis.EFFECTIVE:
            found = [entry for entry in found if periods.day_of(entry, Basis.BOOKING) == entry.effective_on]
            found += totals.list_late(institution_id, week)
        yield from sorted(found, key=lambda entry: statements.position(entry, basis))
        first = week.end


def trial_balance_of(of: str, *, period: Period, basis: Basis) -> TrialBalances:
    """The trial balance of a school, or of the DISTRICT, over a period and on each day of it."""
    before = days.before(of, period.first, basis)
    moved = days.by_day(of, period, basis)
    whole = trial_balance.build(before, sum(moved.values(), Sums()))
    return TrialBalances(whole, list(trial_balance.by_day(before, moved)))
