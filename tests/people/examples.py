"""Examples of people, and what they do one step at a time. All names are invented."""

import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pyotp

from shared.kernel.ids import GuardianId, StaffId, StudentId
from shared.people import model, usecases
from tests.builders import GUARDIAN, NOW, SCHOOL, STUDENT, TEACHER, an_id

PASSWORD = "一个够长的口令 2026"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STAFF = StaffId(an_id("stf"))


def new_ids() -> Callable[[str], str]:
    """A maker of ids: 1, 2, 3 …"""
    numbers = itertools.count(1)
    return lambda prefix: an_id(prefix, next(numbers))


def code_at(moment: datetime = NOW) -> str:
    """The one-time code that the staff's phone shows at a moment."""
    return pyotp.TOTP(TOTP_SECRET).at(int(moment.timestamp()))


def a_staff(**changes: Any) -> model.Staff:
    """A finance officer, as rules see her."""
    told: dict[str, Any] = {
        "staff_id": STAFF,
        "username": "caiwu",
        "name": "临示例",
        "department": "财务科",
        "role": model.StaffRole.FINANCE_OFFICER,
        "password_hash": "",
        "totp_secret": TOTP_SECRET,
    }
    return model.Staff(**{**told, **changes})


def hire(username: str = "caiwu") -> None:
    """Put the finance officer on file."""
    usecases.add_staff(
        staff_id=STAFF,
        username=username,
        name="临示例",
        department="财务科",
        role=model.StaffRole.FINANCE_OFFICER,
        password=PASSWORD,
        totp_secret=TOTP_SECRET,
    )


def sign_in_staff(*, at: datetime = NOW, secret: str = "a-cookie", **changes: str) -> model.StaffSession:
    """Sign the finance officer in, with what she knows and what her phone shows."""
    told: dict[str, Any] = {"username": "caiwu", "password": PASSWORD, "code": code_at(at), "csrf": "a-form-token"}
    return usecases.sign_in_staff(**{**told, **changes}, secret=secret, now=at)


def invite(code: str = "INVITATION-1", *, teacher: bool = True, now: datetime = NOW) -> model.Invitation:
    """Invite the first school's teacher (or administrator)."""
    return usecases.invite(
        code=code, institution_id=SCHOOL, teacher_id=TEACHER if teacher else None, name="鲁示例", now=now
    )


def add_child(student_id: StudentId = STUDENT, *, guardian_id: GuardianId = GUARDIAN, **changes: Any) -> model.Student:
    """Add a guardian's child, with her consent."""
    told: dict[str, Any] = {"name": "小示例", "birth_month": "2017-05", "consent": True, "now": NOW}
    return usecases.add_child(student_id=student_id, guardian_id=guardian_id, **{**told, **changes})
