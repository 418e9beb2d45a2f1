"""Where people are kept. Keys: this context's README."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import clock, errors
from shared.kernel.ids import GuardianId, InstitutionId, StaffId, StudentId, TeacherId
from shared.kernel.page import Page
from shared.people import model, rules


class UnknownStudent(errors.Missing):
    code = "unknown_student"
    zh = "没有找到这个学员。"
    en = "There is no such student."


class AlreadyThere(errors.Conflict):
    code = "already_there"
    zh = "已存在。"
    en = "It is there already."


class GuardianRow(Row):
    Meta = meta("people")
    guardian_id = UnicodeAttribute()


class StudentRow(Row):
    Meta = meta("people")
    guardian_id = UnicodeAttribute()
    name = UnicodeAttribute()
    birth_month = UnicodeAttribute()
    consented_at = Moment()
    consent_version = UnicodeAttribute()


class ChildRow(Row):
    """A guardian's child, for the list."""

    Meta = meta("people")


class SchoolUserRow(Row):
    Meta = meta("people")
    user_id = UnicodeAttribute()
    institution_id = UnicodeAttribute()
    teacher_id = UnicodeAttribute(null=True)
    name = UnicodeAttribute()


class InvitationRow(Row):
    """Under the hash of its code: who reads the table can't use it."""

    Meta = meta("people")
    institution_id = UnicodeAttribute()
    teacher_id = UnicodeAttribute(null=True)
    name = UnicodeAttribute()
    until = Moment()


class RevokedRow(Row):
    Meta = meta("people")
    expires_at = NumberAttribute()


class StaffRow(Row):
    Meta = meta("people")
    staff_id = UnicodeAttribute()
    name = UnicodeAttribute()
    department = UnicodeAttribute()
    role = UnicodeAttribute()
    password_hash = UnicodeAttribute()
    totp_secret = UnicodeAttribute()
    failures = NumberAttribute(default=0)
    locked_until = Moment(null=True)
    last_totp_step = NumberAttribute(default=0)


class SessionRow(Row):
    Meta = meta("people")
    staff_id = UnicodeAttribute()
    username = UnicodeAttribute()
    name = UnicodeAttribute()
    department = UnicodeAttribute()
    role = UnicodeAttribute()
    csrf = UnicodeAttribute()
    began_at = Moment()
    seen_at = Moment()
    expires_at = NumberAttribute()


class ReadingRow(Row):
    """That a member of the staff read personal data."""

    Meta = meta("people")
    staff_id = UnicodeAttribute()
    purpose = UnicodeAttribute()
    at = Moment()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def find_guardian(openid: str) -> GuardianId | None:
    """The guardian of a WeChat account."""
    try:
        return GuardianId(GuardianRow.get(f"openid#{_hash(openid)}", "guardian", consistent_read=True).guardian_id)
    except GuardianRow.DoesNotExist:
        return None


def add_guardian(openid: str, guardian_id: GuardianId) -> None:
    """Keep a new guardian. Raises AlreadyThere when another sign-in was faster."""
    row = GuardianRow(f"openid#{_hash(openid)}", "guardian", guardian_id=guardian_id)
    transaction.commit([transaction.put_new(row, refused=AlreadyThere())])


def add_student(student: model.Student) -> None:
    """Keep a guardian's child. Raises AlreadyThere."""
    row = StudentRow(
        student.student_id,
        "student",
        guardian_id=student.guardian_id,
        name=student.name,
        birth_month=student.birth_month,
        consented_at=student.consented_at,
        consent_version=student.consent_version,
    )
    taken = AlreadyThere()
    child = ChildRow(student.guardian_id, f"student#{student.student_id}")
    transaction.commit([transaction.put_new(row, refused=taken), transaction.put_new(child, refused=taken)])


def get_student(*, guardian_id: GuardianId, student_id: StudentId) -> model.Student:
    """A guardian's child. Another guardian's is missing: raises UnknownStudent."""
    found = get_students([student_id])
    if not found or found[0].guardian_id != guardian_id:
        raise UnknownStudent()
    return found[0]


def list_students(guardian_id: GuardianId, *, limit: int, cursor: str | None) -> Page[model.Student]:
    """A guardian's children."""
    page = pages.page(ChildRow, guardian_id, limit=limit, cursor=cursor, keys=ChildRow.sk.startswith("student#"))
    return Page(get_students([StudentId(row.sk.removeprefix("student#")) for row in page.rows]), page.next_cursor)


def get_students(student_ids: Sequence[StudentId]) -> list[model.Student]:
    """The students with these ids; one that isn't there isn't in the answer."""
    keys = [(student_id, "student") for student_id in dict.fromkeys(student_ids)]
    rows = StudentRow.batch_get(keys, consistent_read=True) if keys else []
    return [
        model.Student(
            student_id=StudentId(row.pk),
            guardian_id=GuardianId(row.guardian_id),
            name=row.name,
            birth_month=row.birth_month,
            consented_at=row.consented_at,
            consent_version=row.consent_version,
        )
        for row in rows
    ]


def names_of_students(student_ids: Sequence[StudentId]) -> dict[StudentId, str]:
    """Names by id, for a roster."""
    return {student.student_id: student.name for student in get_students(student_ids)}


def put_invitation(code: str, invitation: model.Invitation) -> None:
    """Keep an invitation under its code's hash. Raises AlreadyThere."""
    row = InvitationRow(
        f"invitation#{_hash(code)}",
        "invitation",
        institution_id=invitation.institution_id,
        teacher_id=invitation.teacher_id,
        name=invitation.name,
        until=invitation.expires_at,
    )
    transaction.commit([transaction.put_new(row, refused=AlreadyThere())])


def find_invitation(code: str) -> model.Invitation | None:
    """An invitation that isn't used yet."""
    try:
        row = InvitationRow.get(f"invitation#{_hash(code)}", "invitation", consistent_read=True)
    except InvitationRow.DoesNotExist:
        return None
    teacher_id = TeacherId(row.teacher_id) if row.teacher_id else None
    return model.Invitation(InstitutionId(row.institution_id), teacher_id, row.name, row.until)


def use_invitation(code: str, openid: str, user: model.SchoolUser) -> None:
    """Make a school's user and use the invitation up, together. Raises InvitationInvalid when it is used."""
    row = SchoolUserRow(
        f"openid#{_hash(openid)}",
        "school_user",
        user_id=user.user_id,
        institution_id=user.institution_id,
        teacher_id=user.teacher_id,
        name=user.name,
    )
    used = transaction.Part(
        "delete",
        InvitationRow(f"invitation#{_hash(code)}", "invitation"),
        rules.InvitationInvalid(pointer="/invitation"),
        InvitationRow.pk.exists(),
    )
    transaction.commit([used, transaction.put(row)])


def find_school_user(openid: str) -> model.SchoolUser | None:
    """The school's user of a WeChat account."""
    try:
        row = SchoolUserRow.get(f"openid#{_hash(openid)}", "school_user", consistent_read=True)
    except SchoolUserRow.DoesNotExist:
        return None
    teacher_id = TeacherId(row.teacher_id) if row.teacher_id else None
    return model.SchoolUser(row.user_id, InstitutionId(row.institution_id), teacher_id, row.name)


def revoke(token_id: str, *, until: datetime) -> None:
    """Keep that a token is no longer good, until it would have expired anyway."""
    RevokedRow(f"revoked#{token_id}", "revoked", expires_at=int(until.timestamp())).save()


def is_revoked(token_id: str) -> bool:
    """Whether a token's holder has signed out."""
    try:
        RevokedRow.get(f"revoked#{token_id}", "revoked", consistent_read=True)
    except RevokedRow.DoesNotExist:
        return False
    return True


def add_staff(staff: model.Staff) -> None:
    """Keep a new member of the staff. Raises AlreadyThere."""
    row = StaffRow(
        f"staff#{staff.username}",
        "staff",
        staff_id=staff.staff_id,
        name=staff.name,
        department=staff.department,
        role=staff.role.value,
        password_hash=staff.password_hash,
        totp_secret=staff.totp_secret,
    )
    transaction.commit([transaction.put_new(row, refused=AlreadyThere())])


def find_staff(username: str) -> model.Staff | None:
    """A member of the staff by username."""
    try:
        row = StaffRow.get(f"staff#{username}", "staff", consistent_read=True)
    except StaffRow.DoesNotExist:
        return None
    return model.Staff(
        staff_id=StaffId(row.staff_id),
        username=username,
        name=row.name,
        department=row.department,
        role=model.StaffRole(row.role),
        password_hash=row.password_hash,
        totp_secret=row.totp_secret,
        failures=int(row.failures),
        locked_until=row.locked_until,
        last_totp_step=int(row.last_totp_step),
    )


def note_failure(staff: model.Staff, *, locked_until: datetime | None) -> None:
    """Count a failed sign-in, and lock when it was one too many."""
    actions: list[Action] = [StaffRow.failures.add(1)]
    if locked_until is not None:
        actions = [StaffRow.failures.set(0), StaffRow.locked_until.set(locked_until)]
    StaffRow(f"staff#{staff.username}", "staff").update(actions)


def note_success(staff: model.Staff, *, totp_step: int) -> None:
    """Use a one-time code up. Raises SignInFailed when it was used this very moment."""
    row = StaffRow(f"staff#{staff.username}", "staff")
    actions: list[Action] = [
        StaffRow.last_totp_step.set(totp_step),
        StaffRow.failures.set(0),
        StaffRow.locked_until.remove(),
    ]
    condition = StaffRow.last_totp_step < totp_step
    transaction.commit([transaction.update(row, actions, condition, refused=rules.SignInFailed())])


def put_session(secret: str, session: model.StaffSession) -> None:
    """Keep a console session under the hash of the cookie's secret."""
    SessionRow(
        f"session#{_hash(secret)}",
        "session",
        staff_id=session.staff_id,
        username=session.username,
        name=session.name,
        department=session.department,
        role=session.role.value,
        csrf=session.csrf,
        began_at=session.began_at,
        seen_at=session.seen_at,
        expires_at=int((session.began_at + rules.SESSION_LIFE).timestamp()),
    ).save()


def find_session(secret: str) -> model.StaffSession | None:
    """A console session by the cookie's secret."""
    try:
        row = SessionRow.get(f"session#{_hash(secret)}", "session", consistent_read=True)
    except SessionRow.DoesNotExist:
        return None
    return model.StaffSession(
        session_id=row.pk,
        staff_id=StaffId(row.staff_id),
        username=row.username,
        name=row.name,
        department=row.department,
        role=model.StaffRole(row.role),
        csrf=row.csrf,
        began_at=row.began_at,
        seen_at=row.seen_at,
    )


def touch_session(secret: str, *, now: datetime) -> None:
    """Keep that a session was used."""
    SessionRow(f"session#{_hash(secret)}", "session").update([SessionRow.seen_at.set(now)])


def delete_session(secret: str) -> None:
    """End a console session."""
    SessionRow(f"session#{_hash(secret)}", "session").delete()


def add_reading(subject: str, staff_id: StaffId, purpose: str, *, now: datetime) -> None:
    """Keep that a member of the staff read the personal data of a subject."""
    sk = f"reading#{clock.stored(now)}#{staff_id}"
    ReadingRow(f"readings#{subject}", sk, staff_id=staff_id, purpose=purpose, at=now).save()


def list_readings(subject: str, *, limit: int, cursor: str | None) -> Page[tuple[datetime, StaffId, str]]:
    """Who read a subject's personal data, newest first: when, who, for what."""
    page = pages.page(ReadingRow, f"readings#{subject}", limit=limit, cursor=cursor, backwards=True)
    return page.map(lambda row: (row.at, StaffId(row.staff_id), row.purpose))
