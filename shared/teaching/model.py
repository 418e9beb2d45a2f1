"""The timetable, and each student's lessons (课时)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import CourseId, EnrolmentId, FileId, GuardianId, InstitutionId, OfferingId, SessionId, TeacherId


class Outcome(StrEnum):
    """What the teacher marks: present 到课, absent 缺课, leave 请假."""

    PRESENT = "present"
    ABSENT = "absent"
    LEAVE = "leave"


class LessonStatus(StrEnum):
    """A lesson begins with the teacher's mark. Only a confirmed lesson releases money.

    taught → confirmed | auto_confirmed → released; taught → disputed → upheld, or rejected: confirmed by the bureau.
    A confirmed lesson is refunded where its share went back with a refund before it was marked.
    """

    MISSED = "missed"
    TAUGHT = "taught"
    DISPUTED = "disputed"
    UPHELD = "upheld"
    CONFIRMED = "confirmed"
    AUTO_CONFIRMED = "auto_confirmed"
    RELEASED = "released"
    REFUNDED = "refunded"


class Action(StrEnum):
    """What can happen to a lesson after the mark."""

    CONFIRM = "confirm"
    AUTO_CONFIRM = "auto_confirm"
    DISPUTE = "dispute"
    UPHOLD = "uphold"
    REJECT = "reject"
    RELEASE = "release"
    REFUND = "refund"


class Due(StrEnum):
    """What a lesson waits for."""

    AUTO_CONFIRMATION = "auto_confirmation"
    RELEASE = "release"
    DECISION = "decision"


@dataclass(frozen=True)
class Session:
    """One session (上课场次) of a class's timetable. The period is half-open."""

    session_id: SessionId
    offering_id: OfferingId
    course_id: CourseId
    institution_id: InstitutionId
    teacher_id: TeacherId
    number: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Pupil:
    """Who may be marked in a session: an enrolment of the class."""

    enrolment_id: EnrolmentId
    guardian_id: GuardianId
    active: bool


@dataclass(frozen=True)
class Lesson:
    """One student's lesson. `confirm_by` is the last day to confirm or dispute; `deadline_assumed`: policy.calendar.

    Of a dispute: why, with the guardian's pictures; what the school answers, once; what the bureau gives as its reason.
    """

    enrolment_id: EnrolmentId
    session_id: SessionId
    offering_id: OfferingId
    institution_id: InstitutionId
    guardian_id: GuardianId
    number: int
    starts_at: datetime
    outcome: Outcome
    status: LessonStatus
    claimed_at: datetime
    claimed_by: str
    confirm_by: date | None = None
    deadline_assumed: bool = False
    confirmed_at: datetime | None = None
    dispute_reason: str = ""
    dispute_pictures: tuple[FileId, ...] = ()
    school_answer: str = ""
    decided_by: str = ""
    decision_reason: str = ""


@dataclass(frozen=True)
class Waiting:
    """A lesson that waits for something, with when that is due: a dispute, since it was raised."""

    lesson: Lesson
    due_at: datetime
