"""The roster of a session, and its attendance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import pydantic
from chalice.app import Blueprint
from pydantic_core import PydanticKnownError

from functions.api.views import View
from functions.edge import lessons, presence
from functions.edge.auth import Audience
from functions.edge.contract import Call, Id, Request, endpoint
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, EnrolmentStatus
from shared.insurance import queries as covers
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId, OfferingId, SessionId
from shared.people import queries as people
from shared.policy import queries as policies
from shared.teaching import model, queries, rules, usecases
from shared.teaching.store import UnknownSession

blueprint = Blueprint(__name__)

_LEAVE = model.Outcome.LEAVE


class RosterLine(View):
    """`insurance`: how the child's accident cover stands; null where there is none.

    `on_leave`: the guardian has asked for a leave, so the mark is that unless it is told otherwise. `makes_up_for`: the
    child is of another class, or comes to an extra session, and makes up for the lesson of that session.
    """

    enrolment_id: str
    student_name: str
    paid: bool
    outcome: str | None
    status: str | None
    insurance: str | None
    on_leave: bool
    makes_up_for: str | None


class Roster(View):
    data: list[RosterLine]


class Mark(Request):
    enrolment_id: Id
    outcome: Annotated[model.Outcome, pydantic.Field(strict=False)]


class AttendanceRequest(Request):
    """`all_present`: who may be marked and isn't yet was there, but for those in `marks`, which may then be empty.

    Who is on leave is marked as on leave by it.
    """

    all_present: bool = False
    marks: Annotated[list[Mark], pydantic.Field(max_length=60)]

    @pydantic.field_validator("marks", mode="after")
    @classmethod
    def _some(cls, marks: list[Mark], told: pydantic.ValidationInfo) -> list[Mark]:
        if not marks and not told.data.get("all_present"):
            raise PydanticKnownError("too_short", {"field_type": "List", "min_length": 1, "actual_length": 0})
        return marks


class MarkedTwice(errors.Invalid):
    code = "marked_twice"
    zh = "同一学员在一次登记中出现了两次。"
    en = "A student stands in the list twice."


class NobodyToMark(errors.Conflict):
    code = "nobody_to_mark"
    zh = "本班没有可登记的学员。"
    en = "There is nobody in the class to be marked."


class MarkedLesson(View):
    enrolment_id: str
    outcome: str
    status: str
    confirm_by: str | None
    deadline_assumed: bool


class MarkedLessons(View):
    data: list[MarkedLesson]


@endpoint(
    blueprint,
    "GET",
    "/v1/school/offerings/{offering_id}/sessions/{session_id}/roster",
    audience=Audience.SCHOOL,
    response=Roster,
    errors=(UnknownSession, rules.NotYourClass),
    summary_zh="一节课的点名册",
    summary_en="The roster of a session",
)
def get_roster(call: Call[None]) -> Roster:
    session = _own_session(call)
    if call.teacher_id not in (None, session.teacher_id):  # children's names are for who teaches them
        raise rules.NotYourClass()
    group = _group(session)
    marks = queries.list_marks(session.session_id, list(group))
    enrolled = [one for one in group.values() if one.account.open or one.account.enrolment_id in marks]
    names = people.names_of_students([one.account.student_id for one in enrolled])
    insured = covers.get_many([one.account.enrolment_id for one in enrolled])
    leaves = queries.list_leaves(session.session_id, list(group))
    return Roster(
        data=[
            RosterLine(
                enrolment_id=account.enrolment_id,
                student_name=names.get(account.student_id, ""),
                paid=_may_be_taught(account),
                outcome=lesson.outcome.value if lesson else None,
                status=lesson.status.value if lesson else None,
                insurance=cover.status.value if (cover := insured.get(account.enrolment_id)) else None,
                on_leave=account.enrolment_id in leaves,
                makes_up_for=one.make_up.missed if one.make_up else None,
            )
            for one in enrolled
            for account, lesson in [(one.account, marks.get(one.account.enrolment_id))]
        ]
    )


@endpoint(
    blueprint,
    "POST",
    "/v1/school/offerings/{offering_id}/sessions/{session_id}/attendance",
    audience=Audience.SCHOOL,
    request=AttendanceRequest,
    response=MarkedLessons,
    status=201,
    idempotent=True,
    errors=(
        UnknownSession,
        MarkedTwice,
        NobodyToMark,
        rules.NotYourClass,
        rules.SessionNotOver,
        rules.SessionCancelled,
        rules.NotOnRoster,
        rules.MarkedOtherwise,
        rules.MakeUpMovedOn,
    ),
    summary_zh="登记考勤（消课申请）",
    summary_en="Mark attendance",
)
def claim_attendance(call: Call[AttendanceRequest]) -> MarkedLessons:
    session = _own_session(call)
    marks = {EnrolmentId(mark.enrolment_id): mark.outcome for mark in call.body.marks}
    if len(marks) < len(call.body.marks):
        raise MarkedTwice(pointer="/marks")
    group = _group(session)
    if call.body.all_present:
        marks = _all_present(session, group) | marks
    if not marks:
        raise NobodyToMark()
    pupils = [
        model.Pupil(enrolment_id, one.account.guardian_id, _may_be_taught(one.account), one.make_up)
        for enrolment_id, one in group.items()
    ]
    marked = usecases.claim_attendance(
        session=session,
        pupils=pupils,
        marks=marks,
        by=call.principal.subject,
        teacher_id=call.teacher_id,
        policy=policies.in_force(at=call.now),
        now=call.now,
        taught=presence.parts(session, now=call.now),
        made_up=lessons.giving_seat_back,
    )
    return MarkedLessons(
        data=[
            MarkedLesson(
                enrolment_id=lesson.enrolment_id,
                outcome=lesson.outcome.value,
                status=lesson.status.value,
                confirm_by=lesson.confirm_by.isoformat() if lesson.confirm_by else None,
                deadline_assumed=lesson.deadline_assumed,
            )
            for lesson in marked
        ]
    )


@dataclass(frozen=True)
class _Expected:
    """Who is expected in a session: an enrolment of the class, or one that makes up for a lesson there."""

    account: EnrolmentAccount
    make_up: model.MakeUp | None = None


def _group(session: model.Session) -> dict[EnrolmentId, _Expected]:
    """All who may stand on the session's roster, by enrolment."""
    of_class = [] if session.extra else _of_class(session)
    make_ups = {one.enrolment_id: one for one in queries.list_guests(session)}
    guests = funds.get_accounts(list(make_ups))
    return {account.enrolment_id: _Expected(account) for account in of_class} | {
        account.enrolment_id: _Expected(account, make_ups[account.enrolment_id]) for account in guests
    }


def _of_class(session: model.Session) -> list[EnrolmentAccount]:
    """Who is in the class for this session: taught in it already, or still, when others came or left."""
    there = funds.list_by_offering(session.institution_id, session.offering_id)
    in_it = [one for one in there if one.first_session <= session.number]
    known = {one.enrolment_id for one in in_it}
    return in_it + funds.get_accounts([one for one in queries.list_left(session) if one not in known])


def _all_present(session: model.Session, group: Mapping[EnrolmentId, _Expected]) -> dict[EnrolmentId, model.Outcome]:
    """Everybody who may be marked as present, or as on leave; who is marked already stays as marked."""
    marked = queries.list_marks(session.session_id, list(group))
    leaves = queries.list_leaves(session.session_id, list(group))
    return {
        enrolment_id: lesson.outcome if lesson else _LEAVE if enrolment_id in leaves else model.Outcome.PRESENT
        for enrolment_id, one in group.items()
        for lesson in [marked.get(enrolment_id)]
        if lesson or _may_be_taught(one.account)
    }


def _own_session(call: Call[None] | Call[AttendanceRequest]) -> model.Session:
    session = queries.get_session(OfferingId(call.path["offering_id"]), SessionId(call.path["session_id"]))
    if session.institution_id != call.institution_id:
        raise UnknownSession()
    return session


def _may_be_taught(account: EnrolmentAccount) -> bool:
    return account.status is EnrolmentStatus.ACTIVE
