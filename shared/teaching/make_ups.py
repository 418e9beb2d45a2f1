"""A make-up (补课): the school offers it for a lesson that was missed, the guardian accepts, a teacher marks it.

The lesson that makes up is a lesson like any other, and releases one share. Of a missed lesson at most one make-up is
ever marked, so an enrolment has never more lessons to be released than it bought.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from shared.dynamo import transaction
from shared.kernel.ids import CourseId, EnrolmentId, OfferingId, SessionId
from shared.teaching import model, rules
from shared.teaching.model import LessonStatus, MakeUpStatus
from shared.teaching.store import absences

_LIVE = (MakeUpStatus.OFFERED, MakeUpStatus.ACCEPTED)
Seat = Callable[[model.MakeUp], Sequence[transaction.Part]]
"""What is written together with a make-up that takes, or gives back, a place in its session."""


def offer(
    *,
    missed: model.Lesson,
    session: model.Session,
    course_id: CourseId,
    own_class: OfferingId,
    class_name: str,
    by: str,
    now: datetime,
    also: Seat = lambda _: (),
) -> model.MakeUp:
    """Offer a session to come in the place of a lesson that was missed. The same offer again is given again.

    `course_id` and `own_class`: the enrolment's. What `also` gives is written with it. Raises NotMissed,
    SessionCancelled, OtherCourse, OwnSession, SessionBegun, MakeUpOpen.
    """
    if missed.status is not LessonStatus.MISSED:
        raise rules.NotMissed()
    if session.cancelled:
        raise rules.SessionCancelled()
    if session.course_id != course_id:
        raise rules.OtherCourse(pointer="/session_id")
    if session.offering_id == own_class and not session.extra:
        raise rules.OwnSession(pointer="/session_id")

    def attempt() -> model.MakeUp:
        was = absences.find_make_up(missed.enrolment_id, missed.session_id)
        if was is not None and was.open_at(now) and was.session_id == session.session_id:
            return was
        rules.check_to_come(session.starts_at, now)
        if was is not None and (was.open_at(now) or was.status is MakeUpStatus.MARKED):
            raise rules.MakeUpOpen(status=was.status.value)
        made = _made(missed, session, class_name, by, now, version=was.version + 1 if was else 1)
        transaction.commit([absences.offered(made, was=was), *also(made)])
        return made

    return transaction.retried(attempt)


def _made(
    missed: model.Lesson, session: model.Session, class_name: str, by: str, now: datetime, *, version: int
) -> model.MakeUp:
    return model.MakeUp(
        enrolment_id=missed.enrolment_id,
        missed=missed.session_id,
        number=missed.number,
        institution_id=missed.institution_id,
        guardian_id=missed.guardian_id,
        course_id=session.course_id,
        offering_id=session.offering_id,
        class_name=class_name,
        session_id=session.session_id,
        teacher_id=session.teacher_id,
        extra=session.extra,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        offered_by=by,
        offered_at=now,
        version=version,
    )


def answer(
    *, enrolment_id: EnrolmentId, missed: SessionId, accept: bool, taking: Seat, by: str, now: datetime
) -> model.MakeUp:
    """The guardian accepts, with what `taking` a place writes, or declines. The same answer twice is one.

    Raises UnknownMakeUp, MakeUpMovedOn, SessionBegun, SessionCancelled, ThereAlready, ExtraFull, and what `taking`
    refuses.
    """
    becomes = MakeUpStatus.ACCEPTED if accept else MakeUpStatus.DECLINED
    return _move(enrolment_id, missed, becomes, by=by, now=now, seat=taking if accept else _no_seat)


def withdraw(
    *, enrolment_id: EnrolmentId, missed: SessionId, giving_back: Seat, by: str, now: datetime
) -> model.MakeUp:
    """The school takes its offer back, an accepted one too, until the session begins. Twice is once.

    Raises UnknownMakeUp, MakeUpMovedOn, SessionBegun.
    """
    return _move(enrolment_id, missed, MakeUpStatus.WITHDRAWN, by=by, now=now, seat=giving_back)


def end_all(*, enrolment_id: EnrolmentId, giving_back: Seat, now: datetime) -> int:
    """End what is offered or accepted of an enrolment that isn't taught any more; how many were ended now."""
    found = [one for one in absences.read_file(enrolment_id).make_ups.values() if one.status in _LIVE]
    ended = [end(make_up=one, giving_back=giving_back, now=now) for one in found]
    return sum(one.status is MakeUpStatus.ENDED for one in ended)


def end(*, make_up: model.MakeUp, giving_back: Seat, now: datetime) -> model.MakeUp:
    """End a make-up that is offered or accepted; what it is then."""
    becomes = MakeUpStatus.ENDED
    return _move(make_up.enrolment_id, make_up.missed, becomes, by="", now=now, seat=giving_back)


def marked(make_up: model.MakeUp, *, by: str, now: datetime) -> list[transaction.Part]:
    """The parts of a mark that say that a make-up came about, once. Else LostRace. Raises MakeUpMovedOn."""
    rules.check_make_up(make_up, MakeUpStatus.MARKED, now)
    return absences.moved(make_up, MakeUpStatus.MARKED, by=by, now=now)[1]


def _move(
    enrolment_id: EnrolmentId, missed: SessionId, becomes: MakeUpStatus, *, by: str, now: datetime, seat: Seat
) -> model.MakeUp:
    def attempt() -> model.MakeUp:
        was = absences.find_make_up(enrolment_id, missed)
        if was is None:
            raise rules.UnknownMakeUp()
        over = becomes is MakeUpStatus.ENDED and was.status not in _LIVE
        if was.status is becomes or over:
            return was
        rules.check_make_up(was, becomes, now)
        after, parts = absences.moved(was, becomes, by=by, now=now)
        comes_or_goes = becomes is MakeUpStatus.ACCEPTED or was.status is MakeUpStatus.ACCEPTED
        transaction.commit([*parts, *(seat(was) if comes_or_goes else ())])
        return after

    return transaction.retried(attempt)


def _no_seat(_: model.MakeUp) -> Sequence[transaction.Part]:
    return ()
