"""Prepaid tuition in supervision: enrolments' accounts, and the entries that move money. All in fen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import (
    CourseId,
    EnrolmentId,
    GuardianId,
    InstitutionId,
    OfferingId,
    StudentId,
)
from shared.kernel.money import Fen


class State(StrEnum):
    """Where money stands. A leg adds to one state; `outside` is the world beyond the supervised accounts."""

    OUTSIDE = "outside"
    HELD = "held"
    PAYABLE = "payable"
    IN_TRANSIT = "in_transit"
    REFUND_PENDING = "refund_pending"
    SUSPENSE = "suspense"
    INTEREST = "interest"
    MINIMUM_BALANCE = "minimum_balance"
    MINIMUM_PENDING = "minimum_pending"


class EnrolmentStatus(StrEnum):
    """awaiting_deposit → active → completed, or refunding → refunded; expired if unpaid.

    in_arrears while the price isn't paid any more, because the bank has reversed a deposit.
    """

    AWAITING_DEPOSIT = "awaiting_deposit"
    ACTIVE = "active"
    IN_ARREARS = "in_arrears"
    COMPLETED = "completed"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    EXPIRED = "expired"


class EntryKind(StrEnum):
    """Why money moved."""

    DEPOSIT = "deposit"
    ALLOCATION = "allocation"
    REVERSAL = "reversal"
    RELEASE = "release"
    FINAL_RELEASE = "final_release"
    EXPIRY = "expiry"
    PAYOUT = "payout"
    SETTLEMENT = "settlement"
    FINAL_PAYOUT = "final_payout"
    RECALL = "recall"
    PAYOUT_RETURN = "payout_return"
    REFUND_HOLD = "refund_hold"
    REFUND_PAID = "refund_paid"
    REFUND_VOID = "refund_void"
    INTEREST_IN = "interest_in"
    INTEREST_CREDIT = "interest_credit"
    MINIMUM_DEPOSIT = "minimum_deposit"
    MINIMUM_HOLD = "minimum_hold"
    MINIMUM_PAID = "minimum_paid"
    MINIMUM_VOID = "minimum_void"
    MINIMUM_RETURN = "minimum_return"
    WITHDRAWAL = "withdrawal"


class SuspenseReason(StrEnum):
    """Why money couldn't be matched."""

    UNKNOWN_REFERENCE = "unknown_reference"
    TOO_MANY_NAMED = "too_many_named"
    WRONG_ACCOUNT = "wrong_account"
    EXPIRED = "expired"
    EXCESS = "excess"
    SPLIT = "split"
    UNINSTRUCTED = "uninstructed"


class Unmarked(StrEnum):
    """A lesson that wasn't taught: still to come, given back with a refund, or ended with an enrolment never paid."""

    SCHEDULED = "scheduled"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class EnrolmentAccount:
    """One enrolment and its money: paid + interest = held + released + refund_pending + refunded.

    `version` counts the entries that changed it, and `seal` is the last one's. `refunds_pending` is what each payment
    of a refund keeps back until the bank has answered. `bank_references` are those of its deposits, of reversals and of
    refunds that were paid; `<reference>#<number>` is a numbered move of a deposit (DepositHistory). `taken_back_fen` is
    what reversals took of released lessons and isn't paid again, `missing_fen` what they couldn't take back because it
    had been refunded. `consent_version` is the text under which the guardian's consent stood at the sale, empty where
    that wasn't noted.

    It is taught in its class from the session `first_session` on: after a transfer, not from the first.

    `interest_fen` is all interest that was credited to it, `interest_held_fen` the part of it that is held for the
    guardian. `fen_days` (积数) is what it had in the bank's account, held or pending, times the days that it was there,
    by the first day of the segment (shared/policy/interest.py); the days before `counted_until` are in it.
    """

    enrolment_id: EnrolmentId
    institution_id: InstitutionId
    course_id: CourseId
    offering_id: OfferingId
    guardian_id: GuardianId
    student_id: StudentId
    category: str
    account_no: str
    terms_hash: str
    policy_version: str
    price_fen: Fen
    lessons: int
    starts_on: date
    made_at: datetime
    expires_at: datetime
    status: EnrolmentStatus = EnrolmentStatus.AWAITING_DEPOSIT
    paid_fen: Fen = Fen(0)
    held_fen: Fen = Fen(0)
    released_fen: Fen = Fen(0)
    lessons_released: int = 0
    refunded_fen: Fen = Fen(0)
    lessons_refunded: int = 0
    refunds_pending: Mapping[str, Fen] = field(default_factory=dict)
    taken_back_fen: Fen = Fen(0)
    missing_fen: Fen = Fen(0)
    interest_fen: Fen = Fen(0)
    interest_held_fen: Fen = Fen(0)
    fen_days: Mapping[date, int] = field(default_factory=dict)
    counted_until: date | None = None
    version: int = 0
    seal: str = ""
    bank_references: tuple[str, ...] = ()
    first_session: int = 1
    consent_version: str = ""

    @property
    def owes(self) -> bool:
        """Whether it takes deposits."""
        return self.status in (EnrolmentStatus.AWAITING_DEPOSIT, EnrolmentStatus.IN_ARREARS)

    @property
    def due_fen(self) -> Fen:
        """What is still to be paid."""
        return Fen(self.price_fen - self.paid_fen if self.owes else 0)

    @property
    def lessons_left(self) -> int:
        """Lessons of the contract that are neither released nor refunded."""
        return self.lessons - self.lessons_released - self.lessons_refunded

    @property
    def refund_pending_fen(self) -> Fen:
        """What is on its way back to the payers."""
        return Fen(sum(self.refunds_pending.values()))

    @property
    def tuition_held_fen(self) -> Fen:
        """What is held for lessons: all that is held but the guardian's interest."""
        return Fen(self.held_fen - self.interest_held_fen)

    @property
    def over(self) -> bool:
        """Whether nothing more is taught under it or paid for it."""
        return self.status in (EnrolmentStatus.COMPLETED, EnrolmentStatus.REFUNDED, EnrolmentStatus.EXPIRED)

    @property
    def open(self) -> bool:
        """Whether it still holds a seat and may hold money."""
        return self.owes or self.status is EnrolmentStatus.ACTIVE

    @property
    def seated(self) -> bool:
        """Whether a seat of its class is its own: until it expires, or its refund is held."""
        return self.open or self.status is EnrolmentStatus.COMPLETED

    @property
    def unmarked(self) -> Unmarked:
        """What its lessons are that no teacher has marked."""
        if self.open:
            return Unmarked.SCHEDULED
        return Unmarked.REFUNDED if self.lessons_refunded else Unmarked.CANCELLED

    @property
    def payment_reference(self) -> str:
        """What the payer writes into the remittance text: the 26 characters of the id."""
        return self.enrolment_id.removeprefix("enr_")


_AFTER = {
    EntryKind.PAYOUT: 1,
    EntryKind.REFUND_HOLD: 1,
    EntryKind.SETTLEMENT: 2,
    EntryKind.RECALL: 2,
    EntryKind.FINAL_PAYOUT: 2,
    EntryKind.REFUND_PAID: 2,
    EntryKind.REFUND_VOID: 2,
    EntryKind.PAYOUT_RETURN: 3,
}
"""Which kinds follow others when both are booked at one moment and belong to no enrolment, whose version says it."""

BY_SILENCE = "auto_confirmed"
"""The reason of a release whose lesson was confirmed by the guardian's silence."""


@dataclass(frozen=True)
class Entry:
    """A movement of money, written once. Its key (`pk`, `sk`) is its permanent idempotency record.

    `version` is the enrolment account's version after it; `digest` tells whether a repeated command is the same;
    `seal` makes an alteration seen (shared/funds/chain.py). A `correction` takes effect on a day that was closed when
    it was booked (rules.dated).
    """

    pk: str
    sk: str
    kind: EntryKind
    institution_id: InstitutionId
    account_no: str
    legs: Mapping[State, int]
    reference: str
    digest: str
    booked_at: datetime
    effective_on: date
    enrolment_id: EnrolmentId | None = None
    version: int = 0
    reason: str = ""
    payer: str = ""
    payer_account_no: str = ""
    figures: Mapping[str, int] = field(default_factory=dict)
    correction: bool = False
    seal: str = ""

    def __post_init__(self) -> None:
        if sum(self.legs.values()) != 0 or not all(type(amount) is int for amount in self.legs.values()):
            raise AssertionError(f"legs of {self.key} don't sum to 0 in whole fen: {self.legs}")

    @property
    def key(self) -> str:
        """Both keys in one text."""
        return f"{self.pk}/{self.sk}"

    @property
    def place(self) -> str:
        """Where it stands among entries of one moment: an enrolment's by version, a payout's before its answers."""
        after = 0 if self.enrolment_id else _AFTER.get(self.kind, 0)
        return f"{after}{self.version:08d}#{self.key}"


@dataclass(frozen=True)
class Posting:
    """What became of a command: `duplicate` when it had been posted before."""

    duplicate: bool
    entry: Entry
