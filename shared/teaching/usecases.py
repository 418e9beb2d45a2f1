"""Attendance, confirmation, dispute. Each student's lesson is its own transaction: a dispute blocks nobody else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId, FileId, OfferingId, SessionId, TeacherId
from shared.policy import calendar
from shared.policy.model import Policy
from shared.teaching import make_ups, model, rules, store
from shared.teaching.store import absences


def schedule_class(*, sessions: Sequence[model.Session]) -> None:
    """Put a class's sessions into the timetable, at most 100. Raises SessionExists."""
    transaction.commit(store.sessions_written(sessions))


def cancel_sessions(*, sessions: Sequence[model.Session]) -> int:
    """Cancel the sessions of a class that isn't opened, at most 100; how many were cancelled now."""
    held = [session for session in sessions if not session.cancelled]
    if held:
        transaction.commit([store.cancelled(session) for session in held])
    return len(held)


def claim_attendance(
    *,
    session: model.Session,
    pupils: Sequence[model.Pupil],
    marks: Mapping[EnrolmentId, model.Outcome],
    by: str,
    teacher_id: TeacherId | None,
    policy: Policy,
    now: datetime,
    taught: Sequence[transaction.Part] = (),
    made_up: make_ups.Seat = lambda _: (),
) -> list[model.Lesson]:
    """Mark a session's students (消课申请); a present one's lesson then waits for the guardian's confirmation.

    `teacher_id` is None for the school's administrator. All marks are checked before the first is written; the same
    mark twice is one. What is in `taught` commits with the first new mark of a student who was there, and with that of
    who makes up for a lesson what `made_up` gives. Raises
    NotYourClass, SessionNotOver, NotOnRoster, MarkedOtherwise, MakeUpMovedOn.
    """
    if teacher_id is not None and teacher_id != session.teacher_id:
        raise rules.NotYourClass()
    rules.check_over(session, now)
    roster = {pupil.enrolment_id: pupil for pupil in pupils}
    there = store.list_marks(session.session_id, list(marks))
    for enrolment_id, outcome in marks.items():
        if enrolment_id not in roster:
            raise rules.NotOnRoster(enrolment_id=enrolment_id)
        if enrolment_id in there and there[enrolment_id].outcome is not outcome:
            raise rules.MarkedOtherwise()
        if enrolment_id not in there and not roster[enrolment_id].active:
            raise rules.NotOnRoster(enrolment_id=enrolment_id)
    deadline = calendar.working_days_after(clock.business_day(now), policy.confirmation_working_days, policy.own_days)
    first = next((one for one in marks if one not in there and marks[one] is model.Outcome.PRESENT), None)
    lessons = []
    for enrolment_id, outcome in marks.items():
        also = list(taught) if enrolment_id == first else []
        make_up = roster[enrolment_id].make_up
        if make_up is not None and enrolment_id not in there:
            also += [*make_ups.marked(make_up, by=by, now=now), *made_up(make_up)]
        pupil = roster[enrolment_id]
        lessons.append(there.get(enrolment_id) or _mark(session, pupil, outcome, by, deadline, now, also=also))
    return lessons


def _mark(
    session: model.Session,
    pupil: model.Pupil,
    outcome: model.Outcome,
    by: str,
    deadline: calendar.Deadline,
    now: datetime,
    *,
    also: Sequence[transaction.Part],
) -> model.Lesson:
    present = outcome is model.Outcome.PRESENT
    lesson = model.Lesson(
        enrolment_id=pupil.enrolment_id,
        session_id=session.session_id,
        offering_id=session.offering_id,
        institution_id=session.institution_id,
        guardian_id=pupil.guardian_id,
        number=pupil.make_up.number if pupil.make_up else session.number,
        starts_at=session.starts_at,
        outcome=outcome,
        status=model.LessonStatus.TAUGHT if present else model.LessonStatus.MISSED,
        claimed_at=now,
        claimed_by=by,
        makes_up_for=pupil.make_up.missed if pupil.make_up else None,
        confirm_by=deadline.day if present else None,
        deadline_assumed=present and deadline.assumed,
    )
    try:
        store.put_lesson(lesson, also=also)
    except store.Marked:
        there = store.find_lesson(pupil.enrolment_id, session.session_id)
        assert there is not None
        if there.outcome is not outcome:
            raise rules.MarkedOtherwise() from None
        return there
    return lesson


def confirm_lesson(
    *, enrolment_id: EnrolmentId, offering_id: OfferingId, session_id: SessionId, now: datetime
) -> model.Lesson:
    """The guardian confirms. Raises UnknownSession, SessionNotOver, NotMarked, and what `rules.next_status` refuses."""
    return transaction.retried(
        lambda: _move(_marked(enrolment_id, offering_id, session_id, now), model.Action.CONFIRM, now=now)
    )


def dispute_lesson(
    *,
    enrolment_id: EnrolmentId,
    offering_id: OfferingId,
    session_id: SessionId,
    reason: str,
    pictures: Sequence[FileId] = (),
    now: datetime,
) -> model.Lesson:
    """The guardian disputes, which stops the clock until the bureau decides. Raises like `confirm_lesson`."""

    def attempt() -> model.Lesson:
        lesson = _marked(enrolment_id, offering_id, session_id, now)
        said = replace(lesson, dispute_reason=reason, dispute_pictures=tuple(pictures))
        return _move(lesson, model.Action.DISPUTE, now=now, said=said)

    return transaction.retried(attempt)


def answer_dispute(*, enrolment_id: EnrolmentId, session_id: SessionId, answer: str) -> model.Lesson:
    """The school answers a dispute, once and before it is decided. The same answer twice is one.

    Raises UnknownSession, NotDisputed, AnsweredAlready.
    """

    def attempt() -> model.Lesson:
        lesson = _found(enrolment_id, session_id)
        if lesson.school_answer and lesson.school_answer == answer:
            return lesson
        if lesson.status is not model.LessonStatus.DISPUTED:
            raise rules.NotDisputed()
        if lesson.school_answer:
            raise rules.AnsweredAlready()
        store.answer_dispute(lesson, answer)
        return replace(lesson, school_answer=answer)

    return transaction.retried(attempt)


def decide_dispute(
    *,
    enrolment_id: EnrolmentId,
    session_id: SessionId,
    uphold: bool,
    reason: str,
    by: str,
    now: datetime,
    also: Sequence[transaction.Part] = (),
) -> model.Lesson:
    """The bureau decides a dispute: upheld, the lesson is never paid; rejected, it counts as confirmed.

    What is in `also` commits with the decision: what the guardian is told of it. Raises UnknownSession, NotDisputed.
    """
    action = model.Action.UPHOLD if uphold else model.Action.REJECT

    def attempt() -> model.Lesson:
        lesson = _found(enrolment_id, session_id)
        return _move(lesson, action, now=now, said=replace(lesson, decided_by=by, decision_reason=reason), also=also)

    return transaction.retried(attempt)


def auto_confirm_lesson(*, enrolment_id: EnrolmentId, session_id: SessionId, now: datetime) -> bool:
    """Count silence as confirmed when the working days of the policy are over; whether it was done now."""

    def attempt() -> bool:
        lesson = _found(enrolment_id, session_id)
        if lesson.status is not model.LessonStatus.TAUGHT or not lesson.confirm_by:
            return False
        if now < clock.end_of(lesson.confirm_by):
            return False
        _move(lesson, model.Action.AUTO_CONFIRM, now=now)
        return True

    return transaction.retried(attempt)


def mark_released(*, enrolment_id: EnrolmentId, session_id: SessionId, now: datetime) -> None:
    """Note that the lesson's share is released; the ledger's entry is what counts. Twice is once."""
    _note(enrolment_id, session_id, model.LessonStatus.RELEASED, model.Action.RELEASE, now)


def mark_refunded(*, enrolment_id: EnrolmentId, session_id: SessionId, now: datetime) -> None:
    """Note that the share of a confirmed lesson went back with a refund, so that it isn't due any more. Twice is once.

    Raises UnknownSession, and what `rules.next_status` refuses.
    """
    _note(enrolment_id, session_id, model.LessonStatus.REFUNDED, model.Action.REFUND, now)


def _note(
    enrolment_id: EnrolmentId, session_id: SessionId, noted: model.LessonStatus, action: model.Action, now: datetime
) -> None:
    def attempt() -> None:
        lesson = _found(enrolment_id, session_id)
        if lesson.status is not noted:
            _move(lesson, action, now=now)

    transaction.retried(attempt)


_DUE_AFTER = {
    model.LessonStatus.CONFIRMED: model.Due.RELEASE,
    model.LessonStatus.AUTO_CONFIRMED: model.Due.RELEASE,
    model.LessonStatus.DISPUTED: model.Due.DECISION,
}


def _move(
    lesson: model.Lesson,
    action: model.Action,
    *,
    now: datetime,
    said: model.Lesson | None = None,
    also: Sequence[transaction.Part] = (),
) -> model.Lesson:
    becomes = rules.next_status(lesson.status, action)
    store.move_lesson(lesson, becomes, now=now, due=_DUE_AFTER.get(becomes), said=said, also=also)
    confirmed = becomes in (model.LessonStatus.CONFIRMED, model.LessonStatus.AUTO_CONFIRMED)
    return replace(said or lesson, status=becomes, confirmed_at=now if confirmed else lesson.confirmed_at)


def _found(enrolment_id: EnrolmentId, session_id: SessionId) -> model.Lesson:
    lesson = store.find_lesson(enrolment_id, session_id)
    if lesson is None:
        raise store.UnknownSession()
    return lesson


def _marked(enrolment_id: EnrolmentId, offering_id: OfferingId, session_id: SessionId, now: datetime) -> model.Lesson:
    lesson = store.find_lesson(enrolment_id, session_id)
    if lesson is not None:
        return lesson
    guest = next(
        (one for one in absences.read_file(enrolment_id).make_ups.values() if one.session_id == session_id), None
    )
    rules.check_over(store.get_session(guest.offering_id if guest else offering_id, session_id), now)
    raise rules.NotMarked()
