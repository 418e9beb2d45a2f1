"""A course and a class of the first school on their way to being sold, and what a school sends of them."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from functions.edge import course_acts
from shared.dynamo import transaction
from shared.institutions.model import Room
from shared.kernel.clock import SHANGHAI
from shared.kernel.ids import CourseId, OfferingId
from shared.mall import model, sheets
from shared.mall.opening_model import Opening
from shared.mall.sheet_model import (
    ClassSheet,
    CourseSheet,
    PublishedCampus,
    PublishedRoom,
    PublishedTeacher,
    SchoolFacts,
)
from shared.mall.store import openings
from shared.mall.store import sheets as store
from tests import builders, steps
from tests.builders import COURSE, NOW, OFFERING, ROOM, SCHOOL, TEACHER

BY = "usr"
FIRST = date(2026, 9, 12)  # a Saturday
LESSONS = 8
CAMPUS = builders.a_school().campuses[0].campus_id
COURSE_BODY: dict[str, Any] = {
    "title": "少儿中国舞基础",
    "category": "dance",
    "summary": "身韵与基本功。",
    "content": "基本功训练、身韵组合与成品舞。",
    "mode": "on_site",
    "age_from": 6,
    "age_to": 9,
    "price": {"amount_fen": 64_000, "currency": "CNY"},
    "lessons": LESSONS,
    "minutes_per_lesson": 60,
    "full_refund_days": 5,
}
CLASS_BODY: dict[str, Any] = {
    "number": "DANCE-01",
    "name": "周六晚一班",
    "campus_id": CAMPUS,
    "room_id": ROOM,
    "teacher_id": TEACHER,
    "seats": 20,
    "minimum_students": 5,
    "timetable": {"kind": "weekly", "starts_on": "2026-09-12", "weekly": [{"weekday": 6, "starts": "09:00"}]},
}


def register(**changes: Any) -> None:
    """The first school, with a room of 60 square metres."""
    steps.register(**{"rooms": (Room(ROOM, "二楼201室", 60),), **changes})


def facts_of_school(**changes: Any) -> SchoolFacts:
    """What is published of the first school."""
    told: dict[str, Any] = {
        "institution_id": SCHOOL,
        "name": "星河舞蹈",
        "short_name": "星河",
        "categories": ("dance", "english"),
        "campuses": {CAMPUS: PublishedCampus("示例路", "临淄区示例路1号", "")},
        "teachers": {TEACHER: PublishedTeacher("鲁示例", None)},
        "rooms": {ROOM: PublishedRoom("二楼201室", 60)},
    }
    return SchoolFacts(**{**told, **changes})


def facts(**changes: Any) -> model.CourseFacts:
    """A course of eight lessons for 640 yuan."""
    course = builders.a_course(price_fen=64_000, lessons=LESSONS, summary="身韵与基本功。")
    told = {field.name: getattr(course, field.name) for field in fields(model.CourseFacts)}
    return model.CourseFacts(**{**told, **changes})


def sessions(
    first: date = FIRST, *, count: int = LESSONS, at: str = "18:00", minutes: int = 60, days: int = 7
) -> tuple[model.Period, ...]:
    """So many sessions, so many days apart."""
    begins = datetime.fromisoformat(f"{first}T{at}").replace(tzinfo=SHANGHAI)
    starts = [begins + timedelta(days=days * number) for number in range(count)]
    return tuple(model.Period(one, one + timedelta(minutes=minutes)) for one in starts)


def plan(**changes: Any) -> model.ClassPlan:
    """A class on eight Saturday evenings."""
    told: dict[str, Any] = {
        "number": "DANCE-01",
        "name": "周六晚一班",
        "campus_id": CAMPUS,
        "room_id": ROOM,
        "teacher_id": TEACHER,
        "seats": 20,
        "minimum_students": 5,
        "sessions": sessions(),
    }
    return model.ClassPlan(**{**told, **changes})


def course_drafted(course_id: CourseId = COURSE, **changes: Any) -> CourseSheet:
    """The draft of a course."""
    sheet = CourseSheet(SCHOOL, course_id, None, facts(**changes), BY, NOW)
    sheets.draft(sheet=sheet)
    return sheet


def class_drafted(offering_id: OfferingId = OFFERING, **changes: Any) -> ClassSheet:
    """The draft of a class of the first course."""
    sheet = ClassSheet(SCHOOL, COURSE, offering_id, plan(**changes), BY, NOW)
    sheets.draft(sheet=sheet)
    return sheet


def course_published(course_id: CourseId = COURSE, **changes: Any) -> CourseSheet:
    """A course on sale."""
    waiting = course_acts.submit_course(course_drafted(course_id, **changes), edits=1, now=NOW)
    course_acts.accept_course(SCHOOL, course_id, edits=waiting.edits, by="reviewer", now=NOW)
    return store.get_course(SCHOOL, course_id)


def class_published(offering_id: OfferingId = OFFERING, **changes: Any) -> ClassSheet:
    """A class of the first course on sale."""
    waiting = course_acts.submit_class(class_drafted(offering_id, **changes), edits=1, now=NOW)
    course_acts.accept_class(SCHOOL, COURSE, offering_id, edits=waiting.edits, by="reviewer", now=NOW)
    return store.get_class(SCHOOL, COURSE, offering_id)


def course_waiting(sheet: CourseSheet, **changes: Any) -> CourseSheet:
    """Another version of a course that waits for the bureau."""
    edited = sheets.edit_course(sheet=sheet, facts=replace(sheet.facts, **changes), edits=sheet.edits, by=BY, now=NOW)
    return course_acts.submit_course(edited, edits=edited.edits, now=NOW)


def class_waiting(sheet: ClassSheet, **changes: Any) -> ClassSheet:
    """Another version of a class that waits for the bureau."""
    edited = sheets.edit_class(sheet=sheet, facts=replace(sheet.facts, **changes), edits=sheet.edits, by=BY, now=NOW)
    return course_acts.submit_class(edited, edits=edited.edits, now=NOW)


def opening_planned() -> None:
    """The day on which it is decided whether the first class opens."""
    opening = Opening(OFFERING, COURSE, SCHOOL, 5, FIRST, FIRST - timedelta(days=3))
    transaction.commit([openings.written(opening, was=None)])
