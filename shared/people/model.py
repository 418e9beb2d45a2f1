"""People: guardians and their children, a school's users, the bureau's staff."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.ids import GuardianId, InstitutionId, StaffId, StudentId, TeacherId


class StaffRole(StrEnum):
    """What a member of the bureau's staff may do in the console."""

    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    FINANCE_OFFICER = "finance_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Student:
    """A child. Data of a child under 14 is sensitive: `consent_version` is the text that the guardian agreed to last.

    `consents` counts how often she agreed; the last time may be withdrawn since.
    """

    student_id: StudentId
    guardian_id: GuardianId
    name: str
    birth_month: str
    consented_at: datetime
    consent_version: str
    consent_withdrawn_at: datetime | None = None
    consents: int = 1


@dataclass(frozen=True)
class Consent:
    """A guardian's consent, kept for ever: to which text by its hash, for what, when, and when it was withdrawn."""

    number: int
    guardian_id: GuardianId
    version: str
    text_sha256: str
    purposes: tuple[str, ...]
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class SchoolUser:
    """An administrator of a school, or one of its teachers (then with `teacher_id`)."""

    user_id: str
    institution_id: InstitutionId
    teacher_id: TeacherId | None
    name: str


@dataclass(frozen=True)
class Invitation:
    """What lets somebody become a school's user, once, until it expires."""

    institution_id: InstitutionId
    teacher_id: TeacherId | None
    name: str
    expires_at: datetime


@dataclass(frozen=True)
class Staff:
    """A member of the bureau's staff. `password_hash` is argon2id."""

    staff_id: StaffId
    username: str
    name: str
    department: str
    role: StaffRole
    password_hash: str
    totp_secret: str
    last_totp_step: int = 0


@dataclass(frozen=True)
class StaffSession:
    """A signed-in member of the staff. `csrf` stands in every form."""

    session_id: str
    staff_id: StaffId
    username: str
    name: str
    department: str
    role: StaffRole
    csrf: str
    began_at: datetime
    seen_at: datetime
