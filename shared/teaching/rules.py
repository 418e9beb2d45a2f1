"""When a lesson counts: the status × action table, and the refusals."""

from datetime import datetime

from shared.kernel import errors
from shared.teaching.model import Action, LessonStatus, Session

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
    """Nothing is payable for a session that isn't over. Raises SessionNotOver."""
    if now < session.ends_at:
        raise SessionNotOver()
