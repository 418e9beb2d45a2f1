"""The timetable of a week or a month: a guardian's, over all her children; a school's, or a teacher's own."""

from datetime import date
from typing import Annotated, Literal

import pydantic
from chalice.app import Blueprint

from functions.api import enrolment_views
from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, endpoint
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, EnrolmentStatus
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.institutions.store import UnknownInstitution
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId, GuardianId, OfferingId, SessionId
from shared.mall import queries as courses
from shared.mall.model import Offering
from shared.people import queries as people
from shared.teaching import periods, queries
from shared.teaching.model import Lesson, LessonStatus, Session
from shared.teaching.periods import Days

blueprint = Blueprint(__name__)

_NEVER_PAID = (EnrolmentStatus.AWAITING_DEPOSIT, EnrolmentStatus.EXPIRED)
_PAGE = 100


class TimetableQuery(pydantic.BaseModel):
    """One of the two: an ISO week as `2026-W37`, or a month as `2026-09`."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    week: Annotated[str, pydantic.Field(max_length=20)] | None = None
    month: Annotated[str, pydantic.Field(max_length=20)] | None = None


class PlacedSession(View):
    """A session, and where and with whom it is."""

    session_id: str
    number: int
    starts_at: str
    ends_at: str
    course_id: str
    course_title: str
    offering_id: str
    class_name: str
    campus_name: str
    campus_address: str
    room: str
    teacher_id: str
    teacher_name: str


class MyLesson(PlacedSession):
    """A child's lesson. `actions` are what the guardian can do now, through the day `confirm_by`."""

    enrolment_id: str
    student_id: str
    student_name: str
    institution_id: str
    institution_name: str
    status: str
    outcome: str | None
    confirm_by: date | None
    deadline_assumed: bool
    actions: list[Literal["confirm", "dispute"]]


class SchoolSession(PlacedSession):
    """A session of the school. `students`: seats sold; `over`: its attendance can be marked."""

    students: int
    over: bool


class MyTimetable(View):
    """From `first` through `last`, in order of time."""

    first: date
    last: date
    data: list[MyLesson]


class SchoolTimetable(View):
    """From `first` through `last`, in order of time."""

    first: date
    last: date
    data: list[SchoolSession]


_PERIOD_ERRORS = (periods.WeekOrMonth, periods.NoSuchWeek, periods.NoSuchMonth)


@endpoint(
    blueprint,
    "GET",
    "/v1/me/timetable",
    audience=Audience.GUARDIAN,
    query=TimetableQuery,
    response=MyTimetable,
    errors=_PERIOD_ERRORS,
    summary_zh="我的孩子一周或一个月的课表",
    summary_en="My children's timetable of a week or a month",
)
def get_my_timetable(call: Call[None]) -> MyTimetable:
    days = _days(call)
    enrolments = paid_enrolments(call.guardian_id)
    classes = courses.get_classes([(one.course_id, one.offering_id) for one in enrolments])
    taught_then = [one for one in enrolments if _meets(classes[one.offering_id], days)]
    sessions = {
        offering_id: [one for one in queries.list_sessions(offering_id) if days.has(one.starts_at)]
        for offering_id in {one.offering_id for one in taught_then}
    }
    marks = queries.get_lessons(
        [(one.enrolment_id, session.session_id) for one in taught_then for session in sessions[one.offering_id]]
    )
    lessons = _told(taught_then, classes, sessions, marks) if taught_then else []
    return MyTimetable(first=days.first, last=days.last, data=sorted(lessons, key=_by_time))


def paid_enrolments(guardian_id: GuardianId) -> list[EnrolmentAccount]:
    """All of a guardian's enrolments that were ever paid."""
    found: list[EnrolmentAccount] = []
    cursor: str | None = None
    while True:
        page = funds.list_by_guardian(guardian_id, limit=_PAGE, cursor=cursor)
        found += [one for one in page.rows if one.status not in _NEVER_PAID]
        cursor = page.next_cursor
        if cursor is None:
            return found


def _told(
    enrolments: list[EnrolmentAccount],
    classes: dict[OfferingId, Offering],
    sessions: dict[OfferingId, list[Session]],
    marks: dict[tuple[EnrolmentId, SessionId], Lesson],
) -> list[MyLesson]:
    """The lessons as they are told; of an enrolment that is over only those that were marked."""
    terms = courses.get_terms_of([one.terms_hash for one in enrolments])
    schools = institutions.get_many([one.institution_id for one in enrolments])
    names = people.names_of_students([one.student_id for one in enrolments])
    return [
        MyLesson.model_validate(
            {
                **_placed(session, classes[one.offering_id], schools[one.institution_id]),
                **_of_lesson(one, session, marked),
                "course_title": terms[one.terms_hash]["course"],
                "student_name": names.get(one.student_id, ""),
                "institution_name": schools[one.institution_id].name,
            }
        )
        for one in enrolments
        for session in sessions[one.offering_id]
        for marked in [marks.get((one.enrolment_id, session.session_id))]
        if marked is not None or one.open
    ]


def _of_lesson(account: EnrolmentAccount, session: Session, marked: Lesson | None) -> dict[str, object]:
    told = enrolment_views.lesson(session, marked, account.unmarked)
    waits = marked is not None and marked.status is LessonStatus.TAUGHT
    return {
        "enrolment_id": account.enrolment_id,
        "student_id": account.student_id,
        "institution_id": account.institution_id,
        "status": told.status,
        "outcome": told.outcome,
        "confirm_by": told.confirm_by,
        "deadline_assumed": told.deadline_assumed,
        "actions": ["confirm", "dispute"] if waits else [],
    }


@endpoint(
    blueprint,
    "GET",
    "/v1/school/timetable",
    audience=Audience.SCHOOL,
    query=TimetableQuery,
    response=SchoolTimetable,
    errors=(*_PERIOD_ERRORS, UnknownInstitution),
    summary_zh="本校一周或一个月的课表（教师只看自己的）",
    summary_en="The school's timetable of a week or a month (a teacher's own)",
)
def get_school_timetable(call: Call[None]) -> SchoolTimetable:
    days = _days(call)
    school = institutions.get(call.institution_id)
    sessions = [
        SchoolSession.model_validate(
            {
                **_placed(session, offering, school),
                "course_title": found.course.title,
                "students": offering.seats_sold,
                "over": session.ends_at <= call.now,
            }
        )
        for card in courses.list_courses_of_institution(call.institution_id)
        for found in [courses.get_course(card.course_id)]
        for offering in found.offerings
        if _meets(offering, days) and call.teacher_id in (None, offering.teacher_id)
        for session in queries.list_sessions(offering.offering_id)
        if days.has(session.starts_at)
    ]
    return SchoolTimetable(first=days.first, last=days.last, data=sorted(sessions, key=_by_time))


def _placed(session: Session, offering: Offering, school: Institution) -> dict[str, object]:
    campus = next((one for one in school.campuses if one.campus_id == offering.campus_id), None)
    return {
        "session_id": session.session_id,
        "number": session.number,
        "starts_at": clock.shown(session.starts_at),
        "ends_at": clock.shown(session.ends_at),
        "course_id": session.course_id,
        "offering_id": session.offering_id,
        "class_name": offering.name,
        "campus_name": campus.name if campus else "",
        "campus_address": campus.address if campus else "",
        "room": offering.room,
        "teacher_id": session.teacher_id,
        "teacher_name": offering.teacher_name,
    }


def _days(call: Call[None]) -> Days:
    assert isinstance(call.query, TimetableQuery)
    return periods.asked_for(call.query.week, call.query.month)


def _meets(offering: Offering, days: Days) -> bool:
    return days.meets(offering.starts_on, offering.ends_on)


def _by_time(one: PlacedSession) -> tuple[str, str, str]:
    return one.starts_at, one.ends_at, one.session_id
