"""Courses on sale as cards, and catalogues of them: what is found, without a table."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from shared.kernel.ids import CampusId, CourseId, InstitutionId, OfferingId
from shared.kernel.position import Position
from shared.mall import wording
from shared.mall.cards import Card, Catalogue, ClassCard, CourseCard, Place, SchoolCard
from shared.mall.model import Mode, WeeklyTime
from tests.builders import an_id

CENTRE = Position(36.82000, 118.31000)


def a_course_card(number: int = 1, *, school: int = 1, **changes: Any) -> CourseCard:
    """The `number`-th course: 8 lessons for 640 yuan."""
    told: dict[str, Any] = {
        "course_id": CourseId(an_id("crs", number)),
        "institution_id": InstitutionId(an_id("ins", school)),
        "title": "少儿中国舞",
        "category": "dance",
        "summary": "身韵与基本功。",
        "mode": Mode.ON_SITE,
        "age_from": 6,
        "age_to": 9,
        "price_fen": 64_000,
        "lesson_fen": 8_000,
        "hour_fen": 8_000,
        **changes,
    }
    return CourseCard(readings=wording.readings(told["title"]), **told)


def a_class_card(course: int = 1, number: int = 0, *, school: int = 1, **changes: Any) -> ClassCard:
    """A class of the `course`-th course, on Saturday mornings from 12 September on."""
    told: dict[str, Any] = {
        "course_id": CourseId(an_id("crs", course)),
        "offering_id": OfferingId(an_id("off", course * 100 + number)),
        "name": "周六一班",
        "campus_id": CampusId(an_id("cmp", school)),
        "teacher_name": "鲁示例",
        "weekly": (WeeklyTime(6, time(9), time(10)),),
        "starts_on": date(2026, 9, 12),
        **changes,
    }
    return ClassCard(readings=wording.readings(told["teacher_name"]), **told)


def a_school_card(number: int = 1, *, position: Position | None = CENTRE, **changes: Any) -> SchoolCard:
    """The `number`-th school, with one campus."""
    campus = CampusId(an_id("cmp", number))
    told: dict[str, Any] = {
        "institution_id": InstitutionId(an_id("ins", number)),
        "name": "淄博市临淄区星河培训学校",
        "short_name": "星河",
        "places": {campus: Place("闻韶路", "临淄区闻韶路1号", position)},
        **changes,
    }
    return SchoolCard(readings=wording.readings(told["short_name"], told["name"]), **told)


def a_catalogue(*cards: Card) -> Catalogue:
    """These cards."""
    return Catalogue().changed({_key(card): card for card in cards})


def of_courses(courses: Iterable[CourseCard]) -> Catalogue:
    """These courses of the first school, with one class each."""
    numbered = {int(one.course_id[-6:]): one for one in courses}
    return a_catalogue(a_school_card(), *numbered.values(), *map(a_class_card, numbered))


def _key(card: Card) -> str:
    if isinstance(card, SchoolCard):
        return card.institution_id
    return card.offering_id if isinstance(card, ClassCard) else card.course_id
