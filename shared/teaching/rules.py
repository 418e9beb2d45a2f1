"""When a lesson counts: the status × action table, and the refusals."""

from datetime import datetime, timedelta

from shared.kernel import errors
from shared.teaching.model import Action, LessonStatus, MakeUp, MakeUpStatus, Session

_S, _A = LessonStatus, Action

TRANSITIONS: dict[tuple[LessonStatus, Action], LessonStatus] = {
    (_S.TAUGHT, _A.CONFIRM): _S.CONFIRMED,
    (_S.TAUGHT, _A.AUTO_CONFIRM): _S.AUTO_CONFIRMED,
    (_S.TAUGHT, _A.DISPUTE): _S.DISPUTED,
    (_S.DISPUTED, _A.UPHOLD): _S.UPHELD,
    (_S.DISPUTED, _A.REJECT): _S.CONFIRMED,
    (_S.CONFIRMED, _A.RELEASE): _S.RELEASED,
    (_S.AUTO_CONFIRMED, _A.RELEASE): _S.RELEASED,
    (_S.CONFIRMED, _A.REFUND): _S.REFUNDED,
    (_S.AUTO_CONFIRMED, _A.REFUND): _S.REFUNDED,
}


class SessionNotOver(errors.Conflict):
    code = "session_not_over"
    zh = "这节课还没有结束，不能登记考勤或确认。"
    en = "The session isn't over; it can't be marked or confirmed yet."


class SessionCancelled(errors.Conflict):
    code = "session_cancelled"
    zh = "这节课已取消。"
    en = "The session is cancelled."


class NotYourClass(errors.Denied):
    code = "not_your_class"
    zh = "只能登记自己任教班级的考勤。"
    en = "You can mark only your own class."


class NotOnRoster(errors.Conflict):
    code = "not_on_roster"
    zh = "学员 {enrolment_id} 不在本班已缴费名单中。"
    en = "{enrolment_id} is not among the paid enrolments of this class."


class MarkedOtherwise(errors.Conflict):
    code = "marked_otherwise"
    zh = "该学员本节课已登记为其他考勤结果。"
    en = "The student is marked otherwise for this session."


class NotMarked(errors.Conflict):
    code = "lesson_not_marked"
    zh = "教师还没有登记这节课。"
    en = "The teacher hasn't marked this lesson yet."


class NotTaught(errors.Conflict):
    code = "lesson_not_taught"
    zh = "这节课登记为缺课或请假，无需确认。"
    en = "The student was absent or on leave; there is nothing to confirm."


class AlreadyConfirmed(errors.Conflict):
    code = "lesson_already_confirmed"
    zh = "这节课已经确认。"
    en = "The lesson is confirmed already."


class Disputed(errors.Conflict):
    code = "lesson_disputed"
    zh = "这节课正在争议处理中，不能确认。"
    en = "The lesson is in dispute and can't be confirmed."


class DisputeUpheld(errors.Conflict):
    code = "dispute_upheld"
    zh = "这节课的争议已成立，不再拨付。"
    en = "The dispute was upheld; the lesson won't be paid."


class LessonRefunded(errors.Conflict):
    code = "lesson_refunded"
    zh = "这节课的费用已随退费退还。"
    en = "What this lesson costs went back with a refund."


class NotConfirmed(errors.Conflict):
    code = "lesson_not_confirmed"
    zh = "这节课还没有确认，不能拨付。"
    en = "The lesson isn't confirmed, so nothing can be released."


class NotDisputed(errors.Conflict):
    code = "lesson_not_disputed"
    zh = "这节课没有待处理的争议。"
    en = "The lesson has no open dispute."


class AnsweredAlready(errors.Conflict):
    code = "dispute_answered_already"
    zh = "机构已经答复过这项争议，不能改写。"
    en = "The school has answered this dispute already; its answer can't be changed."


class LeaveTooLate(errors.Conflict):
    code = "leave_too_late"
    zh = "请假须在上课 {hours} 小时前提出。"
    en = "A leave is asked for at least {hours} hours before the session."


class NotOnLeave(errors.Conflict):
    code = "not_on_leave"
    zh = "这节课没有请假。"
    en = "There is no leave from this session."


class SessionBegun(errors.Conflict):
    code = "session_begun"
    zh = "这节课已经开始。"
    en = "The session has begun."


class NotTaughtNow(errors.Conflict):
    code = "enrolment_not_taught"
    zh = "该报名未缴清或已结束，不能请假、补课或转班。"
    en = "The enrolment isn't paid, or is over: there is nothing to be on leave from, to make up for or to transfer."


class NotMissed(errors.Conflict):
    code = "lesson_not_missed"
    zh = "只有登记为缺课或请假的课可以补课。"
    en = "Only a lesson that is marked as absent or on leave can be made up for."


class OwnSession(errors.Invalid):
    code = "make_up_in_own_timetable"
    zh = "这节课本来就在该学员的课表中，不能用来补课。"
    en = "The session is in the student's timetable anyway; it makes up for nothing."


class OtherCourse(errors.Invalid):
    code = "make_up_of_other_course"
    zh = "补课须为同一门课程。"
    en = "A make-up is of the same course."


class MakeUpOpen(errors.Conflict):
    code = "make_up_open"
    zh = "这节课已有补课安排（{status}）。"
    en = "There is a make-up of this lesson already: {status}."


class UnknownMakeUp(errors.Missing):
    code = "unknown_make_up"
    zh = "这节课没有补课安排。"
    en = "No make-up was offered for this lesson."


class MakeUpMovedOn(errors.Conflict):
    code = "make_up_moved_on"
    zh = "该补课安排现为“{status}”状态，不能这样办理。"
    en = "The make-up is {status}; this can't be done to it."


class ThereAlready(errors.Conflict):
    code = "make_up_there_already"
    zh = "该学员已在这节课补另一次课。"
    en = "The student makes up for another lesson in this session already."


class ExtraFull(errors.Conflict):
    code = "extra_session_full"
    zh = "这节补课已满员。"
    en = "The extra session is full."


_REFUSED: dict[LessonStatus, type[errors.Conflict]] = {
    _S.MISSED: NotTaught,
    _S.TAUGHT: NotConfirmed,  # of what can't be done to it, all but a decision on a dispute
    _S.DISPUTED: Disputed,
    _S.UPHELD: DisputeUpheld,
    _S.CONFIRMED: AlreadyConfirmed,
    _S.AUTO_CONFIRMED: AlreadyConfirmed,
    _S.RELEASED: AlreadyConfirmed,
    _S.REFUNDED: LessonRefunded,
}


def next_status(status: LessonStatus, action: Action) -> LessonStatus:
    """Where an action leads. Raises the refusal that fits the status."""
    becomes = TRANSITIONS.get((status, action))
    if becomes is None:
        if action in (_A.UPHOLD, _A.REJECT):
            raise NotDisputed()
        raise _REFUSED[status]()
    return becomes


def check_over(session: Session, now: datetime) -> None:
    """Nothing is payable for a session that isn't over or is cancelled. Raises SessionNotOver, SessionCancelled."""
    if session.cancelled:
        raise SessionCancelled()
    if now < session.ends_at:
        raise SessionNotOver()


def check_leave(session: Session, *, hours: int, now: datetime) -> None:
    """A leave is asked for so many hours before the session, or earlier. Raises LeaveTooLate. Source: assumed."""
    if now > session.starts_at - timedelta(hours=hours):
        raise LeaveTooLate(hours=hours)


def check_to_come(starts_at: datetime, now: datetime) -> None:
    """Raises SessionBegun."""
    if now >= starts_at:
        raise SessionBegun()


MAKE_UPS: dict[tuple[MakeUpStatus, MakeUpStatus], bool] = {
    (MakeUpStatus.OFFERED, MakeUpStatus.ACCEPTED): True,
    (MakeUpStatus.OFFERED, MakeUpStatus.DECLINED): True,
    (MakeUpStatus.OFFERED, MakeUpStatus.WITHDRAWN): True,
    (MakeUpStatus.OFFERED, MakeUpStatus.ENDED): False,
    (MakeUpStatus.ACCEPTED, MakeUpStatus.WITHDRAWN): True,
    (MakeUpStatus.ACCEPTED, MakeUpStatus.MARKED): False,
    (MakeUpStatus.ACCEPTED, MakeUpStatus.ENDED): False,
}
"""Which status of a make-up follows which, and whether only before its session begins."""


def check_make_up(make_up: MakeUp, becomes: MakeUpStatus, now: datetime) -> None:
    """Raises MakeUpMovedOn, SessionBegun."""
    before = MAKE_UPS.get((make_up.status, becomes))
    if before is None:
        raise MakeUpMovedOn(status=make_up.status.value)
    if before:
        check_to_come(make_up.starts_at, now)
