"""Signing in and out, children, invitations."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from shared.kernel import clock
from shared.kernel.ids import GuardianId, InstitutionId, StaffId, StudentId, TeacherId
from shared.people import consents, model, rules
from shared.people.store import families, keys, school_users, tokens
from shared.people.store import staff as staff_store

# As OWASP's Password Storage Cheat Sheet has it: 19 MiB, 2 passes, 1 lane. Anybody may try to sign in, beside payments,
# and RFC 9106's 64 MiB in 4 lanes take seven times the processor. A hash of before keeps its own figures.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def sign_in_guardian(*, openid: str, new_id: Callable[[str], str]) -> GuardianId:
    """The guardian of a WeChat account; the first sign-in makes one."""
    found = families.find_guardian(openid)
    if found is not None:
        return found
    guardian_id = GuardianId(new_id("grd"))
    try:
        families.add_guardian(openid, guardian_id)
    except keys.AlreadyThere:
        return sign_in_guardian(openid=openid, new_id=new_id)
    return guardian_id


def sign_in_school_user(
    *, openid: str, invitation: str | None, new_id: Callable[[str], str], now: datetime
) -> model.SchoolUser:
    """The school's user of a WeChat account; an invitation makes one. Raises NotASchoolUser, InvitationInvalid."""
    if invitation is not None:
        asked = rules.check_invitation(school_users.find_invitation(invitation), now)
        user = model.SchoolUser(new_id("usr"), asked.institution_id, asked.teacher_id, asked.name)
        school_users.use_invitation(invitation, openid, user)
        return user
    found = school_users.find_school_user(openid)
    if found is None:
        raise rules.NotASchoolUser()
    return found


def invite(
    *, code: str, institution_id: InstitutionId, teacher_id: TeacherId | None, name: str, now: datetime
) -> model.Invitation:
    """Invite somebody to be a school's administrator, or one of its teachers. `code` is told once and kept hashed."""
    invitation = model.Invitation(institution_id, teacher_id, name, now + rules.INVITATION_LIFE)
    school_users.put_invitation(code, invitation)
    return invitation


def add_child(
    *,
    student_id: StudentId,
    guardian_id: GuardianId,
    name: str,
    birth_month: str,
    consent: bool,
    consent_version: str | None = None,
    now: datetime,
) -> model.Student:
    """Keep a guardian's child, with her consent to the text in force, which is `consent_version` where that is told.

    Raises ConsentMissing, WrongName, WrongBirthMonth, ConsentTextChanged.
    """
    rules.check_child(name, birth_month, consent, now)
    text = consents.check_text(consent_version, on=clock.business_day(now))
    student = model.Student(student_id, guardian_id, name.strip(), birth_month, now, text.version)
    try:
        families.add_student(student)
    except keys.AlreadyThere:
        return families.get_student(guardian_id=guardian_id, student_id=student_id)
    return student


def add_staff(
    *,
    staff_id: StaffId,
    username: str,
    name: str,
    department: str,
    role: model.StaffRole,
    password: str,
    totp_secret: str,
) -> None:
    """Keep a new member of the staff. Raises AlreadyThere."""
    staff_store.add_staff(model.Staff(staff_id, username, name, department, role, _hasher.hash(password), totp_secret))


def sign_in_staff(
    *, username: str, password: str, code: str, secret: str, csrf: str, now: datetime
) -> model.StaffSession:
    """Begin a console session, known by the cookie's `secret`. Raises SignInFailed, SignInLocked.

    Neither the time taken nor the locking tells whether the username exists; a one-time code is good once.
    """
    if not username.isprintable() or len(username) > rules.USERNAME_LENGTH:
        raise rules.SignInFailed()
    staff_store.count_attempt(username, now=now)
    staff = staff_store.find_staff(username)
    if staff is None:
        _matches(_nobodys_hash(), password)
        raise rules.SignInFailed()
    step = rules.totp_step(staff, code, now)
    if not _matches(staff.password_hash, password) or step is None:
        raise rules.SignInFailed()
    staff_store.note_success(staff, totp_step=step)
    staff_store.forget_attempts(username)
    session = model.StaffSession(
        "", staff.staff_id, staff.username, staff.name, staff.department, staff.role, csrf, now, now
    )
    staff_store.put_session(secret, session)
    return session


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody")


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def get_staff_session(*, secret: str, now: datetime) -> model.StaffSession:
    """The console session of a cookie, which stays alive by this. Raises SessionOver."""
    session = rules.check_session(staff_store.find_session(secret), now)
    if (now - session.seen_at).total_seconds() > 60:
        staff_store.touch_session(secret, now=now)
    return session


def sign_out_staff(*, secret: str) -> None:
    """End a console session."""
    staff_store.delete_session(secret)


def record_staff_reading(*, staff_id: StaffId, subject: str, purpose: str, now: datetime) -> None:
    """Record that a member of the staff read personal data, and for what."""
    staff_store.add_reading(subject, staff_id, purpose, now=now)


def sign_out(*, token_id: str, expires_at: datetime) -> None:
    """Make a token no longer good."""
    tokens.revoke(token_id, until=expires_at)
