"""The timetable, and each student's lessons (课时)."""

from collections.abc import Mapping
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


class MakeUpStatus(StrEnum):
    """offered → accepted → marked; or declined, withdrawn by the school, or ended with its enrolment."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    MARKED = "marked"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


@dataclass(frozen=True)
class Session:
    """One session (上课场次) of a class. The period is half-open.

    `extra_seats`: an extra session, beyond the class's timetable, takes so many who make up for a lesson; else 0.
    `guests`: so many come to it. `cancelled`: its class isn't opened, and nobody is taught in it.
    """

    session_id: SessionId
    offering_id: OfferingId
    course_id: CourseId
    institution_id: InstitutionId
    teacher_id: TeacherId
    number: int
    starts_at: datetime
    ends_at: datetime
    extra_seats: int = 0
    guests: int = 0
    cancelled: bool = False

    @property
    def extra(self) -> bool:
        """Whether it is an extra session: only who makes up for a lesson is taught in it."""
        return self.extra_seats > 0


@dataclass(frozen=True)
class Leave:
    """A guardian's leave (请假) from a session to come. `withdrawn_at`: she has changed her mind."""

    enrolment_id: EnrolmentId
    session_id: SessionId
    asked_by: GuardianId
    asked_at: datetime
    reason: str
    withdrawn_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether the child is on leave."""
        return self.withdrawn_at is None


@dataclass(frozen=True)
class MakeUp:
    """A make-up (补课) of a lesson that was `missed`: where and when the school offers it, and what became of it.

    `number` is the lesson's, `version` counts what was written of it.
    """

    enrolment_id: EnrolmentId
    missed: SessionId
    number: int
    institution_id: InstitutionId
    guardian_id: GuardianId
    course_id: CourseId
    offering_id: OfferingId
    class_name: str
    session_id: SessionId
    teacher_id: TeacherId
    extra: bool
    starts_at: datetime
    ends_at: datetime
    offered_by: str
    offered_at: datetime
    status: MakeUpStatus = MakeUpStatus.OFFERED
    moved_by: str = ""
    moved_at: datetime | None = None
    version: int = 1

    @property
    def stands(self) -> bool:
        """Whether the child is expected there, or was."""
        return self.status in (MakeUpStatus.ACCEPTED, MakeUpStatus.MARKED)

    def open_at(self, now: datetime) -> bool:
        """Whether it waits for the guardian's answer, or for the session."""
        waits = self.status is MakeUpStatus.OFFERED and now < self.starts_at
        return waits or self.status is MakeUpStatus.ACCEPTED


@dataclass(frozen=True)
class Pupil:
    """Who may be marked in a session: an enrolment of the class, or one that makes up for a lesson there."""

    enrolment_id: EnrolmentId
    guardian_id: GuardianId
    active: bool
    make_up: MakeUp | None = None


@dataclass(frozen=True)
class Lesson:
    """One student's lesson. `confirm_by` is the last day to confirm or dispute; `deadline_assumed`: policy.calendar.

    `makes_up_for`: the session that was missed, of a lesson that makes up for it and has its number.

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
    makes_up_for: SessionId | None = None
    confirm_by: date | None = None
    deadline_assumed: bool = False
    confirmed_at: datetime | None = None
    dispute_reason: str = ""
    dispute_pictures: tuple[FileId, ...] = ()
    school_answer: str = ""
    decided_by: str = ""
    decision_reason: str = ""


@dataclass(frozen=True)
class File:
    """All that is kept of an enrolment's lessons, by session: `make_ups` by the session that was missed."""

    lessons: Mapping[SessionId, Lesson]
    leaves: Mapping[SessionId, Leave]
    make_ups: Mapping[SessionId, MakeUp]


@dataclass(frozen=True)
class Waiting:
    """A lesson that waits for something, with when that is due: a dispute, since it was raised."""

    lesson: Lesson
    due_at: datetime
