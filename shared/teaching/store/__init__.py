"""Where the timetable and the lessons are kept. Keys: this context's README."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action as Update
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from events import facts
from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, from_image, meta
from shared.kernel import clock, errors
from shared.kernel.ids import (
    CourseId,
    EnrolmentId,
    FileId,
    GuardianId,
    InstitutionId,
    OfferingId,
    SessionId,
    TeacherId,
)
from shared.kernel.page import Page
from shared.teaching import model, rules


class UnknownSession(errors.Missing):
    code = "unknown_session"
    zh = "课表中没有这节课。"
    en = "There is no such session in the timetable."


class SessionExists(errors.Conflict):
    code = "session_exists"
    zh = "这节课已在课表中。"
    en = "The session is in the timetable already."


class Marked(errors.Conflict):
    """The lesson is there already; the caller reads it."""

    code = "lesson_marked"
    zh = "这节课已登记。"
    en = "The lesson is marked already."


class ByDue(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_due"
        projection = KeysOnlyProjection()

    due_kind = UnicodeAttribute(hash_key=True)
    due_at = Moment(range_key=True)


class SessionRow(Row):
    """A session. `extra_seats`: of an extra one, which isn't of the class's timetable, with so many `guests` in it."""

    Meta = meta("teaching")
    course_id = UnicodeAttribute()
    institution_id = UnicodeAttribute()
    teacher_id = UnicodeAttribute()
    number = NumberAttribute()
    starts_at = Moment()
    ends_at = Moment()
    extra_seats = NumberAttribute(null=True)
    guests = NumberAttribute(null=True)
    cancelled = BooleanAttribute(null=True)


class LessonRow(Row):
    """`due_kind` and `due_at` say what the lesson waits for; they are gone when it waits for nothing."""

    Meta = meta("teaching")
    dues = ByDue()
    offering_id = UnicodeAttribute()
    institution_id = UnicodeAttribute()
    guardian_id = UnicodeAttribute()
    number = NumberAttribute()
    starts_at = Moment()
    outcome = UnicodeAttribute()
    status = UnicodeAttribute()
    claimed_at = Moment()
    claimed_by = UnicodeAttribute()
    makes_up_for = UnicodeAttribute(null=True)
    confirm_by = UnicodeAttribute(null=True)
    deadline_assumed = BooleanAttribute(default=False)
    confirmed_at = Moment(null=True)
    dispute_reason = UnicodeAttribute(default="")
    dispute_pictures = UnicodeAttribute(null=True)
    school_answer = UnicodeAttribute(null=True)
    decided_by = UnicodeAttribute(default="")
    decision_reason = UnicodeAttribute(null=True)
    due_kind = UnicodeAttribute(null=True)
    due_at = Moment(null=True)


def sessions_written(sessions: Sequence[model.Session]) -> list[transaction.Part]:
    """The parts that write a class's sessions for the first time. Else SessionExists."""
    return [transaction.put_new(_session_row(session), refused=SessionExists()) for session in sessions]


def sessions_replaced(sessions: Sequence[model.Session]) -> list[transaction.Part]:
    """The parts that put sessions in the place of those with the same ids, of a class that nobody is taught in yet."""
    return [transaction.put(_session_row(session)) for session in sessions]


def _session_row(session: model.Session) -> SessionRow:
    return SessionRow(
        session.offering_id,
        f"session#{session.session_id}",
        course_id=session.course_id,
        institution_id=session.institution_id,
        teacher_id=session.teacher_id,
        number=session.number,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        extra_seats=session.extra_seats or None,
    )


def cancelled(session: model.Session) -> transaction.Part:
    """The part that cancels a session: nobody is taught in it."""
    row = SessionRow(session.offering_id, f"session#{session.session_id}")
    there = SessionRow.pk.exists()
    return transaction.update(row, [SessionRow.cancelled.set(True)], there, refused=UnknownSession())


def get_session(offering_id: OfferingId, session_id: SessionId) -> model.Session:
    """A session of a class. Raises UnknownSession."""
    try:
        return _session_of(SessionRow.get(offering_id, f"session#{session_id}"))
    except SessionRow.DoesNotExist:
        raise UnknownSession() from None


def list_sessions(offering_id: OfferingId) -> list[model.Session]:
    """A class's timetable in order, without extra sessions."""
    rows = SessionRow.query(offering_id, SessionRow.sk.startswith("session#"))
    regular = (session for session in map(_session_of, rows) if not session.extra)
    return sorted(regular, key=lambda session: session.number)


def get_sessions(sessions: Iterable[tuple[OfferingId, SessionId]]) -> dict[SessionId, model.Session]:
    """Those of these sessions that are in a timetable, by id, extra ones too."""
    keys = [(offering_id, f"session#{session_id}") for offering_id, session_id in dict.fromkeys(sessions)]
    rows = SessionRow.batch_get(keys) if keys else ()
    return {one.session_id: one for one in map(_session_of, rows)}


def put_lesson(lesson: model.Lesson, *, also: Sequence[transaction.Part] = ()) -> None:
    """Write a lesson as the teacher marked it, with what is in `also`. Raises Marked when it is there already."""
    taught = lesson.status is model.LessonStatus.TAUGHT
    row = LessonRow(
        lesson.enrolment_id,
        f"lesson#{lesson.session_id}",
        offering_id=lesson.offering_id,
        institution_id=lesson.institution_id,
        guardian_id=lesson.guardian_id,
        number=lesson.number,
        starts_at=lesson.starts_at,
        outcome=lesson.outcome.value,
        status=lesson.status.value,
        claimed_at=lesson.claimed_at,
        claimed_by=lesson.claimed_by,
        makes_up_for=lesson.makes_up_for,
        confirm_by=lesson.confirm_by.isoformat() if lesson.confirm_by else None,
        deadline_assumed=lesson.deadline_assumed,
        due_kind=model.Due.AUTO_CONFIRMATION.value if taught else None,
        due_at=clock.end_of(lesson.confirm_by) if lesson.confirm_by else None,
    )
    transaction.commit([transaction.put_new(row, refused=Marked()), *also])


def move_lesson(
    lesson: model.Lesson,
    becomes: model.LessonStatus,
    *,
    now: datetime,
    due: model.Due | None,
    said: model.Lesson | None = None,
    also: Sequence[transaction.Part] = (),
) -> None:
    """Move a lesson to its next status, with what is `said` of its dispute, if it is still as it was read.

    What is in `also` commits with it. Raises LostRace.
    """
    said = said or lesson
    actions: list[Update] = [LessonRow.status.set(becomes.value)]
    if becomes in (model.LessonStatus.CONFIRMED, model.LessonStatus.AUTO_CONFIRMED):
        actions.append(LessonRow.confirmed_at.set(now))
    if said.dispute_reason != lesson.dispute_reason:
        actions.append(LessonRow.dispute_reason.set(said.dispute_reason))
    if said.dispute_pictures != lesson.dispute_pictures:
        actions.append(LessonRow.dispute_pictures.set(" ".join(said.dispute_pictures)))
    if said.decided_by != lesson.decided_by:
        actions += [LessonRow.decided_by.set(said.decided_by), LessonRow.decision_reason.set(said.decision_reason)]
    if due is None:
        actions += [LessonRow.due_kind.remove(), LessonRow.due_at.remove()]
    else:
        actions += [LessonRow.due_kind.set(due.value), LessonRow.due_at.set(now)]
    row = LessonRow(lesson.enrolment_id, f"lesson#{lesson.session_id}")
    condition = LessonRow.status == lesson.status.value
    transaction.commit([transaction.update(row, actions, condition, refused=transaction.LostRace()), *also])


def still_waits(enrolment_id: EnrolmentId, session_id: SessionId) -> transaction.Part:
    """The part that holds a transaction to a lesson's waiting for its guardian's word. Else UnknownSession."""
    condition = LessonRow.status == model.LessonStatus.TAUGHT.value
    return transaction.check(LessonRow(enrolment_id, f"lesson#{session_id}"), condition, refused=UnknownSession())


def answer_dispute(lesson: model.Lesson, answer: str) -> None:
    """Note what the school answers to an open dispute that isn't answered yet. Raises LostRace."""
    row = LessonRow(lesson.enrolment_id, f"lesson#{lesson.session_id}")
    open_still = LessonRow.status == model.LessonStatus.DISPUTED.value
    condition = open_still & LessonRow.school_answer.does_not_exist()
    actions = [LessonRow.school_answer.set(answer)]
    transaction.commit([transaction.update(row, actions, condition, refused=transaction.LostRace())])


def released(enrolment_id: EnrolmentId, session_id: SessionId) -> transaction.Part:
    """The part of a release that takes its lesson from confirmed to released, so that it isn't due any more."""
    confirmed_ones = (model.LessonStatus.CONFIRMED.value, model.LessonStatus.AUTO_CONFIRMED.value)
    return transaction.update(
        LessonRow(enrolment_id, f"lesson#{session_id}"),
        [
            LessonRow.status.set(model.LessonStatus.RELEASED.value),
            LessonRow.due_kind.remove(),
            LessonRow.due_at.remove(),
        ],
        LessonRow.status.is_in(*confirmed_ones),
        refused=rules.NotConfirmed(),
    )


def find_lesson(enrolment_id: EnrolmentId, session_id: SessionId) -> model.Lesson | None:
    """A student's lesson, None while the teacher hasn't marked it."""
    try:
        return lesson_of(LessonRow.get(enrolment_id, f"lesson#{session_id}", consistent_read=True))
    except LessonRow.DoesNotExist:
        return None


def list_lessons(enrolment_id: EnrolmentId) -> list[model.Lesson]:
    """A student's marked lessons of one enrolment, in order."""
    rows = LessonRow.query(enrolment_id, LessonRow.sk.startswith("lesson#"), consistent_read=True)
    return sorted(map(lesson_of, rows), key=lambda lesson: (lesson.number, lesson.starts_at))


def list_marks(session_id: SessionId, enrolment_ids: Sequence[EnrolmentId]) -> dict[EnrolmentId, model.Lesson]:
    """The lessons of one session that are marked, by enrolment."""
    found = get_lessons([(enrolment_id, session_id) for enrolment_id in enrolment_ids])
    return {lesson.enrolment_id: lesson for lesson in found.values()}


def get_lessons(
    lessons: Sequence[tuple[EnrolmentId, SessionId]],
) -> dict[tuple[EnrolmentId, SessionId], model.Lesson]:
    """Those of these lessons that are marked."""
    keys = [(enrolment_id, f"lesson#{session_id}") for enrolment_id, session_id in lessons]
    rows = LessonRow.batch_get(keys, consistent_read=True) if keys else []
    return {(one.enrolment_id, one.session_id): one for one in map(lesson_of, rows)}


def list_due(kind: model.Due, *, until: datetime) -> list[tuple[EnrolmentId, SessionId]]:
    """The lessons that wait for something since `until` or before, the longest waiting first."""
    rows = LessonRow.dues.query(kind.value, LessonRow.due_at <= until.astimezone(UTC))
    return [(EnrolmentId(row.pk), SessionId(row.sk.removeprefix("lesson#"))) for row in rows]


def list_due_at(kind: model.Due, moment: datetime) -> list[tuple[EnrolmentId, SessionId]]:
    """The lessons that are due for something at exactly this moment."""
    rows = LessonRow.dues.query(kind.value, LessonRow.due_at == moment.astimezone(UTC))
    return [(EnrolmentId(row.pk), SessionId(row.sk.removeprefix("lesson#"))) for row in rows]


def list_waiting(kind: model.Due, *, until: datetime, limit: int, cursor: str | None) -> Page[model.Waiting]:
    """One page of the lessons that wait for something since `until` or before, the longest waiting first."""
    keys = LessonRow.due_at <= until.astimezone(UTC)
    page = pages.page(LessonRow, kind.value, limit=limit, cursor=cursor, keys=keys, index=LessonRow.dues)
    wanted = [(row.pk, row.sk) for row in page.rows]
    found = {(row.pk, row.sk): row for row in LessonRow.batch_get(wanted, consistent_read=True)} if wanted else {}
    there = [found[key] for key in wanted if key in found]
    return Page(
        [model.Waiting(lesson_of(row), row.due_at) for row in there if row.due_kind == kind.value], page.next_cursor
    )


def count_waiting(kind: model.Due, *, until: datetime, at_most: int) -> int:
    """How many lessons wait for something since `until` or before; no more than `at_most` are counted."""
    found = LessonRow.dues.count(kind.value, LessonRow.due_at <= until.astimezone(UTC), limit=at_most)
    return min(int(found), at_most)


def confirmed_from_image(image: Mapping[str, Any]) -> facts.LessonConfirmed | None:
    """The fact of a stream record's new image; None when it isn't a confirmed lesson."""
    if not image.get("sk", {}).get("S", "").startswith("lesson#"):
        return None
    return confirmed(lesson_of(from_image(LessonRow, image)))


def confirmed(lesson: model.Lesson) -> facts.LessonConfirmed | None:
    """The fact of a lesson that is confirmed and not released yet; None of any other."""
    if lesson.status not in (model.LessonStatus.CONFIRMED, model.LessonStatus.AUTO_CONFIRMED):
        return None
    assert lesson.confirmed_at is not None
    return facts.LessonConfirmed(
        enrolment_id=lesson.enrolment_id,
        session_id=lesson.session_id,
        institution_id=lesson.institution_id,
        confirmed_at=lesson.confirmed_at,
        automatic=lesson.status is model.LessonStatus.AUTO_CONFIRMED,
    )


def _session_of(row: SessionRow) -> model.Session:
    return model.Session(
        session_id=SessionId(row.sk.removeprefix("session#")),
        offering_id=OfferingId(row.pk),
        course_id=CourseId(row.course_id),
        institution_id=InstitutionId(row.institution_id),
        teacher_id=TeacherId(row.teacher_id),
        number=int(row.number),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        extra_seats=int(row.extra_seats or 0),
        guests=int(row.guests or 0),
        cancelled=bool(row.cancelled),
    )


def lesson_of(row: Any) -> model.Lesson:
    """The lesson of a stored row."""
    return model.Lesson(
        enrolment_id=EnrolmentId(row.pk),
        session_id=SessionId(row.sk.removeprefix("lesson#")),
        offering_id=OfferingId(row.offering_id),
        institution_id=InstitutionId(row.institution_id),
        guardian_id=GuardianId(row.guardian_id),
        number=int(row.number),
        starts_at=row.starts_at,
        outcome=model.Outcome(row.outcome),
        status=model.LessonStatus(row.status),
        claimed_at=row.claimed_at,
        claimed_by=row.claimed_by,
        makes_up_for=SessionId(row.makes_up_for) if row.makes_up_for else None,
        confirm_by=date.fromisoformat(row.confirm_by) if row.confirm_by else None,
        deadline_assumed=bool(row.deadline_assumed),
        confirmed_at=row.confirmed_at,
        dispute_reason=row.dispute_reason,
        dispute_pictures=tuple(map(FileId, (row.dispute_pictures or "").split())),
        school_answer=row.school_answer or "",
        decided_by=row.decided_by,
        decision_reason=row.decision_reason or "",
    )
