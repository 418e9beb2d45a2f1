"""The rules on a class that is to be published. Pure; their numbers and the school calendar are policy."""

from collections.abc import Iterable, Sequence
from datetime import date

from shared.kernel import errors
from shared.mall import timetable_rules
from shared.mall.compliance import Result, result
from shared.mall.model import ClassPlan, CourseFacts, Mode
from shared.mall.sheet_model import SchoolFacts, Taken
from shared.policy.model import Policy


class UnknownCampus(errors.Invalid):
    code = "campus_not_published"
    zh = "校区规则：{value} 不是本校公示的校区（共 {limit} 个）。"
    en = "Campus: {value} is none of the school's {limit}."


class RoomNotPublished(errors.Invalid):
    code = "room_not_published"
    zh = "场地规则：教室 {value} 不是本校公示的教室（共 {limit} 间）。"
    en = "Room: {value} is none of the school's {limit} published rooms."


class RoomTooSmall(errors.Invalid):
    code = "room_area"
    zh = "场地规则：教室 {value} 平方米，按人数上限应不少于 {limit} 平方米。"
    en = "Room: it has {value} m²; for as many students it needs {limit}."


class TeacherNotPublished(errors.Invalid):
    code = "teacher_not_published"
    zh = "教师规则：{value} 不是本校公示的教师（共 {limit} 名）。"
    en = "Teacher: {value} is none of the school's {limit} published teachers."


class TeacherNotQualified(errors.Invalid):
    code = "teacher_not_qualified"
    zh = "教师规则：资格有效至 {value}，最后一次课在 {limit}。"
    en = "Teacher: the qualification is valid through {value}; the last session is on {limit}."


class MinimumOverSeats(errors.Invalid):
    code = "minimum_over_seats"
    zh = "开班规则：最低开班人数 {value}，不得超过人数上限 {limit}。"
    en = "Opening: {value} students are needed to open, of {limit} at most."


class SoldWithOthers(errors.Invalid):
    code = "class_sold"
    zh = "已售班级规则：已售出 {value} 个名额，其时间、教师和地点不能变更（允许 {limit} 个）；请另开班级。"
    en = (
        "Sold classes: {value} seats are sold with these times, teacher and room ({limit} allowed). Open another class."
    )


class SeatsBelowSold(errors.Invalid):
    code = "seats_below_sold"
    zh = "已售班级规则：人数上限 {value}，不得少于已售出的 {limit} 个名额。"
    en = "Sold classes: the cap is {value}, and may not be under the {limit} seats that are sold."


class ClassCutShort(errors.Invalid):
    code = "class_cut_short"
    zh = "已发布班级规则：课表 {value} 次课，不得少于已发布的 {limit} 次；请另开班级。"
    en = (
        "Published classes: {value} sessions are planned, and may be no fewer than the {limit} published. Open another."
    )


ALL = (
    *timetable_rules.ALL,
    UnknownCampus,
    RoomNotPublished,
    RoomTooSmall,
    TeacherNotPublished,
    TeacherNotQualified,
    MinimumOverSeats,
    SoldWithOthers,
    SeatsBelowSold,
    ClassCutShort,
)


def check(
    plan: ClassPlan,
    *,
    course: CourseFacts,
    school: SchoolFacts,
    others: Sequence[Taken],
    policy: Policy,
    today: date,
) -> tuple[Result, ...]:
    """Every rule's result on a class of a course. `others` are the school's other classes that are sold or taught."""
    return (
        *timetable_rules.check(plan, course=course, others=others, policy=policy, today=today),
        result(
            UnknownCampus,
            ok=plan.campus_id in school.campuses,
            pointer="/campus_id",
            value=plan.campus_id,
            limit=len(school.campuses),
        ),
        *(_room(plan, school, policy) if course.mode is Mode.ON_SITE else ()),
        *_teacher(plan, school),
        result(
            MinimumOverSeats,
            ok=plan.minimum_students <= plan.seats,
            pointer="/minimum_students",
            value=plan.minimum_students,
            limit=plan.seats,
        ),
    )


def check_sold(plan: ClassPlan, *, was: ClassPlan, sold: int) -> tuple[Result, ...]:
    """What a class that `was` published may not become, so that every contract on it is kept as it was made.

    No session is taken out of a timetable: nothing is ever deleted there.
    """
    moved = taught_otherwise(plan, was)
    return (
        result(SoldWithOthers, ok=not (moved and sold), pointer="/timetable", value=sold, limit=0 if moved else sold),
        result(SeatsBelowSold, ok=plan.seats >= sold, pointer="/seats", value=plan.seats, limit=sold),
        result(
            ClassCutShort,
            ok=len(plan.sessions) >= len(was.sessions),
            pointer="/timetable",
            value=len(plan.sessions),
            limit=len(was.sessions),
        ),
    )


def taught_otherwise(plan: ClassPlan, was: ClassPlan) -> bool:
    """Whether a class would be taught at other times, by somebody else or elsewhere."""
    return _taught(plan) != _taught(was)


def _taught(plan: ClassPlan) -> tuple[object, ...]:
    return plan.sessions, plan.teacher_id, plan.campus_id, plan.room_id


def _room(plan: ClassPlan, school: SchoolFacts, policy: Policy) -> Iterable[Result]:
    """Published, and large enough for as many students as the class takes."""
    room = school.rooms.get(plan.room_id)
    told = room.caption if room else plan.room_id or "–"
    yield result(RoomNotPublished, ok=room is not None, pointer="/room_id", value=told, limit=len(school.rooms))
    if room is not None:
        needed = plan.seats * policy.room_m2_per_student
        yield result(RoomTooSmall, ok=room.area_m2 >= needed, pointer="/seats", value=room.area_m2, limit=needed)


def _teacher(plan: ClassPlan, school: SchoolFacts) -> Iterable[Result]:
    """Published at this school, qualified on every day of a session, and at no other school in its hours."""
    teacher = school.teachers.get(plan.teacher_id)
    told = teacher.name if teacher else plan.teacher_id
    yield result(
        TeacherNotPublished, ok=teacher is not None, pointer="/teacher_id", value=told, limit=len(school.teachers)
    )
    if teacher is not None:
        ok = teacher.valid_to is None or teacher.valid_to >= plan.ends_on
        value = teacher.valid_to or "–"
        yield result(TeacherNotQualified, ok=ok, pointer="/teacher_id", value=value, limit=plan.ends_on)
        yield timetable_rules.check_elsewhere(plan, teacher.elsewhere)
