"""What others may ask of people: the reads of the stores."""

from shared.kernel.ids import GuardianId
from shared.people.model import SchoolUser
from shared.people.store.families import (
    UnknownStudent,
    find_account,
    find_guardian,
    get_student,
    get_students,
    list_consents,
    list_students,
    names_of_students,
)
from shared.people.store.school_users import find_of_account
from shared.people.store.staff import find_staff, list_readings, names_of_staff
from shared.people.store.tokens import is_revoked

__all__ = [
    "UnknownStudent",
    "find_guardian",
    "find_school_user_of",
    "find_staff",
    "get_student",
    "get_students",
    "is_revoked",
    "list_consents",
    "list_readings",
    "list_students",
    "names_of_staff",
    "names_of_students",
]


def find_school_user_of(guardian_id: GuardianId) -> SchoolUser | None:
    """The school's user that a guardian's WeChat account is too; None where it is none."""
    account = find_account(guardian_id)
    return find_of_account(account) if account else None
