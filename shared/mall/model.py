"""The course mall (课程商城): categories, courses, classes, and the terms that a sale accepts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Literal

from shared.kernel.clock import SHANGHAI
from shared.kernel.ids import CampusId, CourseId, EnrolmentId, InstitutionId, ItemId, OfferingId, TeacherId
from shared.kernel.money import Fen


@dataclass(frozen=True)
class Category:
    """A kind of training, and the authority that answers for it. `subject`: it is a school's subject (学科类)."""

    code: str
    zh: str
    en: str
    authority_zh: str
    authority_en: str
    subject: bool = False


CATEGORIES: tuple[Category, ...] = (
    Category("dance", "舞蹈", "Dance", "文化和旅游局", "Culture and Tourism Bureau"),
    Category("calligraphy", "书法", "Calligraphy", "文化和旅游局", "Culture and Tourism Bureau"),
    Category("art", "美术", "Art", "文化和旅游局", "Culture and Tourism Bureau"),
    Category("music", "音乐", "Music", "文化和旅游局", "Culture and Tourism Bureau"),
    Category("go", "围棋", "Go", "教育和体育局", "Education and Sports Bureau"),
    Category("football", "足球", "Football", "教育和体育局", "Education and Sports Bureau"),
    Category("table_tennis", "乒乓球", "Table tennis", "教育和体育局", "Education and Sports Bureau"),
    Category("swimming", "游泳", "Swimming", "教育和体育局", "Education and Sports Bureau"),
    Category("coding", "编程", "Coding", "科学技术局", "Science and Technology Bureau"),
    Category("robotics", "机器人", "Robotics", "科学技术局", "Science and Technology Bureau"),
    Category("english", "英语（学科类）", "English (subject)", "教育和体育局", "Education and Sports Bureau", True),
)
SUBJECTS = frozenset(category.code for category in CATEGORIES if category.subject)
_WEEKDAYS = "一二三四五六日"
_IN_ENGLISH = dict(zip(_WEEKDAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))


class Status(StrEnum):
    """draft → in_review → published ⇄ withdrawn. What is sold is `published`."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Mode(StrEnum):
    """Where a course is taught."""

    ON_SITE = "on_site"
    ONLINE = "online"


SUPERVISION: Literal["bank_custody"] = "bank_custody"
"""How prepayments are supervised (预收费监管方式): held by the bank, for every course of the district."""


@dataclass(frozen=True)
class CourseFacts:
    """What a school says of a course. `price_fen` is for all `lessons`; ages in whole years, both included.

    `full_refund_days`: all is given back when that is asked for so many days before the class starts, or earlier.
    """

    title: str
    category: str
    summary: str
    content: str
    mode: Mode
    age_from: int
    age_to: int
    price_fen: Fen
    lessons: int
    minutes_per_lesson: int
    full_refund_days: int

    @property
    def ages(self) -> str:
        """The ages as they are shown."""
        return f"{self.age_from}至{self.age_to}岁"

    @property
    def lesson_fen(self) -> Fen:
        """The price of one lesson, in whole fen (rounded down)."""
        return Fen(self.price_fen // self.lessons)

    @property
    def hour_fen(self) -> Fen:
        """The price of 60 minutes, in whole fen (rounded down)."""
        return Fen(self.price_fen * 60 // (self.lessons * self.minutes_per_lesson))


@dataclass(frozen=True)
class Course(CourseFacts):
    """A course of the mall, in the `version` that is published. In lists `content` is left out."""

    course_id: CourseId
    institution_id: InstitutionId
    version: int = 1
    status: Status = Status.PUBLISHED


@dataclass(frozen=True, order=True)
class WeeklyTime:
    """A time of the week at which a class meets, in Shanghai. `weekday`: 1 is Monday, 7 Sunday."""

    weekday: int
    starts: time
    ends: time

    def __str__(self) -> str:
        return f"周{_WEEKDAYS[self.weekday - 1]} {self.starts:%H:%M}-{self.ends:%H:%M}"


@dataclass(frozen=True)
class Period:
    """When a class meets once. Half-open, aware."""

    starts_at: datetime
    ends_at: datetime

    @property
    def weekly(self) -> WeeklyTime:
        """The time of the week that it is at."""
        starts, ends = self.starts_at.astimezone(SHANGHAI), self.ends_at.astimezone(SHANGHAI)
        return WeeklyTime(starts.isoweekday(), starts.time(), ends.time())

    @property
    def minutes(self) -> float:
        """How long it is."""
        return (self.ends_at - self.starts_at).total_seconds() / 60

    @property
    def day(self) -> date:
        """The day in Shanghai on which it begins."""
        return self.starts_at.astimezone(SHANGHAI).date()


def weekly_in_english(text: str) -> str:
    """Times of the week, as terms have them, in English: 周六 09:00-10:00 -> Sat 09:00-10:00."""
    return re.sub("周([一二三四五六日])", lambda found: _IN_ENGLISH[found[1]], text).replace("、", ", ")


def weekly_times(sessions: Iterable[Period]) -> tuple[WeeklyTime, ...]:
    """The times of the week at which a timetable meets, each once, in order."""
    return tuple(sorted({session.weekly for session in sessions}))


@dataclass(frozen=True)
class ClassFacts:
    """What a school says of a class (班级). `number`: its own for it; `seats`: at most so many students.

    It opens with `minimum_students` or more. `room_id` is empty where a course is taught online.
    """

    number: str
    name: str
    campus_id: CampusId
    room_id: ItemId
    teacher_id: TeacherId
    seats: int
    minimum_students: int


@dataclass(frozen=True)
class ClassPlan(ClassFacts):
    """A class with its timetable, as a school plans it: at least one session, in order of time."""

    sessions: tuple[Period, ...]

    @property
    def starts_on(self) -> date:
        """The day of the first session."""
        return self.sessions[0].day

    @property
    def ends_on(self) -> date:
        """The day of the last session."""
        return self.sessions[-1].day


@dataclass(frozen=True)
class Offering(ClassFacts):
    """A class of the mall: when, where, with whom, and how many seats are left.

    `waiting` children stand on its waitlist (候补), and `offered` seats are kept for those whose turn it is.
    `tickets` is the last number that was given out, `called` the last one whose turn it was. `guests`: seats that
    children of other classes have taken, to make up for a lesson.
    """

    offering_id: OfferingId
    course_id: CourseId
    institution_id: InstitutionId
    room: str
    teacher_name: str
    weekly: tuple[WeeklyTime, ...]
    starts_on: date
    ends_on: date
    seats_left: int
    terms_hash: str
    version: int = 1
    status: Status = Status.PUBLISHED
    waiting: int = 0
    offered: int = 0
    tickets: int = 0
    called: int = 0
    guests: int = 0

    @property
    def seats_free(self) -> int:
        """Seats that everybody may take: none while somebody waits."""
        return 0 if self.waiting else self.seats_left

    @property
    def seats_sold(self) -> int:
        """Seats that enrolments hold."""
        return self.seats - self.seats_left - self.offered - self.guests

    @property
    def times(self) -> str:
        """The times of the week as they are shown."""
        return "、".join(map(str, self.weekly))


@dataclass(frozen=True)
class CourseWithOfferings:
    """A course and its classes."""

    course: Course
    offerings: tuple[Offering, ...]


@dataclass(frozen=True)
class OpenEnrolment:
    """What a new sale needs to know of an enrolment that the student has already."""

    enrolment_id: EnrolmentId
    course_id: CourseId
    offering_id: OfferingId
    category: str
    lessons_left: int


@dataclass(frozen=True)
class Seller:
    """What a sale needs to know of the school."""

    institution_id: InstitutionId
    account_no: str


@dataclass(frozen=True)
class PublishedTerms:
    """Terms as the text that is hashed; `since` is when they were first published, None where that isn't noted."""

    text: str
    since: datetime | None
