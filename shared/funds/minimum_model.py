"""A school's minimum balance (最低余额): what must be there, what is, what is on its way out. All in fen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import InstitutionId, WithdrawalId
from shared.kernel.money import Fen


@dataclass(frozen=True)
class MinimumBalance:
    """A school's minimum balance as the ledger has it: what a withdrawal is authorised against.

    `pending` is what each withdrawal keeps back until the bank has answered. `version` counts the entries that moved
    it, `turn` every change of it: what was decided on one turn commits on that turn or not at all. `requirements` and
    `requests` number the requirements that it has had and the withdrawals that were asked for; `asked` is the number
    of the withdrawal that waits for the bureau, 0 when none does; `short_since` the day since which it is too little.
    """

    institution_id: InstitutionId
    balance_fen: Fen = Fen(0)
    required_fen: Fen = Fen(0)
    pending: Mapping[str, Fen] = field(default_factory=dict)
    version: int = 0
    turn: int = 0
    requirements: int = 0
    requests: int = 0
    asked: int = 0
    short_since: date | None = None

    @property
    def pending_fen(self) -> Fen:
        """What is on its way out to the school."""
        return Fen(sum(self.pending.values()))

    @property
    def free_fen(self) -> Fen:
        """What may be withdrawn: the balance beyond what is required."""
        return Fen(max(self.balance_fen - self.required_fen, 0))


@dataclass(frozen=True)
class Formula:
    """How a requirement comes about: max(`floor_fen` by `size`, `percent` of `receipts_fen`).

    `receipts_fen` came in from the month `first_month` to `last_month` (`2026-06`), both included; empty for a school
    that is only beginning.
    """

    size: str
    floor_fen: Fen
    receipts_fen: Fen
    percent: int
    first_month: str
    last_month: str
    policy_version: str

    @property
    def share_fen(self) -> Fen:
        """The share of the receipts, rounded up to whole fen."""
        return Fen(-(-self.receipts_fen * self.percent // 100))

    @property
    def required_fen(self) -> Fen:
        """What must be in the account."""
        return Fen(max(self.floor_fen, self.share_fen))


@dataclass(frozen=True)
class Requirement:
    """What a school had to keep from `at` on, the `number`-th since it was registered, and why.

    `after_version` is the version of the balance that it was set at: every later entry was under it.
    """

    institution_id: InstitutionId
    number: int
    formula: Formula
    reason: str
    proposed_by: str
    approved_by: str
    at: datetime
    after_version: int = 0

    @property
    def required_fen(self) -> Fen:
        """What had to be in the account."""
        return self.formula.required_fen


@dataclass(frozen=True)
class Calculation:
    """What a school would have to keep by the formula, as it was worked out at a moment."""

    institution_id: InstitutionId
    formula: Formula
    at: datetime


@dataclass(frozen=True)
class MinimumDay:
    """How a minimum balance stood on a business day: its lowest and its last, and what was required at the day's end.

    `average_fen` is that of the days' last balances, from the month's beginning to this day. On the day on which a
    requirement is set the last balance counts as the lowest: it couldn't be there before.
    """

    institution_id: InstitutionId
    day: date
    lowest_fen: Fen
    closing_fen: Fen
    average_fen: Fen
    required_fen: Fen

    @property
    def counting_fen(self) -> Fen:
        """What counts for its level: topping up on the day of the check moves neither of the two."""
        return Fen(min(self.lowest_fen, self.average_fen))

    @property
    def short_fen(self) -> Fen:
        """How much was missing at the lowest."""
        return Fen(max(self.required_fen - self.lowest_fen, 0))


@dataclass(frozen=True)
class Shortfall:
    """A minimum balance that is too little (最低余额缺口), until the first day that it isn't any more.

    `short_fen` is what was missing when it was last checked; `due_on` the last day to make it up, assumed where no
    calendar is published yet.
    """

    institution_id: InstitutionId
    since: date
    short_fen: Fen
    due_on: date
    deadline_assumed: bool
    ended_on: date | None = None

    def is_overdue(self, on: date) -> bool:
        """Whether it should have been made up before this day."""
        return self.ended_on is None and self.due_on < on


class WithdrawalStatus(StrEnum):
    """requested → held → paid | failed; or refused by the bureau, or cancelled by the school."""

    REQUESTED = "requested"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    HELD = "held"
    PAID = "paid"
    FAILED = "failed"


WITHDRAWAL_NAMES: Mapping[WithdrawalStatus, tuple[str, str]] = {
    WithdrawalStatus.REQUESTED: ("待审批", "Requested"),
    WithdrawalStatus.REFUSED: ("不予办理", "Refused"),
    WithdrawalStatus.CANCELLED: ("已撤回", "Cancelled"),
    WithdrawalStatus.HELD: ("待银行支付", "Held"),
    WithdrawalStatus.PAID: ("已支付", "Paid"),
    WithdrawalStatus.FAILED: ("未能支付", "Failed"),
}


@dataclass(frozen=True)
class Withdrawal:
    """Money that a school wants back from its minimum balance (最低余额支取). The id never changes between tries."""

    withdrawal_id: WithdrawalId
    institution_id: InstitutionId
    number: int
    amount_fen: Fen
    from_account_no: str
    to_account_no: str
    reason: str
    requested_by: str
    requested_at: datetime
    status: WithdrawalStatus = WithdrawalStatus.REQUESTED
    decision_reason: str = ""
    ended_at: datetime | None = None
    bank_reference: str = ""
    failure: str = ""
