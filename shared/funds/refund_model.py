"""Refunds: a guardian's request, what she would get back, and the payments to where her deposits came from."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import EnrolmentId, GuardianId, InstitutionId, RefundId
from shared.kernel.money import Fen


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
    BANK = "bank"
    CLASS_NOT_OPENED = "class_not_opened"


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
