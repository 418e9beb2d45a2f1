"""The bureau's staff: sign-ins, console sessions, and who read whose personal data."""

import math
from collections.abc import Collection
from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import clock
from shared.kernel.ids import StaffId
from shared.kernel.page import Page
from shared.people import model, rules
from shared.people.store import keys


class StaffRow(Row):
    Meta = meta("people")
    staff_id = UnicodeAttribute()
    name = UnicodeAttribute()
    department = UnicodeAttribute()
    role = UnicodeAttribute()
    password_hash = UnicodeAttribute()
    totp_secret = UnicodeAttribute()
    last_totp_step = NumberAttribute(default=0)


class AttemptsRow(Row):
    """Sign-ins under a username, whether or not anybody has it, since the last one that went well."""

    Meta = meta("people")
    failures = NumberAttribute()
    last_at = Moment()
    expires_at = NumberAttribute()


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
    transaction.commit([transaction.put_new(row, refused=keys.AlreadyThere())])


def names_of_staff(usernames: Collection[str]) -> dict[str, str]:
    """The names of the staff with these usernames, by username."""
    rows = StaffRow.batch_get([(f"staff#{one}", "staff") for one in usernames]) if usernames else ()
    return {row.pk.removeprefix("staff#"): row.name for row in rows}


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
        last_totp_step=int(row.last_totp_step),
    )


def note_success(staff: model.Staff, *, totp_step: int) -> None:
    """Use a one-time code up. Raises SignInFailed when it was used this very moment."""
    row = StaffRow(f"staff#{staff.username}", "staff")
    used = StaffRow.last_totp_step.set(totp_step)
    if not _updated(row, [used], StaffRow.last_totp_step < totp_step):
        raise rules.SignInFailed()


def count_attempt(username: str, *, now: datetime) -> None:
    """Count a sign-in before anything is checked, so that many at once aren't more than are allowed one by one.

    Raises SignInLocked when as many as are allowed went wrong, until LOCK has passed since the last of them.
    """
    transaction.retried(lambda: _count_attempt(username, now))


def _count_attempt(username: str, now: datetime) -> None:
    """Raises LostRace where another sign-in has changed the count meanwhile: it may be free again."""
    row = AttemptsRow(f"attempts#{username}", "attempts")
    since = now - rules.LOCK
    seen = [AttemptsRow.last_at.set(now), AttemptsRow.expires_at.set(int((now + 2 * rules.LOCK).timestamp()))]
    recent = (AttemptsRow.last_at > since) & (AttemptsRow.failures < rules.FAILURES_ALLOWED)
    if _updated(row, [AttemptsRow.failures.add(1), *seen], recent):
        return
    over = AttemptsRow.pk.does_not_exist() | (AttemptsRow.last_at <= since)
    if _updated(row, [AttemptsRow.failures.set(1), *seen], over):
        return
    try:
        found = AttemptsRow.get(row.pk, row.sk, consistent_read=True)
    except AttemptsRow.DoesNotExist:
        raise transaction.LostRace() from None
    if found.failures < rules.FAILURES_ALLOWED:
        raise transaction.LostRace()
    raise rules.SignInLocked(retry_after_seconds=max(1, math.ceil((found.last_at + rules.LOCK - now).total_seconds())))


def forget_attempts(username: str) -> None:
    """Begin to count anew: a sign-in went well."""
    AttemptsRow(f"attempts#{username}", "attempts").delete()


def put_session(secret: str, session: model.StaffSession) -> None:
    """Keep a console session under the hash of the cookie's secret."""
    SessionRow(
        f"session#{keys.hashed(secret)}",
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
        row = SessionRow.get(f"session#{keys.hashed(secret)}", "session", consistent_read=True)
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
    """Keep that a session was used. One that was ended in this moment stays ended."""
    _updated(
        SessionRow(f"session#{keys.hashed(secret)}", "session"), [SessionRow.seen_at.set(now)], SessionRow.pk.exists()
    )


def delete_session(secret: str) -> None:
    """End a console session."""
    SessionRow(f"session#{keys.hashed(secret)}", "session").delete()


def add_reading(subject: str, staff_id: StaffId, purpose: str, *, now: datetime) -> None:
    """Keep that a member of the staff read the personal data of a subject."""
    sk = f"reading#{clock.stored(now)}#{staff_id}"
    ReadingRow(f"readings#{subject}", sk, staff_id=staff_id, purpose=purpose, at=now).save()


def list_readings(subject: str, *, limit: int, cursor: str | None) -> Page[tuple[datetime, StaffId, str]]:
    """Who read a subject's personal data, newest first: when, who, for what."""
    page = pages.page(ReadingRow, f"readings#{subject}", limit=limit, cursor=cursor, backwards=True)
    return page.map(lambda row: (row.at, StaffId(row.staff_id), row.purpose))


def _updated(row: Row, actions: list[Action], condition: Condition) -> bool:
    try:
        row.update(actions, condition)
    except UpdateError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return False
        raise
    return True
