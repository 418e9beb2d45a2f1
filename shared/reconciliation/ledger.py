"""What reconciling asks of the ledger, which is another context: a function brings it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from events import facts
from shared.kernel.ids import InstitutionId
from shared.reconciliation.model import Booked, Custody


class Ledger(Protocol):
    """The ledger as reconciling needs it; a function brings it."""

    def institutions_of(self, account_nos: Sequence[str]) -> Mapping[str, InstitutionId]:
        """Whose supervised accounts these are; one that is nobody's isn't in the answer."""

    def find(self, references: Sequence[str]) -> Mapping[str, Booked]:
        """What is booked under these references of the bank."""

    def book(self, statement: facts.Statement, line: facts.StatementLine) -> Booked:
        """Book what a line tells. Raises what the ledger refuses, Unavailable."""

    def custody(self, account_no: str, day: date) -> Custody:
        """What an account holds at the end of a day."""

    def custodies(self, places: Sequence[tuple[str, date]]) -> Mapping[tuple[str, date], Custody]:
        """The same of many accounts and days, as far as the totals have counted."""

    def list_moves(self, account_no: str, day: date) -> Sequence[Booked]:
        """Every movement of an account that takes effect on a day."""
