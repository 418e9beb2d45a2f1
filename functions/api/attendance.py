"""The roster of a session, and its attendance."""

from collections.abc import Sequence
from typing import Annotated

import pydantic
from chalice.app import Blueprint
from pydantic_core import PydanticKnownError

from functions.api.views import View
from functions.edge import presence
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


class RosterLine(View):
    """`insurance`: how the child's accident cover stands; null where there is none."""

    enrolment_id: str
    student_name: str
    paid: bool
    outcome: str | None
    status: str | None
    insurance: str | None


class Roster(View):
    data: list[RosterLine]


class Mark(Request):
    enrolment_id: Id
    outcome: Annotated[model.Outcome, pydantic.Field(strict=False)]


class AttendanceRequest(Request):
    """`all_present`: who may be marked and isn't yet was there, but for those in `marks`, which may then be empty."""

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
    of_class = funds.list_by_offering(session.institution_id, session.offering_id)
    marks = queries.list_marks(session.session_id, [account.enrolment_id for account in of_class])
    enrolled = [account for account in of_class if account.open or account.enrolment_id in marks]
    names = people.names_of_students([account.student_id for account in enrolled])
    insured = covers.get_many([account.enrolment_id for account in enrolled])
    lines = [(account, marks.get(account.enrolment_id)) for account in enrolled]
    return Roster(
        data=[
            RosterLine(
                enrolment_id=account.enrolment_id,
                student_name=names.get(account.student_id, ""),
                paid=_may_be_taught(account),
                outcome=lesson.outcome.value if lesson else None,
                status=lesson.status.value if lesson else None,
                insurance=cover.status.value if (cover := insured.get(account.enrolment_id)) else None,
            )
            for account, lesson in lines
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
        rules.NotOnRoster,
        rules.MarkedOtherwise,
    ),
    summary_zh="登记考勤（消课申请）",
    summary_en="Mark attendance",
)
def claim_attendance(call: Call[AttendanceRequest]) -> MarkedLessons:
    session = _own_session(call)
    marks = {EnrolmentId(mark.enrolment_id): mark.outcome for mark in call.body.marks}
    if len(marks) < len(call.body.marks):
        raise MarkedTwice(pointer="/marks")
    accounts = funds.get_accounts(list(marks))
    if call.body.all_present:
        of_class = funds.list_by_offering(session.institution_id, session.offering_id)
        marks = _all_present(session, of_class) | marks
        accounts = [*of_class, *accounts]
    if not marks:
        raise NobodyToMark()
    pupils = [
        model.Pupil(account.enrolment_id, account.guardian_id, _may_be_taught(account))
        for account in accounts
        if account.offering_id == session.offering_id
    ]
    lessons = usecases.claim_attendance(
        session=session,
        pupils=pupils,
        marks=marks,
        by=call.principal.subject,
        teacher_id=call.teacher_id,
        policy=policies.in_force(at=call.now),
        now=call.now,
        taught=presence.parts(session, now=call.now),
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
            for lesson in lessons
        ]
    )


def _all_present(session: model.Session, of_class: Sequence[EnrolmentAccount]) -> dict[EnrolmentId, model.Outcome]:
    """Everybody who may be marked as present; who is marked already stays as marked."""
    marked = queries.list_marks(session.session_id, [account.enrolment_id for account in of_class])
    return {
        account.enrolment_id: lesson.outcome if lesson else model.Outcome.PRESENT
        for account in of_class
        for lesson in [marked.get(account.enrolment_id)]
        if lesson or _may_be_taught(account)
    }


def _own_session(call: Call[None] | Call[AttendanceRequest]) -> model.Session:
    session = queries.get_session(OfferingId(call.path["offering_id"]), SessionId(call.path["session_id"]))
    if session.institution_id != call.institution_id:
        raise UnknownSession()
    return session


def _may_be_taught(account: EnrolmentAccount) -> bool:
    return account.status is EnrolmentStatus.ACTIVE
