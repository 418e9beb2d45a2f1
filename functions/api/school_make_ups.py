"""A school offers the make-up of a lesson that was missed: in another class of the course, or in an extra session."""

from datetime import UTC, datetime
from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api import absence_views as views
from functions.edge import extra_sessions, lessons, telling_classes
from functions.edge.auth import Audience
from functions.edge.contract import Call, Id, Request, endpoint
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, EnrolmentStatus
from shared.funds.store.accounts import UnknownEnrolment
from shared.kernel.ids import CourseId, EnrolmentId, OfferingId, SessionId
from shared.mall import queries as courses
from shared.mall import sheet_rules, timetable_rules
from shared.mall.compliance import NotCompliant
from shared.mall.store import UnknownOffering
from shared.messages import store as messages
from shared.teaching import make_ups, queries, rules
from shared.teaching.store import UnknownSession

blueprint = Blueprint(__name__)

_EARLIEST, _LATEST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class ExtraSessionRequest(Request):
    """When it begins. It is as long as a lesson, in the class's room, by its teacher."""

    starts_at: Annotated[pydantic.AwareDatetime, pydantic.Field(strict=False, gt=_EARLIEST, lt=_LATEST)]


class MakeUpOffer(Request):
    """A session to come of the same course: of another class, or an extra one."""

    offering_id: Id
    session_id: Id


class MakeUpWithdrawal(Request):
    """Nothing to say: the address says it all."""


@endpoint(
    blueprint,
    "POST",
    "/v1/school/courses/{course_id}/classes/{offering_id}/extra-sessions",
    audience=Audience.SCHOOL_ADMIN,
    request=ExtraSessionRequest,
    response=views.ExtraSession,
    status=201,
    idempotent=True,
    errors=(UnknownOffering, sheet_rules.NotPublished, rules.SessionBegun, NotCompliant, *timetable_rules.EXTRA),
    summary_zh="为补课加开一节课",
    summary_en="Add an extra session to a class, for make-ups",
)
def add_extra_session(call: Call[ExtraSessionRequest]) -> views.ExtraSession:
    added = extra_sessions.add(
        call.institution_id,
        CourseId(call.path["course_id"]),
        OfferingId(call.path["offering_id"]),
        starts_at=call.body.starts_at,
        key=call.idempotency_key,
        now=call.now,
    )
    return views.extra_session(added)


@endpoint(
    blueprint,
    "POST",
    "/v1/school/lessons/{enrolment_id}/{session_id}/make-up",
    audience=Audience.SCHOOL_ADMIN,
    request=MakeUpOffer,
    response=views.MakeUpView,
    status=201,
    idempotent=True,
    errors=(
        UnknownEnrolment,
        UnknownSession,
        rules.NotTaughtNow,
        rules.NotMissed,
        rules.SessionCancelled,
        rules.OtherCourse,
        rules.OwnSession,
        rules.SessionBegun,
        rules.MakeUpOpen,
    ),
    summary_zh="为请假或缺课的一节课提供补课",
    summary_en="Offer the make-up of a lesson that was missed",
)
def offer_make_up(call: Call[MakeUpOffer]) -> views.MakeUpView:
    account = _own(call)
    if account.status is not EnrolmentStatus.ACTIVE:
        raise rules.NotTaughtNow()
    missed = queries.find_lesson(account.enrolment_id, SessionId(call.path["session_id"]))
    session = queries.get_session(OfferingId(call.body.offering_id), SessionId(call.body.session_id))
    if missed is None or session.institution_id != call.institution_id:
        raise UnknownSession()
    offering = courses.get_classes([(session.course_id, session.offering_id)]).get(session.offering_id)
    made = make_ups.offer(
        missed=missed,
        session=session,
        course_id=account.course_id,
        own_class=account.offering_id,
        class_name=offering.name if offering else "",
        by=call.principal.subject,
        now=call.now,
        also=lambda one: [messages.posted(telling_classes.make_up_offered(account, one, now=call.now))],
    )
    return views.make_up(made)


@endpoint(
    blueprint,
    "POST",
    "/v1/school/lessons/{enrolment_id}/{session_id}/make-up/withdrawal",
    audience=Audience.SCHOOL_ADMIN,
    request=MakeUpWithdrawal,
    response=views.MakeUpView,
    status=201,
    idempotent=True,
    errors=(UnknownEnrolment, rules.UnknownMakeUp, rules.MakeUpMovedOn, rules.SessionBegun),
    summary_zh="撤回补课安排（上课之前）",
    summary_en="Take a make-up back, before its session",
)
def withdraw_make_up(call: Call[MakeUpWithdrawal]) -> views.MakeUpView:
    withdrawn = make_ups.withdraw(
        enrolment_id=_own(call).enrolment_id,
        missed=SessionId(call.path["session_id"]),
        giving_back=lessons.giving_seat_back,
        by=call.principal.subject,
        now=call.now,
    )
    return views.make_up(withdrawn)


def _own(call: Call[MakeUpOffer] | Call[MakeUpWithdrawal]) -> EnrolmentAccount:
    account = funds.get_account(EnrolmentId(call.path["enrolment_id"]))
    if account.institution_id != call.institution_id:
        raise UnknownEnrolment()
    return account
