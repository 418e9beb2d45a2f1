"""A transfer (转班) of an enrolment to another class of its school: asked for by one side, accepted by the other."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import CourseId, EnrolmentId, GuardianId, InstitutionId, OfferingId, StudentId
from shared.kernel.money import Fen


class TransferStatus(StrEnum):
    """requested (by the guardian) or offered (by the school) → done; or declined by the other, withdrawn by who began.

    One that is done is an amendment (补充约定) of the contract.
    """

    REQUESTED = "requested"
    OFFERED = "offered"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Transfer:
    """One transfer of an enrolment, by number. The terms that it leaves and those that both accept are kept by hash.

    Of one that is done: `lessons` are taught in the new class, from its session `first_session` on.
    """

    enrolment_id: EnrolmentId
    number: int
    institution_id: InstitutionId
    guardian_id: GuardianId
    from_course: CourseId
    from_offering: OfferingId
    from_class: str
    from_terms: str
    to_course: CourseId
    to_offering: OfferingId
    to_class: str
    to_terms: str
    opened_by: str
    opened_at: datetime
    status: TransferStatus
    answered_by: str = ""
    answered_at: datetime | None = None
    lessons: int = 0
    first_session: int = 0

    @property
    def open(self) -> bool:
        """Whether it waits for an answer."""
        return self.status in (TransferStatus.REQUESTED, TransferStatus.OFFERED)


@dataclass(frozen=True)
class Moving:
    """What a transfer needs to know of an enrolment. `to_come`: its lessons in sessions that haven't begun.

    `taught`: paid, and neither over nor being refunded. `insured_until`: its policy's last day, where there is one.
    """

    enrolment_id: EnrolmentId
    institution_id: InstitutionId
    guardian_id: GuardianId
    student_id: StudentId
    category: str
    course_id: CourseId
    offering_id: OfferingId
    terms_hash: str
    price_fen: Fen
    lessons: int
    to_come: int
    taught: bool
    refund_open: bool
    insured_until: date | None


@dataclass(frozen=True)
class Slot:
    """A session of a class, by its number, from when to when."""

    number: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Busy:
    """When the child is taught in another class."""

    starts_at: datetime
    ends_at: datetime
