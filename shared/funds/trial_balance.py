"""The trial balance (试算平衡): every state's opening, debits, credits and closing. Pure; all amounts in fen.

Signs are an accountant's: what the bank keeps (`outside`) is an asset, what is owed to somebody is a liability. A
credit (贷方) adds to what is owed, a debit (借方) takes from it, and each entry has as much of the one as of the other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from shared.funds.model import State
from shared.funds.periods import Sums


@dataclass(frozen=True)
class Row:
    """One state, or all of them together. closing = opening − debits + credits."""

    opening_fen: int
    debit_fen: int
    credit_fen: int

    @property
    def closing_fen(self) -> int:
        """What stands in it at the end."""
        return self.opening_fen - self.debit_fen + self.credit_fen


@dataclass(frozen=True)
class TrialBalance:
    """The states of a school or of the district over a period. `entries` is how many moved them in it."""

    rows: Mapping[State, Row]
    entries: int

    @property
    def total(self) -> Row:
        """All states together: it opens and closes with 0, and has as many debits as credits."""
        found = self.rows.values()
        return Row(
            sum(row.opening_fen for row in found),
            sum(row.debit_fen for row in found),
            sum(row.credit_fen for row in found),
        )

    @property
    def balanced(self) -> bool:
        """Whether it does."""
        total = self.total
        return total.opening_fen == 0 and total.closing_fen == 0


def build(before: Sums, within: Sums) -> TrialBalance:
    """The trial balance of what moved before a period and within it."""
    rows = {
        state: Row(before.of(state).net_fen, within.of(state).out_fen, within.of(state).into_fen) for state in State
    }
    return TrialBalance(rows, within.entries)


def by_day(before: Sums, days: Mapping[date, Sums]) -> Iterator[tuple[date, TrialBalance]]:
    """The trial balance of each of some days, after what moved before the first of them."""
    for day in sorted(days):
        yield day, build(before, days[day])
        before += days[day]
