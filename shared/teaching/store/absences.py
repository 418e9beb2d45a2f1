"""Where leaves, make-ups and who makes up in a session are kept; and all of an enrolment's lessons at once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import clock
from shared.kernel.ids import CourseId, EnrolmentId, GuardianId, InstitutionId, OfferingId, SessionId, TeacherId
from shared.teaching import model, rules
from shared.teaching.model import MakeUpStatus
from shared.teaching.store import LessonRow, SessionRow, lesson_of

_LEAVE, _MAKE_UP, _LESSON = "leave#", "makeup#", "lesson#"


class LeaveRow(Row):
    Meta = meta("teaching")
    asked_by = UnicodeAttribute()
    asked_at = Moment()
    reason = UnicodeAttribute()
    withdrawn_at = Moment(null=True)


class MakeUpRow(Row):
    """A make-up, under the session that was missed."""

    Meta = meta("teaching")
    institution_id = UnicodeAttribute()
    guardian_id = UnicodeAttribute()
    number = NumberAttribute()
    course_id = UnicodeAttribute()
    offering_id = UnicodeAttribute()
    class_name = UnicodeAttribute()
    session_id = UnicodeAttribute()
    teacher_id = UnicodeAttribute()
    extra = BooleanAttribute()
    starts_at = Moment()
    ends_at = Moment()
    offered_by = UnicodeAttribute()
    offered_at = Moment()
    status = UnicodeAttribute()
    moved_by = UnicodeAttribute(default="")
    moved_at = Moment(null=True)
    version = NumberAttribute()


class GuestRow(Row):
    """Who makes up for a lesson in a session: stands with the class that the session is of. `gone`: not any more."""

    Meta = meta("teaching")
    missed = UnicodeAttribute()
    gone = BooleanAttribute(null=True)


class LeftRow(Row):
    """Who has left a class for another: stands on the rosters of its sessions from `first` on that began before."""

    Meta = meta("teaching")
    first = NumberAttribute()
    left_at = Moment()


class ExtraRow(Row):
    """An extra session, in the order of time of its school: what its teacher and its room are taken by."""

    Meta = meta("teaching")
    offering_id = UnicodeAttribute()
    starts_at = Moment()
    ends_at = Moment()


class _FileRow(LessonRow):
    """Whatever is kept under an enrolment, as one query finds it."""

    Meta = meta("teaching")
    asked_by = UnicodeAttribute()
    asked_at = Moment()
    reason = UnicodeAttribute()
    withdrawn_at = Moment(null=True)
    course_id = UnicodeAttribute()
    class_name = UnicodeAttribute()
    session_id = UnicodeAttribute()
    teacher_id = UnicodeAttribute()
    extra = BooleanAttribute()
    ends_at = Moment()
    offered_by = UnicodeAttribute()
    offered_at = Moment()
    moved_by = UnicodeAttribute(default="")
    moved_at = Moment(null=True)
    version = NumberAttribute()


def read_file(enrolment_id: EnrolmentId) -> model.File:
    """All that is kept of an enrolment's lessons; one query."""
    lessons, leaves, make_ups = {}, {}, {}
    for row in _FileRow.query(enrolment_id, consistent_read=True):
        if row.sk.startswith(_LESSON):
            lesson = lesson_of(row)
            lessons[lesson.session_id] = lesson
        elif row.sk.startswith(_LEAVE):
            leave = _leave_of(row)
            leaves[leave.session_id] = leave
        elif row.sk.startswith(_MAKE_UP):
            make_up = _make_up_of(row)
            make_ups[make_up.missed] = make_up
    return model.File(lessons, leaves, make_ups)


def put_leave(leave: model.Leave) -> None:
    """Keep a leave in the place of one that was withdrawn, or of none. Raises LostRace."""
    row = LeaveRow(
        leave.enrolment_id,
        f"{_LEAVE}{leave.session_id}",
        asked_by=leave.asked_by,
        asked_at=leave.asked_at,
        reason=leave.reason,
        withdrawn_at=leave.withdrawn_at,
    )
    condition = LeaveRow.pk.does_not_exist() | LeaveRow.withdrawn_at.exists()
    transaction.commit([transaction.put_if(row, condition, refused=transaction.LostRace())])


def withdraw_leave(leave: model.Leave, *, now: datetime) -> None:
    """Note that a leave is withdrawn. Raises LostRace."""
    row = LeaveRow(leave.enrolment_id, f"{_LEAVE}{leave.session_id}")
    stands = LeaveRow.asked_at.exists() & LeaveRow.withdrawn_at.does_not_exist()
    transaction.commit(
        [transaction.update(row, [LeaveRow.withdrawn_at.set(now)], stands, refused=transaction.LostRace())]
    )


def find_leave(enrolment_id: EnrolmentId, session_id: SessionId) -> model.Leave | None:
    """A leave from a session, withdrawn or not."""
    try:
        return _leave_of(LeaveRow.get(enrolment_id, f"{_LEAVE}{session_id}", consistent_read=True))
    except LeaveRow.DoesNotExist:
        return None


def list_leaves(session_id: SessionId, enrolment_ids: Iterable[EnrolmentId]) -> dict[EnrolmentId, model.Leave]:
    """The leaves from a session that stand, by enrolment."""
    keys = [(enrolment_id, f"{_LEAVE}{session_id}") for enrolment_id in dict.fromkeys(enrolment_ids)]
    rows = LeaveRow.batch_get(keys, consistent_read=True) if keys else ()
    return {one.enrolment_id: one for one in map(_leave_of, rows) if one.stands}


def find_make_up(enrolment_id: EnrolmentId, missed: SessionId) -> model.MakeUp | None:
    """The make-up of a lesson that was missed, whatever became of it."""
    try:
        return _make_up_of(MakeUpRow.get(enrolment_id, f"{_MAKE_UP}{missed}", consistent_read=True))
    except MakeUpRow.DoesNotExist:
        return None


def list_guests(session: model.Session) -> list[model.MakeUp]:
    """Who makes up for a lesson in a session, or was marked there for it."""
    rows = GuestRow.query(session.offering_id, GuestRow.sk.startswith(f"guest#{session.session_id}#"))
    keys = [(row.sk.rpartition("#")[2], f"{_MAKE_UP}{row.missed}") for row in rows]
    found = MakeUpRow.batch_get(keys, consistent_read=True) if keys else ()
    there = [one for one in map(_make_up_of, found) if one.stands and one.session_id == session.session_id]
    return sorted(there, key=lambda one: one.enrolment_id)


def has_left(
    offering_id: OfferingId, enrolment_id: EnrolmentId, *, transfer: int, first: int, now: datetime
) -> transaction.Part:
    """The part that keeps an enrolment on the rosters of a class, from its session `first` on, as far as they began.

    `transfer`: by which of its transfers it leaves.
    """
    return transaction.put(LeftRow(offering_id, f"left#{enrolment_id}#{transfer:03d}", first=first, left_at=now))


def list_left(session: model.Session) -> list[EnrolmentId]:
    """Who was in a session's class when it began, and has left the class since."""
    rows = LeftRow.query(session.offering_id, LeftRow.sk.startswith("left#"))
    was_in = [row for row in rows if row.first <= session.number and session.starts_at <= row.left_at]
    return list(dict.fromkeys(EnrolmentId(row.sk.split("#")[1]) for row in was_in))


def offered(make_up: model.MakeUp, *, was: model.MakeUp | None) -> transaction.Part:
    """The part that offers a make-up, in the place of one that came to nothing. Else LostRace."""
    condition = MakeUpRow.version == was.version if was else MakeUpRow.pk.does_not_exist()
    return transaction.put_if(_make_up_row(make_up), condition, refused=transaction.LostRace())


def moved(
    make_up: model.MakeUp, becomes: MakeUpStatus, *, by: str, now: datetime
) -> tuple[model.MakeUp, list[transaction.Part]]:
    """A make-up as it becomes, and the parts of that: itself, and the guest's place in its session. Else LostRace."""
    after = replace(make_up, status=becomes, moved_by=by, moved_at=now, version=make_up.version + 1)
    condition = MakeUpRow.version == make_up.version
    parts = [transaction.put_if(_make_up_row(after), condition, refused=transaction.LostRace())]
    if becomes is MakeUpStatus.ACCEPTED:
        return after, [*parts, *_comes(make_up)]
    if make_up.status is MakeUpStatus.ACCEPTED and becomes is not MakeUpStatus.MARKED:
        return after, [*parts, *_goes(make_up)]
    return after, parts


def _comes(make_up: model.MakeUp) -> Sequence[transaction.Part]:
    """Twice in one session is refused, and so is one too many in an extra session."""
    free = GuestRow.pk.does_not_exist() | GuestRow.gone.exists()
    guest = transaction.put_if(_guest_row(make_up), free, refused=rules.ThereAlready())
    if not make_up.extra:
        taught = SessionRow.pk.exists() & SessionRow.cancelled.does_not_exist()
        return [guest, transaction.check(_session_key(make_up), taught, refused=rules.SessionCancelled())]
    room = SessionRow.guests.does_not_exist() | (SessionRow.guests < SessionRow.extra_seats)
    return [
        guest,
        transaction.update(_session_key(make_up), [SessionRow.guests.add(1)], room, refused=rules.ExtraFull()),
    ]


def _goes(make_up: model.MakeUp) -> Sequence[transaction.Part]:
    there = GuestRow.pk.exists()
    gone = transaction.update(_guest_row(make_up), [GuestRow.gone.set(True)], there, refused=transaction.LostRace())
    if not make_up.extra:
        return [gone]
    fewer = [SessionRow.guests.add(-1)]
    return [
        gone,
        transaction.update(_session_key(make_up), fewer, SessionRow.guests > 0, refused=transaction.LostRace()),
    ]


def extra_noted(session: model.Session) -> transaction.Part:
    """The part that notes an extra session with its school, in order of time."""
    row = ExtraRow(
        f"extra#{session.institution_id}",
        f"{clock.stored(session.starts_at)}#{session.session_id}",
        offering_id=session.offering_id,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
    )
    return transaction.put(row)


def list_extra(
    institution_id: InstitutionId, *, since: datetime, until: datetime | None = None
) -> list[tuple[OfferingId, SessionId, datetime, datetime]]:
    """A school's extra sessions that begin at `since` or later, before `until`: of which class, from when to when."""
    to = clock.stored(until) if until else "9"
    rows = ExtraRow.query(f"extra#{institution_id}", ExtraRow.sk.between(clock.stored(since), to))
    return [
        (OfferingId(row.offering_id), SessionId(row.sk.rpartition("#")[2]), row.starts_at, row.ends_at) for row in rows
    ]


def _guest_row(make_up: model.MakeUp) -> GuestRow:
    return GuestRow(make_up.offering_id, f"guest#{make_up.session_id}#{make_up.enrolment_id}", missed=make_up.missed)


def _session_key(make_up: model.MakeUp) -> SessionRow:
    return SessionRow(make_up.offering_id, f"session#{make_up.session_id}")


def _make_up_row(make_up: model.MakeUp) -> MakeUpRow:
    return MakeUpRow(
        make_up.enrolment_id,
        f"{_MAKE_UP}{make_up.missed}",
        institution_id=make_up.institution_id,
        guardian_id=make_up.guardian_id,
        number=make_up.number,
        course_id=make_up.course_id,
        offering_id=make_up.offering_id,
        class_name=make_up.class_name,
        session_id=make_up.session_id,
        teacher_id=make_up.teacher_id,
        extra=make_up.extra,
        starts_at=make_up.starts_at,
        ends_at=make_up.ends_at,
        offered_by=make_up.offered_by,
        offered_at=make_up.offered_at,
        status=make_up.status.value,
        moved_by=make_up.moved_by,
        moved_at=make_up.moved_at,
        version=make_up.version,
    )


def _leave_of(row: Any) -> model.Leave:
    return model.Leave(
        enrolment_id=EnrolmentId(row.pk),
        session_id=SessionId(row.sk.removeprefix(_LEAVE)),
        asked_by=GuardianId(row.asked_by),
        asked_at=row.asked_at,
        reason=row.reason,
        withdrawn_at=row.withdrawn_at,
    )


def _make_up_of(row: Any) -> model.MakeUp:
    return model.MakeUp(
        enrolment_id=EnrolmentId(row.pk),
        missed=SessionId(row.sk.removeprefix(_MAKE_UP)),
        number=int(row.number),
        institution_id=InstitutionId(row.institution_id),
        guardian_id=GuardianId(row.guardian_id),
        course_id=CourseId(row.course_id),
        offering_id=OfferingId(row.offering_id),
        class_name=row.class_name,
        session_id=SessionId(row.session_id),
        teacher_id=TeacherId(row.teacher_id),
        extra=bool(row.extra),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        offered_by=row.offered_by,
        offered_at=row.offered_at,
        status=MakeUpStatus(row.status),
        moved_by=row.moved_by or "",
        moved_at=row.moved_at,
        version=int(row.version),
    )
