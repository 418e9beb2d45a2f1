"""What others may ask of the timetable: the reads of the store."""

from shared.kernel.ids import EnrolmentId, SessionId
from shared.teaching.model import LessonStatus
from shared.teaching.store import (
    confirmed,
    count_waiting,
    find_lesson,
    get_lessons,
    get_session,
    get_sessions,
    list_due,
    list_due_at,
    list_lessons,
    list_marks,
    list_sessions,
    list_waiting,
)
from shared.teaching.store.absences import find_make_up, list_extra, list_guests, list_leaves, list_left, read_file

__all__ = [
    "confirmed",
    "count_confirmed",
    "count_waiting",
    "find_lesson",
    "find_make_up",
    "get_lessons",
    "get_session",
    "get_sessions",
    "list_due",
    "list_due_at",
    "list_extra",
    "list_guests",
    "list_leaves",
    "list_left",
    "list_lessons",
    "list_marks",
    "list_sessions",
    "list_taught",
    "list_waiting",
    "read_file",
]

_CONFIRMED = (
    LessonStatus.CONFIRMED,
    LessonStatus.AUTO_CONFIRMED,
    LessonStatus.RELEASED,
    LessonStatus.REFUNDED,
)
_NOT_TAUGHT = (LessonStatus.MISSED, LessonStatus.UPHELD, LessonStatus.RELEASED, LessonStatus.REFUNDED)


def list_taught(enrolment_id: EnrolmentId) -> list[SessionId]:
    """The lessons of an enrolment that were marked as taught, whose share still waits or is disputed."""
    return [one.session_id for one in list_lessons(enrolment_id) if one.status not in _NOT_TAUGHT]


def count_confirmed(enrolment_id: EnrolmentId) -> int:
    """How many lessons of an enrolment were confirmed, by the guardian or by silence, paid out since or not."""
    return sum(one.status in _CONFIRMED for one in list_lessons(enrolment_id))
