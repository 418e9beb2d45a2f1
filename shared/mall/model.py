"""The course mall (课程商城): categories, courses, classes, and the terms that a sale accepts."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import CampusId, CourseId, EnrolmentId, InstitutionId, OfferingId, SessionId, TeacherId
from shared.kernel.money import Fen


@dataclass(frozen=True)
class Category:
    """A kind of training, and the authority that answers for it."""

    code: str
    zh: str
    en: str
    authority_zh: str
    authority_en: str


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
    Category("english", "英语（学科类）", "English (subject)", "教育和体育局", "Education and Sports Bureau"),
)


class Status(StrEnum):
    """draft → in_review → published ⇄ withdrawn."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Course:
    """What a school teaches, at what price. `price_fen` is for all `lessons`."""

    course_id: CourseId
    institution_id: InstitutionId
    title: str
    category: str
    summary: str
    ages: str
    price_fen: Fen
    lessons: int
    minutes_per_lesson: int
    status: Status = Status.PUBLISHED

    @property
    def lesson_fen(self) -> Fen:
        """The price of one lesson, in whole fen (rounded down)."""
        return Fen(self.price_fen // self.lessons)

    @property
    def hour_fen(self) -> Fen:
        """The price of 60 minutes, in whole fen (rounded down)."""
        return Fen(self.price_fen * 60 // (self.lessons * self.minutes_per_lesson))


@dataclass(frozen=True)
class Slot:
    """One session of a class's timetable."""

    session_id: SessionId
    number: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Offering:
    """A class (班级) of a course: when, where, with whom, and how many seats are left."""

    offering_id: OfferingId
    course_id: CourseId
    institution_id: InstitutionId
    name: str
    campus_id: CampusId
    room: str
    teacher_id: TeacherId
    teacher_name: str
    times: str
    starts_on: date
    ends_on: date
    seats: int
    seats_left: int
    terms_hash: str
    status: Status = Status.PUBLISHED


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
