"""What a school sends of courses and classes that it wants to sell, and what it is told of them."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal

import pydantic

from functions.api.mall_views import WeeklyTimeView, weekly
from functions.api.views import View, money
from functions.edge.contract import Id, Money, Request
from shared.kernel import clock, errors
from shared.kernel.ids import CampusId, ItemId, TeacherId
from shared.kernel.money import Fen
from shared.mall import model, timetable
from shared.mall.model import CATEGORIES, ClassPlan, CourseFacts, Mode, Period
from shared.mall.sheet_model import ClassSheet, CourseSheet
from shared.mall.sheet_rules import MOST_SESSIONS
from shared.policy.model import OwnDays

Line = Annotated[str, pydantic.Field(min_length=1, max_length=60, pattern=r"\S")]
Age = Annotated[int, pydantic.Field(ge=0, le=18)]
Day = Annotated[date, pydantic.Field(strict=False)]
Moment = Annotated[datetime, pydantic.Field(strict=False)]
Category = Annotated[str, pydantic.Field(pattern=f"^({'|'.join(one.code for one in CATEGORIES)})$")]
Price = Annotated[int, pydantic.Field(ge=1, le=100_000_000)]


class PriceContent(Request):
    """The price of all lessons, in whole fen."""

    amount_fen: Price
    currency: Literal["CNY"] = "CNY"


class CourseContent(Request):
    """A course. All is given back when that is asked for `full_refund_days` or more before a class starts."""

    title: Line
    category: Category
    summary: Annotated[str, pydantic.Field(min_length=1, max_length=200, pattern=r"\S")]
    content: Annotated[str, pydantic.Field(min_length=1, max_length=1000, pattern=r"\S")]
    mode: Annotated[Mode, pydantic.Field(strict=False)]
    age_from: Age
    age_to: Age
    price: PriceContent
    lessons: Annotated[int, pydantic.Field(ge=1, le=1000)]
    minutes_per_lesson: Annotated[int, pydantic.Field(ge=10, le=480)]
    full_refund_days: Annotated[int, pydantic.Field(ge=0, le=365)]


class WeeklyContent(Request):
    """A time of the week: 1 is Monday, 7 Sunday; `starts` in Shanghai, as 18:00."""

    weekday: Annotated[int, pydantic.Field(ge=1, le=7)]
    starts: Annotated[str, pydantic.Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class WeeklyTimetable(Request):
    """Times of the week from a day on, until the course's lessons are full; not on holidays, nor on days in `but`."""

    kind: Literal["weekly"]
    starts_on: Day
    weekly: Annotated[list[WeeklyContent], pydantic.Field(min_length=1, max_length=7)]
    but: Annotated[list[Day], pydantic.Field(max_length=60)] = []


class SessionContent(Request):
    """One session, half-open, with its offset: 2026-09-07T18:00:00+08:00."""

    starts_at: Moment
    ends_at: Moment


class SessionsTimetable(Request):
    """Every session by itself."""

    kind: Literal["sessions"]
    sessions: Annotated[list[SessionContent], pydantic.Field(min_length=1, max_length=MOST_SESSIONS)]


Timetable = Annotated[WeeklyTimetable | SessionsTimetable, pydantic.Field(discriminator="kind")]


class ClassContent(Request):
    """A class: `seats` is the most that it takes, `minimum_students` what it needs to open. Online it has no room."""

    number: Annotated[str, pydantic.Field(min_length=1, max_length=20, pattern=r"\S")]
    name: Annotated[str, pydantic.Field(min_length=1, max_length=30, pattern=r"\S")]
    campus_id: Id
    room_id: Id | None = None
    teacher_id: Id
    seats: Annotated[int, pydantic.Field(ge=1, le=500)]
    minimum_students: Annotated[int, pydantic.Field(ge=1, le=500)]
    timetable: Timetable


class SessionBackwards(errors.Invalid):
    code = "session_backwards"
    zh = "课表中每次课须写明时区，且结束晚于开始。"
    en = "Each session needs its offset, and ends after it starts."


class LessonsOverTimetable(errors.Invalid):
    code = "too_many_sessions"
    zh = "课表规则：该课程 {value} 课时，一个班级最多排 {limit} 次课。"
    en = "Timetable: the course has {value} lessons; a class has at most {limit} sessions."


class SheetFields(View):
    """`status`: draft, in_review, published or withdrawn. `change`: how far what isn't published yet is on its way.

    `edits` is the ETag: an edit, a submission, a withdrawal names it by If-Match. `version` counts what was published.
    """

    course_id: str
    status: str
    change: str | None
    version: int
    edits: int
    made_at: str
    submitted_at: str | None
    decided_at: str | None
    reason: str


class CourseFactsView(View):
    title: str
    category: str
    summary: str
    content: str
    mode: str
    age_from: int
    age_to: int
    price: Money
    lessons: int
    minutes_per_lesson: int
    full_refund_days: int


class CourseSheetView(SheetFields):
    """A school's course: the newest facts, and those that are published."""

    facts: CourseFactsView
    published: CourseFactsView | None


class PeriodView(View):
    starts_at: str
    ends_at: str


class ClassFactsView(View):
    number: str
    name: str
    campus_id: str
    room_id: str | None
    teacher_id: str
    seats: int
    minimum_students: int
    weekly: list[WeeklyTimeView]
    sessions: list[PeriodView]


class ClassSheetView(SheetFields):
    """A class of a school's course: the newest facts, and those that are published."""

    offering_id: str
    facts: ClassFactsView
    published: ClassFactsView | None


def course_facts(told: CourseContent) -> CourseFacts:
    """What a school says of a course."""
    return CourseFacts(
        **told.model_dump(exclude={"price", "mode"}), mode=told.mode, price_fen=Fen(told.price.amount_fen)
    )


def class_plan(told: ClassContent, course: CourseFacts, own: OwnDays) -> ClassPlan:
    """What a school says of a class of a course. Raises SessionBackwards, LessonsOverTimetable, NoSuchTimetable."""
    return ClassPlan(
        number=told.number,
        name=told.name,
        campus_id=CampusId(told.campus_id),
        room_id=ItemId(told.room_id or ""),
        teacher_id=TeacherId(told.teacher_id),
        seats=told.seats,
        minimum_students=told.minimum_students,
        sessions=_sessions(told.timetable, course, own),
    )


def _sessions(told: WeeklyTimetable | SessionsTimetable, course: CourseFacts, own: OwnDays) -> tuple[Period, ...]:
    if isinstance(told, SessionsTimetable):
        periods = [Period(one.starts_at, one.ends_at) for one in told.sessions]
        if any(one.starts_at.tzinfo is None or one.ends_at.tzinfo is None for one in periods):
            raise SessionBackwards(pointer="/timetable/sessions")
        if any(one.ends_at <= one.starts_at for one in periods):
            raise SessionBackwards(pointer="/timetable/sessions")
        return tuple(sorted(periods, key=lambda one: one.starts_at))
    if course.lessons > MOST_SESSIONS:
        raise LessonsOverTimetable(pointer="/timetable", value=course.lessons, limit=MOST_SESSIONS)
    return timetable.from_weekly(
        {(one.weekday, time.fromisoformat(one.starts)) for one in told.weekly},
        starts_on=told.starts_on,
        lessons=course.lessons,
        minutes=course.minutes_per_lesson,
        but=set(told.but),
        own=own,
    )


def course_sheet(sheet: CourseSheet) -> CourseSheetView:
    return CourseSheetView(
        facts=_course(sheet.facts), published=_course(sheet.published) if sheet.published else None, **_fields(sheet)
    )


def class_sheet(sheet: ClassSheet) -> ClassSheetView:
    return ClassSheetView(
        offering_id=sheet.item_id,
        facts=_class(sheet.facts),
        published=_class(sheet.published) if sheet.published else None,
        **_fields(sheet),
    )


def _fields(sheet: CourseSheet | ClassSheet) -> dict[str, Any]:
    return {
        "course_id": sheet.course_id,
        "status": sheet.status.value,
        "change": sheet.open.value if sheet.open else None,
        "version": sheet.version,
        "edits": sheet.edits,
        "made_at": clock.shown(sheet.made_at),
        "submitted_at": clock.shown(sheet.submitted_at) if sheet.submitted_at else None,
        "decided_at": clock.shown(sheet.decided_at) if sheet.decided_at else None,
        "reason": sheet.reason,
    }


def _course(facts: CourseFacts) -> CourseFactsView:
    told = {name: value for name, value in vars(facts).items() if name not in ("price_fen", "mode")}
    return CourseFactsView(**told, mode=facts.mode.value, price=money(facts.price_fen))


def _class(plan: ClassPlan) -> ClassFactsView:
    told = {name: value for name, value in vars(plan).items() if name not in ("sessions", "room_id")}
    return ClassFactsView(
        **told,
        room_id=plan.room_id or None,
        weekly=[weekly(one) for one in model.weekly_times(plan.sessions)],
        sessions=[
            PeriodView(starts_at=clock.shown(one.starts_at), ends_at=clock.shown(one.ends_at)) for one in plan.sessions
        ],
    )
