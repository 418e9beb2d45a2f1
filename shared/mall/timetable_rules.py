"""The rules on a class's timetable. Pure; their numbers and the school calendar are policy.

Each rule gives one result: where several sessions break it, it names the first of them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import pairwise

from shared.kernel import errors
from shared.kernel.clock import SHANGHAI
from shared.mall.compliance import Result, result
from shared.mall.model import SUBJECTS, ClassPlan, CourseFacts, Mode, Period
from shared.mall.rules import months_after
from shared.mall.sheet_model import Taken
from shared.policy import school_calendar
from shared.policy.model import Policy

_AT = "/timetable"


class ClassSpan(errors.Invalid):
    code = "class_span_months"
    zh = "收费跨度规则：最后一次课在 {value}，一次性收费的跨度至多到 {limit}。"
    en = "Charge span: the last session is on {value}; one charge covers the time up to {limit}."


class SessionCount(errors.Invalid):
    code = "session_count"
    zh = "课时一致规则：课表有 {value} 次课，课程为 {limit} 课时。"
    en = "Lessons: the timetable has {value} sessions; the course has {limit} lessons."


class SessionLength(errors.Invalid):
    code = "session_length"
    zh = "课时一致规则：{value}，课程每课时 {limit} 分钟。"
    en = "Length of lessons: {value}; a lesson of the course is {limit} minutes."


class SessionsOverlap(errors.Invalid):
    code = "sessions_overlap"
    zh = "课表规则：{value} 的课在前一次课 {limit} 结束之前开始。"
    en = "Timetable: the session at {value} begins before the one before it ends, at {limit}."


class EndsTooLate(errors.Invalid):
    code = "class_ends_too_late"
    zh = "培训时间规则：{value} 结束，不得晚于 {limit}。"
    en = "Class hours: a session ends at {value}; it may end no later than {limit}."


class InSchoolHours(errors.Invalid):
    code = "in_school_hours"
    zh = "培训时间规则：{value} 的课与当地中小学教学时间 {limit} 冲突。"
    en = "Class hours: the session at {value} is within the hours of local schools, {limit}."


class SubjectDay(errors.Invalid):
    code = "subject_day"
    zh = "学科类培训规则：{value} 为周末、节假日或寒暑假；这些日子可安排 {limit} 次课。"
    en = (
        "Subject tutoring: {value} is a weekend, a holiday or in a vacation; {limit} sessions are allowed on such days."
    )


class SchoolCalendarUnknown(errors.Invalid):
    code = "school_calendar_unknown"
    zh = "校历规则：课排到 {value}，当地校历只公布到 {limit}。"
    en = "School calendar: a session is on {value}; it is known through {limit} only."


class TeacherTaken(errors.Invalid):
    code = "teacher_taken"
    zh = "课表冲突规则：{value} 该教师在另一班上课（同一时间限 {limit} 班）。"
    en = "Clash: at {value} the teacher teaches another class; {limit} at a time."


class TeacherElsewhere(errors.Invalid):
    code = "teacher_elsewhere"
    zh = "任课规则：该教师 {value} 在另一机构上课（同一时间限 {limit} 家机构）。"
    en = "One school at a time: the teacher teaches at another school at {value}; {limit} school at a time."


class RoomTaken(errors.Invalid):
    code = "room_taken"
    zh = "课表冲突规则：{value} 该教室由另一班使用（同一时间限 {limit} 班）。"
    en = "Clash: at {value} the room is another class's; {limit} at a time."


class BegunAlready(errors.Invalid):
    code = "class_begins_in_the_past"
    zh = "开课规则：首次课在 {value}，不得早于 {limit}。"
    en = "Start: the first session is on {value}; it may be no earlier than {limit}."


EXTRA = (EndsTooLate, InSchoolHours, SubjectDay, SchoolCalendarUnknown, TeacherTaken, RoomTaken, TeacherElsewhere)
ALL = (
    ClassSpan,
    SessionCount,
    SessionLength,
    SessionsOverlap,
    EndsTooLate,
    InSchoolHours,
    SubjectDay,
    SchoolCalendarUnknown,
    TeacherTaken,
    TeacherElsewhere,
    RoomTaken,
    BegunAlready,
)


def check(
    plan: ClassPlan, *, course: CourseFacts, others: Sequence[Taken], policy: Policy, today: date
) -> tuple[Result, ...]:
    """Every rule's result on a timetable. `others` are the school's other classes that are sold or taught."""
    until, known = months_after(plan.starts_on, policy.max_months), school_calendar.known_through()
    same_teacher = [one for one in others if one.teacher_id == plan.teacher_id]
    same_room = [one for one in others if plan.room_id and one.room_id == plan.room_id]
    return (
        result(ClassSpan, ok=plan.ends_on <= until, pointer=_AT, value=plan.ends_on, limit=until),
        *_lessons(plan, course),
        _ending(plan, course, policy),
        _school_hours(plan, policy),
        *([_subject_days(plan, policy)] if course.category in SUBJECTS else []),
        result(SchoolCalendarUnknown, ok=plan.ends_on <= known, pointer=_AT, value=plan.ends_on, limit=known),
        result(BegunAlready, ok=plan.starts_on >= today, pointer=_AT, value=plan.starts_on, limit=today),
        _clash(TeacherTaken, plan, same_teacher, "/teacher_id"),
        _clash(RoomTaken, plan, same_room, "/room_id"),
    )


def check_elsewhere(plan: ClassPlan, elsewhere: Sequence[Period]) -> Result:
    """Whether the teacher is at another school in none of the class's hours; what ends as the other begins is apart."""
    theirs = sorted((one for one in elsewhere if meets(plan, one)), key=lambda one: one.starts_at)
    value = f"{_at(theirs[0].starts_at)}-{theirs[0].ends_at.astimezone(SHANGHAI):%H:%M}" if theirs else "–"
    return result(TeacherElsewhere, ok=not theirs, pointer="/teacher_id", value=value, limit=1)


def meets(plan: ClassPlan, other: Period) -> bool:
    """Whether a class has a session at that time or in a part of it."""
    return any(one.starts_at < other.ends_at and other.starts_at < one.ends_at for one in plan.sessions)


def check_extra(
    plan: ClassPlan, *, course: CourseFacts, others: Sequence[Taken], elsewhere: Sequence[Period], policy: Policy
) -> tuple[Result, ...]:
    """Every rule's result on one extra session, planned alone. `others`: what the school's classes take.

    `elsewhere`: when its teacher is at other schools.
    """
    known = school_calendar.known_through()
    same_teacher = [one for one in others if one.teacher_id == plan.teacher_id]
    same_room = [one for one in others if plan.room_id and one.room_id == plan.room_id]
    return (
        _ending(plan, course, policy),
        _school_hours(plan, policy),
        *([_subject_days(plan, policy)] if course.category in SUBJECTS else []),
        result(SchoolCalendarUnknown, ok=plan.ends_on <= known, pointer=_AT, value=plan.ends_on, limit=known),
        _clash(TeacherTaken, plan, same_teacher, "/teacher_id"),
        _clash(RoomTaken, plan, same_room, "/room_id"),
        check_elsewhere(plan, elsewhere),
    )


def _lessons(plan: ClassPlan, course: CourseFacts) -> Iterable[Result]:
    """The timetable is the course's lessons, one after the other."""
    yield result(
        SessionCount,
        ok=len(plan.sessions) == course.lessons,
        pointer=_AT,
        value=len(plan.sessions),
        limit=course.lessons,
    )
    odd = next((one for one in plan.sessions if one.minutes != course.minutes_per_lesson), None)
    length = f"{_at(odd.starts_at)} {odd.minutes:g} min" if odd else course.minutes_per_lesson
    yield result(SessionLength, ok=odd is None, pointer=_AT, value=length, limit=course.minutes_per_lesson)
    overlap = next(((a, b) for a, b in pairwise(plan.sessions) if b.starts_at < a.ends_at), None)
    yield result(
        SessionsOverlap,
        ok=overlap is None,
        pointer=_AT,
        value=_at(overlap[1].starts_at) if overlap else len(plan.sessions),
        limit=_at(overlap[0].ends_at) if overlap else len(plan.sessions),
    )


def _ending(plan: ClassPlan, course: CourseFacts, policy: Policy) -> Result:
    """On its own day, by the policy's time."""
    clock = policy.on_site_ends_clock if course.mode is Mode.ON_SITE else policy.online_ends_clock

    def ends(session: Period) -> tuple[int, int]:
        local = session.ends_at.astimezone(SHANGHAI)
        return (local.date() - session.day).days, local.hour * 100 + local.minute + (local.second > 0)

    latest = max(plan.sessions, key=ends)
    return result(
        EndsTooLate,
        ok=ends(latest) <= (0, clock),
        pointer=_AT,
        value=_at(latest.ends_at),
        limit=f"{clock // 100:02d}:{clock % 100:02d}",
    )


def _school_hours(plan: ClassPlan, policy: Policy) -> Result:
    for session in plan.sessions:
        hours = school_calendar.school_hours(session.day, policy.own_days)
        starts, ends = session.starts_at.astimezone(SHANGHAI), session.ends_at.astimezone(SHANGHAI)
        if hours and starts.time() < hours.ends and (ends.date() > session.day or ends.time() > hours.starts):
            told = f"{hours.starts:%H:%M}-{hours.ends:%H:%M}"
            return result(InSchoolHours, ok=False, pointer=_AT, value=_at(session.starts_at), limit=told)
    first = min(plan.sessions, key=lambda one: one.weekly.starts)
    return result(InSchoolHours, ok=True, pointer=_AT, value=f"{first.weekly.starts:%H:%M}", limit="–")


def _subject_days(plan: ClassPlan, policy: Policy) -> Result:
    days = [one.day for one in plan.sessions]
    odd = next((day for day in days if not school_calendar.subject_may_be_taught(day, policy.own_days)), None)
    value = odd or f"{plan.starts_on} – {plan.ends_on}"
    return result(SubjectDay, ok=odd is None, pointer=_AT, value=value, limit=0)


def _clash(kind: type[errors.Refusal], plan: ClassPlan, others: Sequence[Taken], pointer: str) -> Result:
    """Whether one of the `others` meets at the same time."""
    theirs = sorted(
        ((one.starts_at, one.ends_at, other.name) for other in others for one in other.sessions), key=lambda one: one[0]
    )
    for session in plan.sessions:
        for starts, ends, name in theirs:
            if starts < session.ends_at and session.starts_at < ends:
                return result(kind, ok=False, pointer=pointer, value=f"{_at(session.starts_at)} {name}", limit=1)
    return result(kind, ok=True, pointer=pointer, value=1, limit=1)


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
