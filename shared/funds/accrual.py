"""Interest accrues in the enrolment's own item: its balance × days (积数), moved on with every entry. Pure.

What an enrolment has in the bank's account is held + refund_pending; what is there at the end of a business day counts
for that day. Source: ACT/360 on the daily balance (practice).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from shared.funds.model import EnrolmentAccount, Entry, EntryKind, State
from shared.policy.interest import interest_terms, segments

FenDays = Mapping[date, int]


def moved_on(before: EnrolmentAccount, after: EnrolmentAccount, entries: Iterable[Entry]) -> EnrolmentAccount:
    """The account after these entries, with its days counted through the last of them.

    An entry that takes effect on an earlier day than the account is counted to changes the days since then.
    """
    balance, until = before.held_fen + before.refund_pending_fen, before.counted_until
    total = Counter(before.fen_days)
    for entry in entries:
        total.subtract(consumed(entry))
        moved = entry.legs.get(State.HELD, 0) + entry.legs.get(State.REFUND_PENDING, 0)
        if not moved:
            continue
        day = entry.effective_on
        until = until or day
        _add(total, balance, until, day)
        _add(total, moved, day, until)
        balance, until = balance + moved, max(day, until)
    return replace(after, fen_days=_kept(total), counted_until=until)


def consumed(entry: Entry) -> FenDays:
    """The fen × days that a credit of interest was for: they are credited, and count no more."""
    if entry.kind is not EntryKind.INTEREST_CREDIT:
        return {}
    return {date.fromisoformat(begins): count for begins, count in entry.figures.items()}


def counted(account: EnrolmentAccount, *, end: date) -> FenDays:
    """An account's fen × days by segment, with the days before `end` in it (and those that are counted beyond)."""
    total = Counter(account.fen_days)
    if account.counted_until is not None:
        _add(total, account.held_fen + account.refund_pending_fen, account.counted_until, end)
    return _kept(total)


def within(fen_days: FenDays, periods: Sequence[tuple[date, date]]) -> FenDays:
    """The segments that begin in one of these periods."""
    return {begins: count for begins, count in fen_days.items() if any(a <= begins < b for a, b in periods)}


def earned(fen_days: FenDays) -> Fraction:
    """What fen × days earn by the agreed rates, exactly, in fen. Raises NoAgreedRate."""
    return sum((count * daily_rate(begins) for begins, count in fen_days.items()), Fraction(0))


def daily_rate(day: date) -> Fraction:
    """What a fen earns on a day, in fen. Raises NoAgreedRate."""
    terms = interest_terms(on=day)
    return Fraction(terms.annual_rate_bp, 10_000 * terms.day_count)


def _add(total: Counter[date], balance: int, first: date, end: date) -> None:
    for begins, days in segments(first, end):
        total[begins] += balance * days


def _kept(total: Counter[date]) -> FenDays:
    return {begins: count for begins, count in sorted(total.items()) if count}
