"""Statements (对账单): what money did, line by line, with the balance after each. Pure; all amounts in fen.

A line counts on the day of its booking or on that of its effect (`Basis`). What was booked late stands where it took
effect on the one, and where it became known on the other; both end with the same balance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.funds.model import Entry, EntryKind, State
from shared.funds.periods import Basis, day_of


class Ledger(StrEnum):
    """Which money of a school a statement is of: an account at the bank, or what waits to be paid to the school."""

    TUITION = "tuition"
    PAYABLE = "payable"
    MINIMUM_BALANCE = "minimum_balance"


_MINIMUM = frozenset({State.MINIMUM_BALANCE, State.MINIMUM_PENDING})
STATES = {
    Ledger.TUITION: frozenset(State) - {State.OUTSIDE} - _MINIMUM,
    Ledger.PAYABLE: frozenset({State.PAYABLE}),
    Ledger.MINIMUM_BALANCE: _MINIMUM,
}
OF_ENROLMENT = frozenset({State.HELD, State.REFUND_PENDING})
"""What is still hers: held, or on its way back to her."""

Position = tuple[date, datetime, str]
"""Where an entry stands in a statement: its day, its booking, its version, its key."""


@dataclass(frozen=True)
class Line:
    """An entry, what it brought and took, and the balance after it. An entry within the states brings and takes 0."""

    entry: Entry
    into_fen: int
    out_fen: int
    balance_fen: int


@dataclass(frozen=True)
class Statement:
    """opening + what came in − what went out = closing."""

    opening_fen: int
    lines: Sequence[Line]

    @property
    def into_fen(self) -> int:
        """All that came in."""
        return sum(line.into_fen for line in self.lines)

    @property
    def out_fen(self) -> int:
        """All that went out."""
        return sum(line.out_fen for line in self.lines)

    @property
    def closing_fen(self) -> int:
        """The balance at the end."""
        return self.lines[-1].balance_fen if self.lines else self.opening_fen


def position(entry: Entry, basis: Basis) -> Position:
    """Where an entry stands: by its day, on one day in the order of booking."""
    return day_of(entry, basis), entry.booked_at, entry.place


def line_of(entry: Entry, states: frozenset[State], *, before_fen: int, whole: bool = False) -> Line | None:
    """The line of an entry over the money in `states`, None when it doesn't change it.

    With `whole`, an entry that only moves money between the states is a line too, of 0.
    """
    moved = sum(amount for state, amount in entry.legs.items() if state in states)
    if not moved and not (whole and not states.isdisjoint(entry.legs)):
        return None
    return Line(entry, max(moved, 0), max(-moved, 0), before_fen + moved)


def build(entries: Iterable[Entry], *, states: frozenset[State], basis: Basis, whole: bool = False) -> Statement:
    """The statement of these entries from the beginning, over the money in `states`; `whole` as for `line_of`."""
    lines: list[Line] = []
    for entry in sorted(entries, key=lambda entry: position(entry, basis)):
        line = line_of(entry, states, before_fen=lines[-1].balance_fen if lines else 0, whole=whole)
        if line is not None:
            lines.append(line)
    return Statement(0, lines)


@dataclass(frozen=True)
class Standing:
    """How an enrolment's money stands: paid = held + refund_pending + released + refunded."""

    held_fen: int
    refund_pending_fen: int
    released_fen: int
    refunded_fen: int


def standing(entries: Iterable[Entry]) -> Standing:
    """How an enrolment's money stands after these entries of it."""
    held = pending = released = refunded = 0
    for entry in entries:
        held += entry.legs.get(State.HELD, 0)
        pending += entry.legs.get(State.REFUND_PENDING, 0)
        released += entry.legs.get(State.PAYABLE, 0)
        refunded += entry.legs.get(State.OUTSIDE, 0) if entry.kind is EntryKind.REFUND_PAID else 0
    return Standing(held, pending, released, refunded)
