"""Fourteen schools of Linzi with their courses and classes for the autumn term of 2026."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

import chinese_calendar

from infra.local.district import names
from shared.institutions import model as institutions
from shared.kernel import ids
from shared.kernel.clock import SHANGHAI
from shared.kernel.ids import CampusId, CourseId, InstitutionId, ItemId, OfferingId, SessionId, TeacherId
from shared.kernel.money import Fen
from shared.mall import model as mall

TERM_STARTS = date(2026, 9, 7)
SECOND_HALF = date(2026, 10, 26)  # some classes begin in the middle of the term: there is always something on sale
BANK = "中国银行临淄支行"


@dataclass(frozen=True)
class Kind:
    """What a category costs and how long its lessons are: fen a lesson, minutes."""

    lesson_fen: int
    minutes: int
    teaches: str


KINDS = {
    "dance": Kind(7_000, 90, "基本功与成品舞"),
    "calligraphy": Kind(6_000, 90, "楷书笔法与结构"),
    "art": Kind(6_500, 90, "造型、色彩与创作"),
    "music": Kind(15_500, 45, "一对一器乐，识谱与演奏"),
    "go": Kind(6_000, 90, "死活、布局与实战"),
    "football": Kind(6_800, 90, "球感、配合与比赛"),
    "table_tennis": Kind(7_200, 60, "握拍、步法与多球训练"),
    "swimming": Kind(8_500, 60, "换气、蛙泳与自由泳"),
    "coding": Kind(8_800, 90, "图形化编程与算法思维"),
    "robotics": Kind(8_600, 90, "搭建、传感器与控制"),
    "english": Kind(5_500, 60, "听说与分级阅读"),
}

_SCHOOLS = (
    ("云裳舞蹈", ("dance",), "medium"),
    ("青禾书法", ("calligraphy", "art"), "small"),
    ("彩虹美术", ("art",), "medium"),
    ("和声琴行", ("music",), "medium"),
    ("弈林棋院", ("go",), "small"),
    ("绿茵足球", ("football",), "large"),
    ("飞跃乒乓", ("table_tennis",), "small"),
    ("碧波游泳", ("swimming",), "large"),
    ("码上编程", ("coding", "robotics"), "large"),
    ("星图机器人", ("robotics",), "medium"),
    ("晨读英语", ("english",), "small"),
    ("舞之韵艺术", ("dance", "music"), "large"),
    ("翰墨轩书画", ("calligraphy", "art"), "small"),
    ("小飞侠舞蹈", ("dance",), "small"),
)
_REGISTERED_AS = {4: "large"}  # it has grown smaller since
_LEVELS = (("启蒙班", 16, (5, 8)), ("提高班", 20, (7, 12)), ("精品班", 10, (9, 14)))
_ROOM_M2 = 45  # for twelve students and a little more


@dataclass(frozen=True)
class Slot:
    """One session of a class's timetable."""

    session_id: SessionId
    number: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Class:
    """A class of a course and its timetable. `opens`: enough families pay in time."""

    course: mall.Course
    offering: mall.Offering
    slots: tuple[Slot, ...]
    opens: bool = True

    @property
    def ages(self) -> tuple[int, int]:
        """From which age to which."""
        return self.course.age_from, self.course.age_to


@dataclass(frozen=True)
class School:
    """A school and its classes. `registered_as` is the size that it had when it was put on file."""

    institution: institutions.Institution
    classes: tuple[Class, ...]
    registered_as: str


def generate(random: Random) -> tuple[School, ...]:
    """All schools, the same for the same randomness."""
    return tuple(_school(number, random) for number in range(1, len(_SCHOOLS) + 1))


def _school(number: int, random: Random) -> School:
    name, categories, size = _SCHOOLS[number - 1]
    institution_id = InstitutionId(ids.derived("ins", "district", str(number)))
    company = number % 4 != 0
    prefix = "91370305" if company else "52370305"
    teachers = tuple(_teacher(institution_id, index, categories, random) for index in range(1, 5))
    institution = institutions.Institution(
        institution_id=institution_id,
        name=f"淄博市临淄区{name}培训学校" + ("有限公司" if company else ""),
        short_name=name,
        credit_code=names.credit_code(prefix, number),
        licence_no=names.licence_no(number),
        licence_valid_to=date(2027, 6, 30) + timedelta(days=17 * number),
        legal_representative=names.adult(random),
        phone=names.mobile(random),
        size=size,
        categories=categories,
        accounts=institutions.Accounts(
            bank_name=BANK,
            tuition_account_no=names.account_no("2337", number * 10 + 1),
            minimum_balance_account_no=names.account_no("2337", number * 10 + 2),
            payout_account_no=names.account_no("6104", number * 10 + 3),
        ),
        campuses=tuple(_campus(institution_id, index, random) for index in range(1, 3 if size == "large" else 2)),
        teachers=teachers,
    )
    classes = tuple(_classes(institution, random))
    rooms = {
        one.offering.room_id: institutions.Room(one.offering.room_id, one.offering.room, _ROOM_M2) for one in classes
    }
    institution = replace(institution, rooms=tuple(sorted(rooms.values(), key=lambda room: room.caption)))
    return School(institution, classes, _REGISTERED_AS.get(number, size))


def _campus(institution_id: InstitutionId, index: int, random: Random) -> institutions.Campus:
    street, house = random.choice(names.STREETS), random.randrange(10, 320)
    return institutions.Campus(
        campus_id=CampusId(ids.derived("cam", institution_id, str(index))),
        name="本部" if index == 1 else f"{street}校区",
        address=f"淄博市临淄区{street}{house}号",
        phone=f"0533-7{random.randrange(10**6):06d}",
        street=street,
        position=names.position(street, house),
    )


def _teacher(
    institution_id: InstitutionId, index: int, categories: Sequence[str], random: Random
) -> institutions.Teacher:
    category = categories[index % len(categories)]
    return institutions.Teacher(
        teacher_id=TeacherId(ids.derived("tch", institution_id, str(index))),
        name=names.adult(random),
        subject=category,
        qualification="教师资格证" if category == "english" else "专业技能等级证书",
        qualification_no=f"2020{random.randrange(10**13):013d}",
    )


def _classes(institution: institutions.Institution, random: Random) -> Iterator[Class]:
    free = _weekly_slots(institution.categories)
    for index, (level, lessons, ages) in enumerate(_LEVELS):
        category = institution.categories[index % len(institution.categories)]
        kind = KINDS[category]
        title = f"{next(one.zh for one in mall.CATEGORIES if one.code == category).split('（')[0]}{level}"
        course = mall.Course(
            course_id=CourseId(ids.derived("crs", institution.institution_id, str(index))),
            institution_id=institution.institution_id,
            title=title,
            category=category,
            summary=f"{title}：{kind.teaches}。小班授课，课前公布内容，课后由监护人确认。",
            content=f"{kind.teaches}。每次课先复习，再讲练新内容，最后点评；结课时有一次汇报。",
            mode=mall.Mode.ON_SITE,
            age_from=ages[0],
            age_to=ages[1],
            price_fen=Fen(kind.lesson_fen * lessons + random.choice((0, 0, 100, 7))),
            lessons=lessons,
            minutes_per_lesson=kind.minutes,
            full_refund_days=5,
        )
        weekly = 2 if lessons > 13 else 1
        for letter in "AB" if index == 0 else "A":
            times = [free.pop(0) for _ in range(weekly)]
            teacher = institution.teachers[(index + (letter == "B")) % len(institution.teachers)]
            yield _class(institution, course, letter, times, teacher, random)
    # the last course once more; its own randomness leaves all the rest as it is
    yield _class(institution, course, "B", [free.pop(0)], teacher, Random(institution.institution_id), SECOND_HALF)


def _weekly_slots(categories: Sequence[str]) -> list[tuple[int, time]]:
    """Times of the week, none of them twice, so that no teacher and no room is ever in two places."""
    evenings = [(day, time(18, 0)) for day in range(5)]
    if "english" in categories:  # a subject is never taught at a weekend
        return [(day, time(hour, minute)) for hour, minute in ((17, 30), (19, 0)) for day in range(5)]
    weekend = [(day, time(hour, 0)) for hour in (9, 11, 14, 16) for day in (5, 6)]
    return [slot for pair in zip(weekend[:5], evenings, strict=True) for slot in pair] + weekend[5:]


def _class(
    institution: institutions.Institution,
    course: mall.Course,
    letter: str,
    times: Sequence[tuple[int, time]],
    teacher: institutions.Teacher,
    random: Random,
    begins: date = TERM_STARTS,
) -> Class:
    offering_id = OfferingId(ids.derived("off", course.course_id, letter))
    days = list(_days(times, course.lessons, begins))
    slots = tuple(
        Slot(
            session_id=SessionId(ids.derived("ses", offering_id, str(number))),
            number=number,
            starts_at=starts,
            ends_at=starts + timedelta(minutes=course.minutes_per_lesson),
        )
        for number, starts in enumerate(days, 1)
    )
    room = f"{random.randrange(1, 4)}0{random.randrange(1, 8)}教室"
    seats = 1 if course.category == "music" else random.choice((8, 10, 12))
    offering = mall.Offering(
        offering_id=offering_id,
        course_id=course.course_id,
        institution_id=institution.institution_id,
        number=f"{begins:%Y%m}{course.course_id[-4:]}{letter}",
        name=f"{course.title}{letter}",
        campus_id=institution.campuses[0].campus_id,
        room_id=ItemId(ids.derived("itm", institution.institution_id, room)),
        room=room,
        teacher_id=teacher.teacher_id,
        teacher_name=teacher.name,
        weekly=mall.weekly_times(mall.Period(slot.starts_at, slot.ends_at) for slot in slots),
        starts_on=days[0].date(),
        ends_on=days[-1].date(),
        seats=seats,
        minimum_students=1,
        seats_left=0,
        terms_hash="",
    )
    return Class(course, offering, slots)


def _days(times: Sequence[tuple[int, time]], lessons: int, begins: date) -> Iterator[datetime]:
    """The lessons' starts from a week on, none on a public holiday or a make-up working day."""
    day, count = begins, 0
    while count < lessons:
        for weekday, at in sorted(times):
            if weekday == day.weekday() and count < lessons and _is_ordinary(day):
                yield datetime.combine(day, at, SHANGHAI)
                count += 1
        day += timedelta(days=1)


def _is_ordinary(day: date) -> bool:
    off, holiday = chinese_calendar.get_holiday_detail(day)
    return holiday is None and off == (day.weekday() >= 5)
