"""The policy record: every number of a rule, with the version that it was in force under."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal


class Source(StrEnum):
    """How far a figure can be trusted: a published rule, a practice elsewhere, or our default."""

    RULE = "rule"
    PRACTICE = "practice"
    ASSUMED = "assumed"


@dataclass(frozen=True)
class Figure:
    """One number of a rule and how far it can be trusted. It may be changed to anything from `least` to `most`.

    A time of day is written as its hour and minute: 2030 is 20:30.
    """

    name: str
    section: str
    value: int
    source: Source
    note_zh: str
    note_en: str
    least: int
    most: int


@dataclass(frozen=True)
class OwnDays:
    """Days on which the bureau's calendar differs from the published one, or that no published one covers yet."""

    holidays: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Policy:
    """The policy in force from a business day on. An enrolment keeps the version it was sold under."""

    version: str
    effective_from: date
    figures: tuple[Figure, ...]
    own_days: OwnDays

    max_lessons: int
    max_months: int
    max_amount_fen: int
    earliest_months_before_start: int
    renewal_lessons_left: int
    unpaid_hours: int
    waitlist_offer_hours: int
    waitlist_most: int
    confirmation_working_days: int
    leave_hours_before: int
    outflow_share_percent: int
    payout_share_percent: int
    payout_receipts_months: int
    minimum_balance_yellow_percent: int
    minimum_balance_red_percent: int
    minimum_floor_small_fen: int
    minimum_floor_medium_fen: int
    minimum_floor_large_fen: int
    minimum_receipts_percent: int
    minimum_receipts_months: int
    minimum_shortfall_working_days: int
    days_until_closed: int
    refund_answer_working_days: int
    refund_payment_days: int
    full_refund_days_before_start: int
    wechat_query_minutes: int
    wechat_settlement_working_days: int
    wechat_refund_working_days: int
    publicity_working_days: int
    filing_acceptance_working_days: int
    filing_correction_working_days: int
    filing_resubmission_working_days: int
    filing_decision_working_days: int
    filing_publicity_working_days: int
    filing_closing_working_days: int
    filing_reminder_working_days: int
    open_applications_most: int
    inspection_submission_working_days: int
    inspection_opens_mmdd: int
    inspection_last_opening_mmdd: int
    red_alert_days: int
    certificate_first_warning_days: int
    certificate_second_warning_days: int
    certificate_last_warning_days: int
    review_lessons_least: int
    review_edit_days: int
    review_pictures_most: int
    review_prior_mean_hundredths: int
    review_prior_weight_reviews: int
    review_burst_hours: int
    review_burst_least: int
    review_burst_times: int
    review_burst_usual_days: int
    review_burst_weight_percent: int
    review_staff_weight_percent: int
    review_name_weight_percent: int
    review_repeated_from: int
    review_repeated_weight_percent: int
    private_payment_daily_reports: int
    cover_late_hours: int
    message_days: int
    payment_reminder_hours: int
    opening_decided_days: int
    on_site_ends_clock: int
    online_ends_clock: int
    room_m2_per_student: int
    held_band_first_fen: int
    held_band_second_fen: int
    held_band_third_fen: int

    def opens_inspections_on(self, day: date) -> bool:
        """Whether annual inspections of its year are opened on a day; the figures are months and days, such as 301."""
        return self.inspection_opens_mmdd <= day.month * 100 + day.day <= self.inspection_last_opening_mmdd

    def validity_stage(self, valid_to: date, today: date) -> int | None:
        """How many days before the last day is to be warned now; -1 when it is over, None when there is time."""
        days = (valid_to - today).days
        if days < 0:
            return -1
        warnings = (
            self.certificate_last_warning_days,
            self.certificate_second_warning_days,
            self.certificate_first_warning_days,
        )
        return next((warning for warning in warnings if days <= warning), None)

    def validity_level(self, valid_to: date | None, today: date) -> Literal["red", "yellow", "calm"]:
        """How a validity stands: over, near its last day, or neither. None: it has no end."""
        stage = self.validity_stage(valid_to, today) if valid_to else None
        return "calm" if stage is None else "red" if stage < 0 else "yellow"

    def minimum_level(self, balance_fen: int, required_fen: int) -> Literal["red", "yellow", "calm"]:
        """How a minimum balance stands against what is required."""
        if balance_fen * 100 < required_fen * self.minimum_balance_red_percent:
            return "red"
        return "yellow" if balance_fen * 100 < required_fen * self.minimum_balance_yellow_percent else "calm"


class Beneficiary(StrEnum):
    """Whose the interest is that money of an enrolment earns."""

    GUARDIAN = "guardian"
    SCHOOL = "school"


@dataclass(frozen=True)
class InterestTerms:
    """What is agreed with the bank on interest, from a business day on; through `until`, where they end.

    `annual_rate_bp` is in hundredths of a percent of a year of `day_count` days. The bank credits what was earned
    through `credit_day` of each of `credit_months`.
    """

    effective_from: date
    until: date | None
    annual_rate_bp: int
    day_count: int
    credit_months: tuple[int, ...]
    credit_day: int
    beneficiary: Beneficiary
    source: str
    note_zh: str
    note_en: str


@dataclass(frozen=True)
class Entry:
    """A version as the record's head names it. Those that are withdrawn never come into force."""

    number: int
    version: str
    effective_from: date
    withdrawn: bool = False


@dataclass(frozen=True)
class Head:
    """Every version after the first, oldest first, and how often the record was changed: by versions or withdrawals."""

    changes: int = 0
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Withdrawal:
    """Why a version that was still to come never comes into force, and by whom."""

    reason: str
    proposed_by: str
    approved_by: str
    at: datetime


@dataclass(frozen=True)
class Version:
    """A policy with how it came about. The first one is the file's: it has the number 0 and nobody proposed it."""

    number: int
    policy: Policy
    base: str = ""
    reason: str = ""
    proposed_by: str = ""
    proposed_at: datetime | None = None
    approved_by: str = ""
    approved_at: datetime | None = None
    withdrawal: Withdrawal | None = None


@dataclass(frozen=True)
class NewFigure:
    """What a figure becomes."""

    value: int
    source: Source
    note_zh: str
    note_en: str


@dataclass(frozen=True)
class Change:
    """What is proposed: figures by name, and all own days, from a business day on.

    `base` is the version that it was made of, `base_changes` the head's count then: what has changed since voids it.
    """

    base: str
    base_changes: int
    effective_from: date
    figures: Mapping[str, NewFigure]
    own_days: OwnDays


@dataclass(frozen=True)
class InsuranceTerms:
    """What is agreed with the insurer on the accident cover of paid enrolments, from a business day on.

    A policy goes on `days_beyond` after the class's last day, for make-ups and transfers; completion ends it.
    `guardian_premium_fen` is what it costs the guardian; `payer` pays the premium. A child's name and birth month are
    given to the insurer where the guardian's consent is of one of `consent_versions`.
    """

    effective_from: date
    insurer_zh: str
    insurer_en: str
    product_zh: str
    product_en: str
    product_code: str
    claim_phone: str
    guardian_premium_fen: int
    days_beyond: int
    payer_zh: str
    payer_en: str
    consent_versions: tuple[str, ...]
    source: str
    note_zh: str
    note_en: str
