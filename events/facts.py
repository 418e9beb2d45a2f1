"""What happened, in the words that contexts share. A fact is made where it happened, and never changes."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.kernel.ids import (
    CaseId,
    CourseId,
    EnrolmentId,
    GuardianId,
    InstitutionId,
    OfferingId,
    ReportId,
    SessionId,
    StudentId,
    TeacherId,
)
from shared.kernel.money import Fen


@dataclass(frozen=True)
class EnrolmentMade:
    """A guardian took a seat. Nothing is paid yet; `price_fen` is due before `expires_at`.

    `consent_version`: the text under which her consent to the use of the child's data stood then.
    """

    enrolment_id: EnrolmentId
    institution_id: InstitutionId
    course_id: CourseId
    offering_id: OfferingId
    guardian_id: GuardianId
    student_id: StudentId
    category: str
    price_fen: Fen
    lessons: int
    account_no: str
    terms_hash: str
    policy_version: str
    starts_on: date
    made_at: datetime
    expires_at: datetime
    consent_version: str = ""


@dataclass(frozen=True)
class LessonConfirmed:
    """One student's lesson was confirmed, by the guardian or by silence (`automatic`)."""

    enrolment_id: EnrolmentId
    session_id: SessionId
    institution_id: InstitutionId
    confirmed_at: datetime
    automatic: bool


@dataclass(frozen=True)
class DepositPosted:
    """The bank has booked money into a supervised account."""

    bank_reference: str
    account_no: str
    amount_fen: Fen
    remittance: str
    payer_name: str
    payer_account_no: str
    booked_at: datetime


@dataclass(frozen=True)
class DepositReversed:
    """The bank has taken a whole deposit back out of a supervised account (冲正)."""

    bank_reference: str
    original_reference: str
    account_no: str
    amount_fen: Fen
    reason: str
    booked_at: datetime


@dataclass(frozen=True)
class WithdrawalPosted:
    """The bank has booked money out of a supervised account, without an instruction of ours."""

    bank_reference: str
    account_no: str
    amount_fen: Fen
    counterparty: str
    purpose: str
    booked_at: datetime


@dataclass(frozen=True)
class PayoutSettled:
    """The bank has paid a payout to the school: all of it, or all that it hadn't paid in parts."""

    payout_id: str
    bank_reference: str
    account_no: str
    amount_fen: Fen
    booked_at: datetime


@dataclass(frozen=True)
class PayoutPartlySettled:
    """The bank has paid a part of a payout to the school; the rest is still in the supervised account."""

    payout_id: str
    bank_reference: str
    account_no: str
    amount_fen: Fen
    booked_at: datetime


@dataclass(frozen=True)
class PayoutRecalled:
    """The bank won't pay a payout any more, as it was asked. `amount_fen` never left the supervised account."""

    payout_id: str
    account_no: str
    amount_fen: Fen
    booked_at: datetime


@dataclass(frozen=True)
class PayoutReturned:
    """The school's account has sent money of a payout back into the supervised account."""

    payout_id: str
    bank_reference: str
    account_no: str
    amount_fen: Fen
    reason: str
    booked_at: datetime


@dataclass(frozen=True)
class PayoutFailed:
    """The bank could not pay what it hasn't paid of a payout; that is still in the supervised account."""

    payout_id: str
    account_no: str
    amount_fen: Fen
    reason: str
    booked_at: datetime


@dataclass(frozen=True)
class RefundPaid:
    """The bank has paid one payment of a refund, or of money in suspense, to where the deposit came from."""

    payment_id: str
    bank_reference: str
    account_no: str
    amount_fen: Fen
    booked_at: datetime


@dataclass(frozen=True)
class RefundFailed:
    """The bank could not pay a payment of a refund, or of money in suspense; it is still in the supervised account."""

    payment_id: str
    account_no: str
    amount_fen: Fen
    reason: str
    booked_at: datetime


@dataclass(frozen=True)
class InterestPosted:
    """The bank has credited interest on a supervised account, for the days from `period_from` through `period_to`."""

    bank_reference: str
    account_no: str
    amount_fen: Fen
    period_from: date
    period_to: date
    booked_at: datetime


@dataclass(frozen=True)
class MinimumWithdrawalPaid:
    """The bank has paid a withdrawal from a minimum balance to the school."""

    withdrawal_id: str
    bank_reference: str
    account_no: str
    amount_fen: Fen
    booked_at: datetime


@dataclass(frozen=True)
class TerminationPaid:
    """The bank has returned what an account of a terminated school held, on the notice of this number and signature."""

    notice_no: str
    signature: str
    bank_reference: str
    account_no: str
    amount_fen: Fen
    booked_at: datetime


@dataclass(frozen=True)
class TerminationFailed:
    """The bank could not return what an account of a terminated school holds; the money is still in the account."""

    notice_no: str
    account_no: str
    amount_fen: Fen
    reason: str
    booked_at: datetime


@dataclass(frozen=True)
class MinimumWithdrawalFailed:
    """The bank could not pay a withdrawal from a minimum balance; the money is still in the account."""

    withdrawal_id: str
    account_no: str
    amount_fen: Fen
    reason: str
    booked_at: datetime


BankFact = (
    DepositPosted
    | DepositReversed
    | WithdrawalPosted
    | PayoutSettled
    | PayoutPartlySettled
    | PayoutRecalled
    | PayoutReturned
    | PayoutFailed
    | RefundPaid
    | RefundFailed
    | InterestPosted
    | MinimumWithdrawalPaid
    | MinimumWithdrawalFailed
    | TerminationPaid
    | TerminationFailed
)


@dataclass(frozen=True)
class MoneyMoved:
    """An entry was booked in the ledger. `legs` are fen by state of money and sum to 0.

    `balance_before_fen` is set on money leaving an account without a payout; `receipts_fen` on a payout, what families
    paid in over the months that it is judged by; `balance_after_fen` and `required_fen` on movements of a minimum
    balance; `unmatched_fen` on a deposit that was split, what of it nobody got; `missing_fen` on a reversal, what could
    be taken back from nowhere.
    """

    entry_key: str
    kind: str
    institution_id: InstitutionId
    account_no: str
    legs: dict[str, int]
    reference: str
    reason: str
    booked_at: datetime
    balance_before_fen: Fen | None = None
    receipts_fen: Fen | None = None
    balance_after_fen: Fen | None = None
    required_fen: Fen | None = None
    unmatched_fen: Fen | None = None
    missing_fen: Fen | None = None


@dataclass(frozen=True)
class InterestDiffers:
    """The bank has credited other interest than the agreed rates give, by more than a fen for each of `claimants`.

    It is distributed all the same.
    """

    institution_id: InstitutionId
    account_no: str
    reference: str
    amount_fen: Fen
    expected_fen: Fen
    claimants: int
    noticed_at: datetime


@dataclass(frozen=True)
class MinimumOverdue:
    """A school's minimum balance has been too little since a day, and wasn't made up by the day it was due."""

    institution_id: InstitutionId
    since: date
    due_on: date
    short_fen: Fen
    noticed_at: datetime


@dataclass(frozen=True)
class WeChatPaymentDiffers:
    """WeChat Pay, or the deposit that settles a payment order, tells something else than was agreed.

    `what` is `amount`, `currency`, `mchid`, `appid`, `transaction`, `event` (another callback under one id) or
    `deposit`; amounts are in fen.
    """

    institution_id: InstitutionId
    out_trade_no: str
    what: str
    agreed: str
    told: str
    noticed_at: datetime


@dataclass(frozen=True)
class WeChatUnsettled:
    """A guardian has paid by WeChat, and the bank's deposit hasn't come by the last day on which it was expected."""

    institution_id: InstitutionId
    out_trade_no: str
    amount_fen: Fen
    paid_on: date
    settle_by: date
    noticed_at: datetime


@dataclass(frozen=True)
class WeChatRefundStuck:
    """What the bank has paid back to WeChat doesn't reach the guardian by itself.

    `why`: `abnormal` (her account there takes nothing), `closed` (WeChat won't), `beyond` (more than her order can give
    back), `late`. `said` is what WeChat answered last.
    """

    institution_id: InstitutionId
    out_trade_no: str
    payment_id: str
    amount_fen: Fen
    why: str
    said: str
    noticed_at: datetime


@dataclass(frozen=True)
class PrivatePaymentReported:
    """Somebody has reported that a school offered a discount for paying privately."""

    report_id: ReportId
    institution_id: InstitutionId
    reported_at: datetime


@dataclass(frozen=True)
class ValidityEnding:
    """A licence, a certificate or a teacher's qualification ends, or has ended: `last_day` is the last valid one.

    `stage` is how many days before it this is told (60, 30, 7 by the policy); -1: it is over. `stops_sales`: the school
    sells nothing after that day.
    """

    institution_id: InstitutionId
    item_id: str
    kind: str
    named: str
    last_day: date
    stage: int
    stops_sales: bool
    noticed_at: datetime


@dataclass(frozen=True)
class InspectionFailed:
    """A school's annual inspection of a year is closed as not passed, by the decision of that number."""

    institution_id: InstitutionId
    case_id: CaseId
    year: int
    decision_no: str
    reason: str
    closed_at: datetime


@dataclass(frozen=True)
class InspectionOverdue:
    """A school has let the last day pass on which it had to act in its annual inspection of a year."""

    institution_id: InstitutionId
    case_id: CaseId
    year: int
    state: str
    due_on: date
    noticed_at: datetime


@dataclass(frozen=True)
class ListedTeacherPublished:
    """A school publishes a teacher who is on a list that keeps her from teaching."""

    institution_id: InstitutionId
    teacher_id: TeacherId
    qualification_no: str
    on_list: str
    since: datetime
    noticed_at: datetime


@dataclass(frozen=True)
class TeacherInTwoPlaces:
    """A teacher taught two sessions that overlap, at two schools or two campuses. Told for each of the schools.

    `session_id` is the school's own, `other_…` the other one. Periods are half-open.
    """

    institution_id: InstitutionId
    qualification_no: str
    session_id: SessionId
    place: str
    starts_at: datetime
    ends_at: datetime
    other_session_id: SessionId
    other_place: str
    other_starts_at: datetime
    other_ends_at: datetime
    noticed_at: datetime


@dataclass(frozen=True)
class ReferenceConflicted:
    """The bank sent a reference that is posted already, with another body. Nothing was booked for it."""

    entry_key: str
    institution_id: InstitutionId
    account_no: str
    reference: str
    posted_fen: Fen
    sent_fen: Fen
    noticed_at: datetime


@dataclass(frozen=True)
class BreakFound:
    """The bank's statement of an account and a day differs from the ledger, or hasn't come."""

    break_id: str
    kind: str
    institution_id: InstitutionId
    account_no: str
    day: date
    figures: dict[str, int | str]
    found_at: datetime


@dataclass(frozen=True)
class StatementLine:
    """One booking as the bank's statement or notice has it, in its order there.

    `amount_fen` is what it did to the account: negative when money left. `end_to_end_id` is ours, where we had one: a
    payment reference, or the id of a payout or payment without its underscore.
    """

    order: int
    bank_reference: str
    amount_fen: int
    currency: str
    code: str
    reversal: bool
    end_to_end_id: str
    counterparty: str
    counterparty_account_no: str
    remittance: str
    booked_at: datetime
    value_on: date


@dataclass(frozen=True)
class Statement:
    """What the bank says of an account and a business day. A notice in the course of a day has no balances."""

    statement_id: str
    account_no: str
    currency: str
    day: date
    opening_fen: int | None
    closing_fen: int | None
    lines: tuple[StatementLine, ...]

    @property
    def whole(self) -> bool:
        """Whether it is the statement of a day, not a notice in the course of one."""
        return self.closing_fen is not None
