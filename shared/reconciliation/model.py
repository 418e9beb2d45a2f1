"""Reconciliation (对账): each line of the bank's statements beside the ledger, and what differs. All amounts in fen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from events import facts
from shared.kernel.ids import BreakId, InstitutionId


class Outcome(StrEnum):
    """What became of a line: the ledger had it, it was booked from the statement, or it is a break."""

    MATCHED = "matched"
    ADOPTED = "adopted"
    BROKEN = "broken"


class BreakKind(StrEnum):
    """What differs. Those of a line, those of a statement as a whole, those of what should have come."""

    AMOUNT = "amount"
    ACCOUNT = "account"
    DAY = "day"
    CURRENCY = "currency"
    TWICE = "twice"
    NOT_BOOKABLE = "not_bookable"
    NOT_IN_STATEMENT = "not_in_statement"
    OPENING = "opening"
    ARITHMETIC = "arithmetic"
    CUSTODY = "custody"
    UNKNOWN_ACCOUNT = "unknown_account"
    UNREADABLE = "unreadable"
    MISSING = "missing"


class BreakState(StrEnum):
    """open → explained (known why, still different) → resolved (no longer different)."""

    OPEN = "open"
    EXPLAINED = "explained"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Booked:
    """A movement in an account at the bank as the ledger has it; negative when money left."""

    reference: str
    account_no: str
    amount_fen: int
    effective_on: date


@dataclass(frozen=True)
class Custody:
    """What the ledger says of an account at the end of a day, and the references of what moved on that day."""

    closing_fen: int
    moves: int


@dataclass(frozen=True)
class Finding:
    """A difference, where it was found. `subject` tells it from others of its kind: a reference, or a file."""

    kind: BreakKind
    account_no: str
    day: date
    subject: str = ""
    figures: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """A line and what became of it; `finding` where it is a break."""

    line: facts.StatementLine
    outcome: Outcome
    finding: Finding | None = None


@dataclass(frozen=True)
class Reconciled:
    """The statement of an account and a day, as it was last reconciled.

    `ledger_fen` is what the ledger had at the end of that day. `replaced` are the digests of earlier statements of the
    same day: it came again otherwise, as a correction.
    """

    account_no: str
    day: date
    institution_id: InstitutionId
    digest: str
    file: str
    statement_id: str
    opening_fen: int
    closing_fen: int
    ledger_fen: int
    matched: int
    adopted: int
    broken: int
    findings: int
    reconciled_at: datetime
    replaced: tuple[str, ...] = ()

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.matched + self.adopted + self.broken


@dataclass(frozen=True)
class Break:
    """A difference with somebody who sees to it. `owner` is a username, empty until somebody takes it."""

    break_id: BreakId
    finding: Finding
    institution_id: InstitutionId | None
    found_at: datetime
    state: BreakState = BreakState.OPEN
    owner: str = ""
    reason: str = ""
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True)
class ReadFile:
    """A file of the bank that was read, or refused with its `code` and the sentence's figures."""

    digest: str
    name: str
    received_at: datetime
    statements: int
    code: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)
