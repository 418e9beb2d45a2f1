"""Guardians' reviews (评价) of what they have paid for; reports of an offer to pay privately."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum

from shared.kernel.ids import CourseId, EnrolmentId, FileId, GuardianId, InstitutionId, ReportId, ReviewId

MOST_STARS = 5


class Dimension(StrEnum):
    """What is rated, each by itself."""

    TEACHING = "teaching"
    SAFETY = "safety"
    ENVIRONMENT = "environment"
    HONESTY = "honesty"


DIMENSION_NAMES: Mapping[Dimension, tuple[str, str]] = {
    Dimension.TEACHING: ("教学", "Teaching"),
    Dimension.SAFETY: ("安全", "Safety"),
    Dimension.ENVIRONMENT: ("环境", "Environment"),
    Dimension.HONESTY: ("诚信", "Honesty"),
}


class Mark(StrEnum):
    """Why a review counts less. `BURST`: one of many within hours; the others: who wrote it, or who paid."""

    BURST = "burst"
    SCHOOL_USER = "school_user"
    SCHOOL_PAID = "school_paid"
    SAME_NAME = "same_name"
    REPEATED = "repeated"


MARK_NAMES: Mapping[Mark, tuple[str, str]] = {
    Mark.BURST: ("短时间集中评价", "one of many reviews within hours"),
    Mark.SCHOOL_USER: ("评价人与机构有关联", "the reviewer is connected with the school"),
    Mark.SCHOOL_PAID: ("学费由机构账户支付", "the school's own account paid the tuition"),
    Mark.SAME_NAME: ("付款人与机构人员同名", "the payer has the name of one of the school's people"),
    Mark.REPEATED: ("同一监护人多次全五星评价", "one guardian's repeated reviews with all stars"),
}


@dataclass(frozen=True)
class Stars:
    """1 to 5 in each dimension."""

    teaching: int
    safety: int
    environment: int
    honesty: int

    def of(self, dimension: Dimension) -> int:
        """The stars of a dimension."""
        return int(getattr(self, dimension.value))

    @property
    def total(self) -> int:
        """All four together."""
        return sum(getattr(self, one.name) for one in fields(self))

    @property
    def all_five(self) -> bool:
        """Whether nothing could be better."""
        return self.total == MOST_STARS * len(Dimension)


@dataclass(frozen=True)
class Picture:
    """An accepted picture of who wrote it."""

    file_id: FileId
    name: str


@dataclass(frozen=True)
class Said:
    """What a review says, as its guardian wrote it."""

    stars: Stars
    text: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Reply:
    """The school's one answer."""

    text: str
    at: datetime


@dataclass(frozen=True)
class Complaint:
    """A school's report of a review to the bureau."""

    reason: str
    at: datetime


@dataclass(frozen=True)
class Review:
    """The one review of an enrolment. `author` is masked: nothing else of a child's name is kept here.

    `version` counts its changes. `weight_percent` is what it counts in the rating, `marks` say why that is less than
    all; `cleared`: the bureau has looked and let it count in full, which no detector changes. `hidden_reason` is
    public. `waits_since`: the bureau is to look at it.
    """

    review_id: ReviewId
    enrolment_id: EnrolmentId
    institution_id: InstitutionId
    course_id: CourseId
    guardian_id: GuardianId
    author: str
    said: Said
    made_at: datetime
    version: int = 1
    edited_at: datetime | None = None
    weight_percent: int = 100
    marks: frozenset[Mark] = frozenset()
    cleared: bool = False
    reply: Reply | None = None
    complaint: Complaint | None = None
    hidden_reason: str = ""
    waits_since: datetime | None = None

    @property
    def hidden(self) -> bool:
        """Whether the bureau has hidden it."""
        return bool(self.hidden_reason)


class Change(StrEnum):
    """What happened to a review."""

    WRITTEN = "written"
    EDITED = "edited"
    REPLIED = "replied"
    REPORTED = "reported"
    WEIGHED = "weighed"
    HIDDEN = "hidden"
    RESTORED = "restored"
    KEPT = "kept"
    CLEARED = "cleared"


CHANGE_NAMES: Mapping[Change, tuple[str, str]] = {
    Change.WRITTEN: ("发表", "Written"),
    Change.EDITED: ("修改", "Edited"),
    Change.REPLIED: ("机构回复", "The school replied"),
    Change.REPORTED: ("机构举报", "The school reported it"),
    Change.WEIGHED: ("降低权重", "Weighed down"),
    Change.HIDDEN: ("隐藏", "Hidden"),
    Change.RESTORED: ("恢复展示", "Restored"),
    Change.KEPT: ("核查后保留", "Looked at and kept"),
    Change.CLEARED: ("恢复全部权重", "Counts in full again"),
}


@dataclass(frozen=True)
class Happening:
    """One change of a review, kept for ever: `said` where its guardian wrote, `text` where somebody gave a reason."""

    version: int
    change: Change
    by: str
    at: datetime
    text: str = ""
    said: Said | None = None


class ReportStatus(StrEnum):
    """new → looked_at → upheld | dismissed; a clear one is decided at once."""

    NEW = "new"
    LOOKED_AT = "looked_at"
    UPHELD = "upheld"
    DISMISSED = "dismissed"

    @property
    def decided(self) -> bool:
        """Whether it is over."""
        return self in (ReportStatus.UPHELD, ReportStatus.DISMISSED)


REPORT_NAMES: Mapping[ReportStatus, tuple[str, str]] = {
    ReportStatus.NEW: ("新举报", "New"),
    ReportStatus.LOOKED_AT: ("核查中", "Being looked at"),
    ReportStatus.UPHELD: ("属实", "Upheld"),
    ReportStatus.DISMISSED: ("不属实", "Dismissed"),
}


@dataclass(frozen=True)
class Report:
    """Somebody says that a school offered a discount to pay privately (私下付费).

    `anonymous`: the school is not to know who.
    """

    report_id: ReportId
    institution_id: InstitutionId
    by: str
    anonymous: bool
    text: str
    pictures: tuple[Picture, ...]
    at: datetime
    status: ReportStatus = ReportStatus.NEW
    steps: tuple["ReportStep", ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class ReportStep:
    """What the bureau did with a report, who and why."""

    becomes: ReportStatus
    reason: str
    by: str
    at: datetime
