"""Prepaid tuition in supervision: enrolments' accounts, entries that move money, payouts, totals. All in fen."""

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
    PayoutId,
    RefundId,
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


class PayoutStatus(StrEnum):
    """built → sent → settled | partly | failed; what is partly paid or failed is sent again under the same id.

    recalling, once the bureau wants it back, until the bank says what never left (recalled), or that it has paid.
    returned, when the school's account has sent settled money back.
    """

    BUILT = "built"
    SENT = "sent"
    PARTLY = "partly"
    SETTLED = "settled"
    FAILED = "failed"
    RECALLING = "recalling"
    RECALLED = "recalled"
    RETURNED = "returned"


class SuspenseReason(StrEnum):
    """Why money couldn't be matched."""

    UNKNOWN_REFERENCE = "unknown_reference"
    TOO_MANY_NAMED = "too_many_named"
    WRONG_ACCOUNT = "wrong_account"
    EXPIRED = "expired"
    EXCESS = "excess"
    SPLIT = "split"
    UNINSTRUCTED = "uninstructed"


@dataclass(frozen=True)
class EnrolmentAccount:
    """One enrolment and its money: paid + interest = held + released + refund_pending + refunded.

    `version` counts the entries that changed it, and `seal` is the last one's. `refunds_pending` is what each payment
    of a refund keeps back until the bank has answered. `bank_references` are those of its deposits, of reversals and of
    refunds that were paid; `<reference>#<number>` is a numbered move of a deposit (DepositHistory). `taken_back_fen` is
    what reversals took of released lessons and isn't paid again, `missing_fen` what they couldn't take back because it
    had been refunded.

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
    def payment_reference(self) -> str:
        """What the payer writes into the remittance text: the 26 characters of the id."""
        return self.enrolment_id.removeprefix("enr_")


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


@dataclass(frozen=True)
class Payout:
    """Released money on its way to a school. `number` counts the school's payouts from 1; the id never changes.

    amount = settled + what is on its way or was recalled. The bank may settle it in parts, each with a reference;
    `bank_references` are those of parts and of what the school's account sent back. `version` counts what happened.
    """

    payout_id: PayoutId
    institution_id: InstitutionId
    number: int
    amount_fen: Fen
    from_account_no: str
    to_account_no: str
    status: PayoutStatus
    built_at: datetime
    tries: int = 0
    settled_at: datetime | None = None
    settled_fen: Fen = Fen(0)
    returned_fen: Fen = Fen(0)
    bank_references: tuple[str, ...] = ()
    reason: str = ""
    version: int = 0

    @property
    def rest_fen(self) -> Fen:
        """What the bank hasn't paid; of a recalled payout, what never left."""
        return Fen(self.amount_fen - self.settled_fen)

    @property
    def over(self) -> bool:
        """Whether nothing of it is on its way."""
        return not self.rest_fen or self.status is PayoutStatus.RECALLED


class RefundStatus(StrEnum):
    """requested → agreed (by the school, by silence, by the bureau) → held → instructed → paid | failed.

    A school that objects makes it contested, for the bureau to decide. The guardian may withdraw it until it is agreed.
    """

    REQUESTED = "requested"
    CONTESTED = "contested"
    AGREED = "agreed"
    HELD = "held"
    INSTRUCTED = "instructed"
    PAID = "paid"
    FAILED = "failed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class AgreedBy(StrEnum):
    """Who agreed to a refund."""

    SCHOOL = "school"
    SILENCE = "silence"
    BUREAU = "bureau"
    RULE = "rule"
    TERMINATION = "termination"


class RefundRule(StrEnum):
    """Which rule says what a guardian gets back."""

    BEFORE_START = "before_start"
    PRO_RATA = "pro_rata"
    INTEREST = "interest"


class RefundWait(StrEnum):
    """What a refund waits for."""

    ANSWER = "answer"
    DECISION = "decision"
    PAYMENT = "payment"
    ATTENTION = "attention"


@dataclass(frozen=True)
class RefundPreview:
    """What a guardian would get back now, and why.

    `taught_lessons` are marked and not released yet: their share stays until they are confirmed or the dispute is
    decided. refundable = held − taught, and `interest_fen` of it is interest.
    """

    rule: RefundRule
    paid_fen: Fen
    released_fen: Fen
    taught_lessons: int
    taught_fen: Fen
    interest_fen: Fen
    refundable_fen: Fen
    policy_version: str


@dataclass(frozen=True)
class Recommendation:
    """What an officer recommends on a contested refund; another decides."""

    agree: bool
    reason: str
    by: str


@dataclass(frozen=True)
class Refund:
    """A guardian's request for her money (退费申请), from the request to the bank's answer.

    `requested_fen` is what was available when she asked, `held_fen` what was when it was agreed and held back.
    `answer_by`: the school's last day to answer. `pay_by`: the last day to pay, once agreed.
    """

    refund_id: RefundId
    enrolment_id: EnrolmentId
    institution_id: InstitutionId
    guardian_id: GuardianId
    number: int
    requested_fen: Fen
    rule: RefundRule
    reason: str
    policy_version: str
    requested_at: datetime
    answer_by: date
    deadline_assumed: bool
    status: RefundStatus = RefundStatus.REQUESTED
    waits_for: RefundWait | None = RefundWait.ANSWER
    waits_until: datetime | None = None
    school_reason: str = ""
    recommendation: Recommendation | None = None
    decided_by: str = ""
    decision_reason: str = ""
    agreed_by: AgreedBy | None = None
    agreed_at: datetime | None = None
    pay_by: date | None = None
    held_fen: Fen = Fen(0)
    ended_at: datetime | None = None
    failure: str = ""
    version: int = 0

    def is_of(self, payment_id: str) -> bool:
        """Whether a payment is one of this refund's."""
        return payment_id.startswith(f"{self.refund_id}-")


@dataclass(frozen=True)
class RefundPayment:
    """One payment of a refund, or of money in suspense, back to where a deposit came from.

    The id never changes between tries.
    """

    payment_id: str
    amount_fen: Fen
    from_account_no: str
    payee_name: str
    payee_account_no: str
    deposit_reference: str
    interest_fen: Fen = Fen(0)


@dataclass(frozen=True)
class Totals:
    """A school's money by state, as the stream has summed it up so far (see `entries_counted`)."""

    institution_id: InstitutionId
    by_state: Mapping[State, int]
    deposited_fen: int = 0
    released_fen: int = 0
    paid_out_fen: int = 0
    refunded_fen: int = 0
    payouts_counted: int = 0
    entries_counted: int = 0
    counted_through: datetime | None = None

    @property
    def tuition_balance_fen(self) -> Fen:
        """What should be in the school's tuition account."""
        of_enrolments = (State.HELD, State.REFUND_PENDING)
        states = (*of_enrolments, State.PAYABLE, State.IN_TRANSIT, State.SUSPENSE, State.INTEREST)
        return Fen(sum(self.by_state.get(state, 0) for state in states))


@dataclass(frozen=True)
class Outstanding:
    """What a school still owes or is owed, from its enrolments, its minimum balance and its totals at one look.

    `behind`: the totals haven't counted everything that the enrolments have booked. `unsettled` enrolments hold money
    or wait for an answer of the bank, `awaiting` ones may still be paid.
    """

    totals: Totals
    minimum_fen: Fen
    enrolments: int
    unsettled: int
    awaiting: int
    held_fen: Fen
    pending_fen: Fen
    refunded_fen: Fen
    behind: bool


@dataclass(frozen=True)
class Day:
    """What moved on one business day, or in the month that begins with it; the lessons' are counts."""

    day: date
    deposited_fen: int = 0
    released_fen: int = 0
    paid_out_fen: int = 0
    refunded_fen: int = 0
    lessons_released: int = 0
    lessons_by_silence: int = 0


@dataclass(frozen=True)
class Posting:
    """What became of a command: `duplicate` when it had been posted before."""

    duplicate: bool
    entry: Entry
