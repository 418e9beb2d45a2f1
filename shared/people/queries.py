"""What others may ask of people: the reads of the stores."""

from shared.people.store.families import (
    UnknownStudent,
    find_guardian,
    get_student,
    get_students,
    list_students,
    names_of_students,
)
from shared.people.store.staff import find_staff, list_readings
from shared.people.store.tokens import is_revoked

__all__ = [
    "UnknownStudent",
    "find_guardian",
    "find_staff",
    "get_student",
    "get_students",
    "is_revoked",
    "list_readings",
    "list_students",
    "names_of_students",
]
