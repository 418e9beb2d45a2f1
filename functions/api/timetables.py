"""The timetable of a week or a month: a guardian's, over all her children; a school's, or a teacher's own."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

import pydantic
from chalice.app import Blueprint

from functions.api import absence_views, enrolment_views
from functions.api.views import View
from functions.edge import lessons
from functions.edge.auth import Audience
from functions.edge.contract import Call, endpoint
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, EnrolmentStatus
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.institutions.store import UnknownInstitution
from shared.kernel import clock
from shared.kernel.ids import GuardianId, InstitutionId, OfferingId, SessionId
from shared.mall import queries as courses
from shared.mall.model import Offering
from shared.people import queries as people
from shared.policy import queries as policies
from shared.teaching import periods, queries
from shared.teaching.model import LessonStatus, MakeUpStatus, Session
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
    """A child's lesson. `actions` are what the guardian can do now: confirm and dispute through the day `confirm_by`.

    `make_up`: what the school offers where the lesson was missed; `makes_up_for`: the session that this makes up for.
    """

    enrolment_id: str
    student_id: str
    student_name: str
    institution_id: str
    institution_name: str
    status: str
    outcome: str | None
    confirm_by: date | None
    deadline_assumed: bool
    actions: list[Literal["confirm", "dispute", "ask_leave", "withdraw_leave", "answer_make_up"]]
    on_leave: bool
    make_up: absence_views.MakeUpView | None
    makes_up_for: str | None


class SchoolSession(PlacedSession):
    """A session of the school. `students`: seats sold; `over`: its attendance can be marked.

    `extra`: a session beyond the class's timetable, for make-ups; `students` come to it. `cancelled`: its class wasn't
    opened.
    """

    students: int
    over: bool
    extra: bool
    cancelled: bool


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
    policy = policies.in_force(at=call.now)
    told = [
        (account, line)
        for account, line in _lines_of(call.guardian_id, days)
        if days.has(line.session.starts_at) and (line.lesson is not None or account.open)
    ]
    data = _told(told, now=call.now, leave_hours=policy.leave_hours_before) if told else []
    return MyTimetable(first=days.first, last=days.last, data=sorted(data, key=_by_time))


def _lines_of(guardian_id: GuardianId, days: Days) -> list[tuple[EnrolmentAccount, lessons.Line]]:
    """The lessons of a guardian's children, of each enrolment that may have some on these days."""
    enrolments = paid_enrolments(guardian_id)
    classes = courses.get_classes([(one.course_id, one.offering_id) for one in enrolments])
    taught = [one for one in enrolments if one.open or days.meets(one.starts_on, classes[one.offering_id].ends_on)]
    of_class = {offering_id: queries.list_sessions(offering_id) for offering_id in {one.offering_id for one in taught}}
    own = {one.enrolment_id: lessons.own_of(one, of_class[one.offering_id]) for one in taught}
    files = {one.enrolment_id: queries.read_file(one.enrolment_id) for one in taught}
    elsewhere = {key: lessons.elsewhere(files[key], own[key]) for key in own}
    others = queries.get_sessions(key for keys in elsewhere.values() for key in keys)
    return [
        (one, line)
        for one in taught
        for there in [{key[1]: others[key[1]] for key in elsewhere[one.enrolment_id]}]
        for line in lessons.lines(files[one.enrolment_id], own[one.enrolment_id], there)
    ]


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


def _told(told: Sequence[tuple[EnrolmentAccount, lessons.Line]], *, now: datetime, leave_hours: int) -> list[MyLesson]:
    """The lessons as they are told, with where and with whom each is."""
    accounts = {account.enrolment_id: account for account, _ in told}.values()
    classes = courses.get_classes([(line.session.course_id, line.session.offering_id) for _, line in told])
    terms = courses.get_terms_of([one.terms_hash for one in accounts])
    schools = institutions.get_many([one.institution_id for one in accounts])
    names = people.names_of_students([one.student_id for one in accounts])
    return [
        MyLesson.model_validate(
            {
                **_placed(line.session, classes[line.session.offering_id], schools[one.institution_id]),
                **_of_lesson(one, line, now, timedelta(hours=leave_hours)),
                "course_title": terms[one.terms_hash]["course"],
                "student_name": names.get(one.student_id, ""),
                "institution_name": schools[one.institution_id].name,
            }
        )
        for one, line in told
    ]


def _of_lesson(account: EnrolmentAccount, line: lessons.Line, now: datetime, leave: timedelta) -> dict[str, object]:
    told = enrolment_views.lesson(line, account.unmarked)
    return {
        "enrolment_id": account.enrolment_id,
        "student_id": account.student_id,
        "institution_id": account.institution_id,
        "number": told.number,
        "status": told.status,
        "outcome": told.outcome,
        "confirm_by": told.confirm_by,
        "deadline_assumed": told.deadline_assumed,
        "on_leave": line.leave is not None,
        "make_up": told.make_up,
        "makes_up_for": told.makes_up_for,
        "actions": _actions(account, line, now, leave),
    }


def _actions(account: EnrolmentAccount, line: lessons.Line, now: datetime, leave: timedelta) -> list[str]:
    """What the guardian can do about a lesson now."""
    if line.lesson is not None:
        if line.lesson.status is LessonStatus.TAUGHT:
            return ["confirm", "dispute"]
        waits = line.make_up is not None and line.make_up.status is MakeUpStatus.OFFERED and line.make_up.open_at(now)
        return ["answer_make_up"] if waits else []
    if line.leave is not None:
        return ["withdraw_leave"] if now < line.session.starts_at else []
    may = account.status is EnrolmentStatus.ACTIVE and now <= line.session.starts_at - leave
    return ["ask_leave"] if may else []


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
    extra = _extra(call.institution_id, days)
    sessions = [
        SchoolSession.model_validate(
            {
                **_placed(session, offering, school),
                "course_title": found.course.title,
                "students": session.guests if session.extra else offering.seats_sold,
                "over": session.ends_at <= call.now,
                "extra": session.extra,
                "cancelled": session.cancelled,
            }
        )
        for card in courses.list_courses_of_institution(call.institution_id)
        for found in [courses.get_course(card.course_id)]
        for offering in found.offerings
        if call.teacher_id in (None, offering.teacher_id)
        for session in _sessions(offering, days, extra)
        if days.has(session.starts_at)
    ]
    return SchoolTimetable(first=days.first, last=days.last, data=sorted(sessions, key=_by_time))


def _extra(institution_id: InstitutionId, days: Days) -> dict[OfferingId, list[SessionId]]:
    """The school's extra sessions on these days, by class."""
    found: dict[OfferingId, list[SessionId]] = {}
    since, until = clock.start_of(days.first), clock.start_of(days.end)
    for offering_id, session_id, _, _ in queries.list_extra(institution_id, since=since, until=until):
        found.setdefault(offering_id, []).append(session_id)
    return found


def _sessions(offering: Offering, days: Days, extra: Mapping[OfferingId, Sequence[SessionId]]) -> list[Session]:
    """The sessions of a class that may be on these days, and its extra ones on them."""
    regular = queries.list_sessions(offering.offering_id) if _meets(offering, days) else []
    added = queries.get_sessions((offering.offering_id, one) for one in extra.get(offering.offering_id, ()))
    return [*regular, *added.values()]


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
