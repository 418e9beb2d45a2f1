"""What a school files with the bureau (申报): cases, the workflow and the catalogue that each was opened under."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import CaseId, FileId, InstitutionId

PLATFORM = "platform"
"""Who did a step that nobody did by hand."""


class Filing(StrEnum):
    """What is filed."""

    APPLICATION = "application"
    CHANGE = "change"
    ANNUAL_INSPECTION = "annual_inspection"


class InstitutionType(StrEnum):
    """What an institution is registered as; its credit code says so (91…, 52…)."""

    COMPANY = "company"
    NON_PROFIT = "non_profit"


class State(StrEnum):
    """Where a case stands. Which leads to which is data: `workflows.toml`."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    DOCUMENT_REVIEW = "document_review"
    CORRECTION_REQUIRED = "correction_required"
    RESUBMITTED = "resubmitted"
    SITE_VISIT = "site_visit"
    DECIDED = "decided"
    PUBLICISED = "publicised"
    CLOSED = "closed"


class Role(StrEnum):
    """Who acts on a case. The public can object, the system does what time brings."""

    SCHOOL = "school"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"
    PUBLIC = "public"


class Action(StrEnum):
    """What can be done to a case."""

    EDIT = "edit"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    SEND_BACK = "send_back"
    ACCEPT = "accept"
    BEGIN_REVIEW = "begin_review"
    REVIEW_ITEM = "review_item"
    REQUEST_CORRECTIONS = "request_corrections"
    RESUBMIT = "resubmit"
    ORDER_VISIT = "order_visit"
    RECORD_VISIT = "record_visit"
    REPORT_RECTIFIED = "report_rectified"
    CONFIRM_RECTIFIED = "confirm_rectified"
    DECIDE = "decide"
    PUBLICISE = "publicise"
    OBJECT = "object"
    ANSWER_OBJECTION = "answer_objection"
    REOPEN = "reopen"
    CLOSE = "close"


class Outcome(StrEnum):
    """What was decided."""

    PASS = "pass"  # noqa: S105 (no password)
    CONDITIONAL = "conditional"
    FAIL = "fail"


@dataclass(frozen=True)
class FileRef:
    """A file that the school has handed in and that was found good."""

    file_id: FileId
    name: str
    sha256: str


class Review(StrEnum):
    """given → accepted | returned; given anew when the school hands in something else."""

    GIVEN = "given"
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True)
class Material:
    """What was handed in for an item. `round` is the submission in which it last changed, counted from 1."""

    files: tuple[FileRef, ...]
    expires_on: date | None
    round: int
    review: Review = Review.GIVEN
    reason: str = ""
    reviewed_by: str = ""


@dataclass(frozen=True)
class Stage:
    """A state that a case came to: by which action (none opened it), when, by whom, and what was said."""

    state: State
    action: Action | None
    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True)
class Due:
    """The last day to act, and who has to. `assumed`: no calendar is published for it yet.

    `reminded` and `escalated`: when the platform told the owner that the day is near, and everybody that it is over.
    """

    day: date
    owner: Role
    assumed: bool
    reminded: datetime | None = None
    escalated: datetime | None = None


@dataclass(frozen=True)
class Finding:
    """What a site visit found wrong, to be put right by a day. `answer` is the school's, `closed` the reviewer's."""

    number: int
    text: str
    due_on: date
    answer: str = ""
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""


@dataclass(frozen=True)
class Visit:
    """A site visit (现场核查): the checklist with yes or no, a note, who was there and when."""

    on: date
    by: str
    checked: Mapping[str, bool]
    note: str


@dataclass(frozen=True)
class Decision:
    """What was decided, and the number of the document that says so."""

    outcome: Outcome
    reason: str
    number: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Amended:
    """A field of the school's record that a change filing amends: what it was when it was filed, what it becomes."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Case:
    """One filing of one institution, under the versions that it was opened under.

    `round` counts its submissions, the one that is being prepared included. `year` is that of an annual inspection,
    `amendments` are what a change filing changes in the record once it has passed.
    """

    case_id: CaseId
    filing: Filing
    institution_id: InstitutionId
    institution_type: InstitutionType
    subject: str
    state: State
    workflow_version: str
    catalogue_version: str
    policy_version: str
    opened_at: datetime
    history: tuple[Stage, ...]
    statement: str = ""
    year: int = 0
    amendments: tuple[Amended, ...] = ()
    materials: Mapping[str, Material] = field(default_factory=dict)
    round: int = 1
    due: Due | None = None
    visit: Visit | None = None
    findings: tuple[Finding, ...] = ()
    decision: Decision | None = None
    objections_open: int = 0
    version: int = 0

    @property
    def outcome(self) -> Outcome | None:
        """What was decided, if something was."""
        return self.decision.outcome if self.decision else None

    @property
    def opened_by(self) -> str:
        """Who opened it."""
        return self.history[0].by

    @property
    def at(self) -> datetime:
        """When it came to where it stands."""
        return self.history[-1].at


class ObjectionStatus(StrEnum):
    """open → upheld | dismissed."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True)
class Objection:
    """What somebody of the public says against a decision while it is public."""

    objection_id: str
    case_id: CaseId
    by_whom: str
    contact: str
    text: str
    at: datetime
    status: ObjectionStatus = ObjectionStatus.OPEN
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
