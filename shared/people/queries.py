"""What others may ask of people: the reads of the store."""

from shared.people.store import (
    UnknownStudent,
    find_staff,
    get_student,
    get_students,
    is_revoked,
    list_readings,
    list_students,
    names_of_students,
)

__all__ = [
    "UnknownStudent",
    "find_staff",
    "get_student",
    "get_students",
    "is_revoked",
    "list_readings",
    "list_students",
    "names_of_students",
]
