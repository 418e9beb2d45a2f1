"""What others may ask of the timetable: the reads of the store."""

from shared.teaching.store import (
    confirmed,
    count_waiting,
    find_lesson,
    get_session,
    list_due,
    list_lessons,
    list_marks,
    list_sessions,
    list_waiting,
)

__all__ = [
    "confirmed",
    "count_waiting",
    "find_lesson",
    "get_session",
    "list_due",
    "list_lessons",
    "list_marks",
    "list_sessions",
    "list_waiting",
]
