"""What a school's administrator and teachers do: classes, timetable, roster, attendance."""

from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api import enrolment_views, mall_views
from functions.api.views import View
from functions.edge import presence
from functions.edge.auth import Audience
from functions.edge.contract import Call, Id, Request, endpoint
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, EnrolmentStatus
from shared.institutions.store import UnknownInstitution
from shared.insurance import queries as covers
from shared.kernel import clock, errors
from shared.kernel.ids import EnrolmentId, OfferingId, SessionId
from shared.mall import queries as courses
from shared.mall.store import UnknownOffering
from shared.people import queries as people
from shared.policy import queries as policies
from shared.teaching import model, queries, rules, usecases
from shared.teaching.store import UnknownSession

blueprint = Blueprint(__name__)


class ClassView(View):
    course_id: str
    course_title: str
    offering: mall_views.OfferingView


class Classes(View):
    data: list[ClassView]


class Sessions(View):
    data: list[enrolment_views.SessionView]


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
    marks: Annotated[list[Mark], pydantic.Field(min_length=1, max_length=60)]


class MarkedTwice(errors.Invalid):
    code = "marked_twice"
    zh = "同一学员在一次登记中出现了两次。"
    en = "A student stands in the list twice."


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
    "/v1/school/offerings",
    audience=Audience.SCHOOL,
    response=Classes,
    errors=(UnknownInstitution,),
    summary_zh="本校班级（教师只看自己的）",
    summary_en="The school's classes (a teacher's own)",
)
def list_classes(call: Call[None]) -> Classes:
    found = [
        (one.course, offering)
        for card in courses.list_courses_of_institution(call.institution_id)
        for one in [courses.get_course(card.course_id)]
        for offering in one.offerings
        if call.teacher_id in (None, offering.teacher_id)
    ]
    today = clock.business_day(call.now)
    return Classes(
        data=[
            ClassView(
                course_id=course.course_id, course_title=course.title, offering=mall_views.offering(offering, today)
            )
            for course, offering in found
        ]
    )


@endpoint(
    blueprint,
    "GET",
    "/v1/school/offerings/{offering_id}/sessions",
    audience=Audience.SCHOOL,
    response=Sessions,
    errors=(UnknownOffering,),
    summary_zh="班级课表",
    summary_en="A class's timetable",
)
def list_sessions(call: Call[None]) -> Sessions:
    sessions = queries.list_sessions(OfferingId(call.path["offering_id"]))
    if not sessions or sessions[0].institution_id != call.institution_id:
        raise UnknownOffering()
    return Sessions(data=[enrolment_views.session(one) for one in sessions])


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
    pupils = [
        model.Pupil(account.enrolment_id, account.guardian_id, _may_be_taught(account))
        for account in funds.get_accounts(list(marks))
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


def _own_session(call: Call[None] | Call[AttendanceRequest]) -> model.Session:
    session = queries.get_session(OfferingId(call.path["offering_id"]), SessionId(call.path["session_id"]))
    if session.institution_id != call.institution_id:
        raise UnknownSession()
    return session


def _may_be_taught(account: EnrolmentAccount) -> bool:
    return account.status is EnrolmentStatus.ACTIVE
