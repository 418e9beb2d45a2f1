"""What others may ask of the timetable: the reads of the store."""

from shared.teaching.store import (
    confirmed,
    find_lesson,
    get_session,
    list_due,
    list_lessons,
    list_marks,
    list_sessions,
)

__all__ = ["confirmed", "find_lesson", "get_session", "list_due", "list_lessons", "list_marks", "list_sessions"]
