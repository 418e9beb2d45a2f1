"""A guardian asks for a leave from a session, and answers the make-up of one that was missed."""

from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api import absence_views as views
from functions.edge import lessons
from functions.edge.auth import Audience
from functions.edge.contract import Call, Request, endpoint
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, EnrolmentStatus
from shared.funds.store.accounts import UnknownEnrolment
from shared.kernel.ids import EnrolmentId, SessionId
from shared.mall.rules import NoGuestSeat
from shared.policy import queries as policies
from shared.teaching import leave, make_ups, rules
from shared.teaching.store import UnknownSession

blueprint = Blueprint(__name__)


class LeaveRequest(Request):
    """Why, for the teacher."""

    reason: Annotated[str, pydantic.StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class LeaveWithdrawal(Request):
    """Nothing to say: the address says it all."""


class MakeUpAnswer(Request):
    """Whether the child comes to the session that is offered."""

    accept: bool


@endpoint(
    blueprint,
    "POST",
    "/v1/enrolments/{enrolment_id}/lessons/{session_id}/leave",
    audience=Audience.GUARDIAN,
    request=LeaveRequest,
    response=views.LeaveView,
    status=201,
    idempotent=True,
    errors=(UnknownEnrolment, UnknownSession, rules.NotTaughtNow, rules.LeaveTooLate),
    summary_zh="为一节课请假；请假的课不收费",
    summary_en="Ask for a leave from a session; its lesson isn't charged",
)
def ask_for_leave(call: Call[LeaveRequest]) -> views.LeaveView:
    account = _own(call)
    if account.status is not EnrolmentStatus.ACTIVE:
        raise rules.NotTaughtNow()
    asked = leave.ask(
        enrolment_id=account.enrolment_id,
        session=lessons.one(account, SessionId(call.path["session_id"])).session,
        by=call.guardian_id,
        reason=call.body.reason,
        policy=policies.in_force(at=call.now),
        now=call.now,
    )
    return views.leave(asked)


@endpoint(
    blueprint,
    "POST",
    "/v1/enrolments/{enrolment_id}/lessons/{session_id}/leave/withdrawal",
    audience=Audience.GUARDIAN,
    request=LeaveWithdrawal,
    response=views.LeaveView,
    status=201,
    idempotent=True,
    errors=(UnknownEnrolment, UnknownSession, rules.NotOnLeave, rules.SessionBegun),
    summary_zh="撤回请假（上课之前）",
    summary_en="Take a leave back, before the session",
)
def withdraw_leave(call: Call[LeaveWithdrawal]) -> views.LeaveView:
    account = _own(call)
    session = lessons.one(account, SessionId(call.path["session_id"])).session
    return views.leave(leave.withdraw(enrolment_id=account.enrolment_id, session=session, now=call.now))


@endpoint(
    blueprint,
    "POST",
    "/v1/enrolments/{enrolment_id}/lessons/{session_id}/make-up",
    audience=Audience.GUARDIAN,
    request=MakeUpAnswer,
    response=views.MakeUpView,
    status=201,
    idempotent=True,
    errors=(
        UnknownEnrolment,
        rules.UnknownMakeUp,
        rules.MakeUpMovedOn,
        rules.SessionBegun,
        rules.SessionCancelled,
        rules.NotTaughtNow,
        rules.ThereAlready,
        rules.ExtraFull,
        NoGuestSeat,
    ),
    summary_zh="接受或谢绝一次补课",
    summary_en="Accept or decline the make-up of a lesson that was missed",
)
def answer_make_up(call: Call[MakeUpAnswer]) -> views.MakeUpView:
    answered = make_ups.answer(
        enrolment_id=_own(call).enrolment_id,
        missed=SessionId(call.path["session_id"]),
        accept=call.body.accept,
        taking=lessons.taking_seat,
        by=call.principal.subject,
        now=call.now,
    )
    return views.make_up(answered)


def _own(call: Call[LeaveRequest] | Call[LeaveWithdrawal] | Call[MakeUpAnswer]) -> EnrolmentAccount:
    enrolment_id = EnrolmentId(call.path["enrolment_id"])
    return funds.get_own_account(enrolment_id=enrolment_id, guardian_id=call.guardian_id)
