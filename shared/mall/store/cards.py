"""Where the cards are kept that the mall is searched by: all in one partition, and by the time of their last change.

A card that is taken away stays as a row without a document, so that who keeps the catalogue hears of it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import position
from shared.kernel.ids import CampusId, CourseId, InstitutionId, OfferingId
from shared.kernel.money import Fen
from shared.mall import model, wording
from shared.mall.cards import Card, ClassCard, CourseCard, Place, SchoolCard
from shared.mall.sheet_model import SchoolFacts
from shared.mall.store import weekly_of, weekly_text

_CATALOGUE = "catalogue"
_NONE_REFUSED = "ConditionalCheckFailedException"


class ByChange(GlobalSecondaryIndex[Any]):
    """Every card, by the time of its last change."""

    class Meta:
        index_name = "by_change"
        projection = IncludeProjection(["document", "rating_hundredths"])

    listed = UnicodeAttribute(hash_key=True)
    changed_at = Moment(range_key=True)


class CardRow(Row):
    """A card. The document is written with what it is of, the rating by itself."""

    Meta = meta("mall")
    by_change = ByChange()
    listed = UnicodeAttribute()
    changed_at = Moment()
    document = UnicodeAttribute(null=True)
    rating_hundredths = NumberAttribute(null=True)


def of_course(course: model.Course, *, now: datetime) -> transaction.Part:
    """The part that puts a course among what is found, as it is on sale now."""
    told = {
        "of": course.institution_id,
        "title": course.title,
        "category": course.category,
        "summary": course.summary,
        "mode": course.mode.value,
        "ages": [course.age_from, course.age_to],
        "fen": [course.price_fen, course.lesson_fen, course.hour_fen],
        "readings": wording.readings(course.title),
    }
    return _written(_course_key(course.course_id), told, now)


def of_class(offering: model.Offering, *, now: datetime) -> transaction.Part:
    """The part that puts a class among what is found, as it is on sale now."""
    told = {
        "name": offering.name,
        "campus": offering.campus_id,
        "teacher": offering.teacher_name,
        "weekly": weekly_text(offering.weekly),
        "starts_on": offering.starts_on.isoformat(),
        "readings": wording.readings(offering.teacher_name),
    }
    return _written(_class_key(offering.course_id, offering.offering_id), told, now)


def of_school(school: SchoolFacts, *, now: datetime) -> transaction.Part:
    """The part that notes by what a school's courses are found: its names, and where it is."""
    told = {
        "name": school.name,
        "short_name": school.short_name,
        "places": {campus_id: list(asdict(one).values()) for campus_id, one in school.campuses.items()},
        "readings": wording.readings(school.short_name, school.name),
    }
    return _written(_school_key(school.institution_id), told, now)


def no_course(course_id: CourseId, *, now: datetime) -> transaction.Part:
    """The part that takes a course away from what is found."""
    return _taken_away(_course_key(course_id), now)


def no_class(course_id: CourseId, offering_id: OfferingId, *, now: datetime) -> transaction.Part:
    """The part that takes a class away from what is found."""
    return _taken_away(_class_key(course_id, offering_id), now)


def rate(course_id: CourseId, rating_hundredths: int | None, *, now: datetime) -> bool:
    """Note a course's rating; whether there is such a card. The same twice is one."""
    rating = CardRow.rating_hundredths
    becomes = rating.remove() if rating_hundredths is None else rating.set(rating_hundredths)
    try:
        CardRow(_CATALOGUE, _course_key(course_id)).update(
            actions=[becomes, CardRow.changed_at.set(now)], condition=CardRow.pk.exists()
        )
    except UpdateError as error:
        if error.cause_response_code != _NONE_REFUSED:
            raise transaction.unavailable_or_bug(error) from error
        return False
    return True


def load() -> dict[str, Card | None]:
    """Every card by its key: the whole partition."""
    return dict(map(_card, CardRow.query(_CATALOGUE)))


def changed_since(moment: datetime) -> dict[str, Card | None]:
    """The cards that were changed at a moment or later, None for one that was taken away: one query of the index."""
    return dict(map(_card, CardRow.by_change.query(_CATALOGUE, CardRow.changed_at >= moment)))


def _written(key: str, told: Mapping[str, Any], now: datetime) -> transaction.Part:
    document = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return _changed(key, [CardRow.document.set(document)], now)


def _taken_away(key: str, now: datetime) -> transaction.Part:
    return _changed(key, [CardRow.document.remove()], now)


def _changed(key: str, actions: Iterable[Any], now: datetime) -> transaction.Part:
    noted = [CardRow.listed.set(_CATALOGUE), CardRow.changed_at.set(now)]
    return transaction.add_up(CardRow(_CATALOGUE, key), [*actions, *noted])


def _course_key(course_id: CourseId) -> str:
    return f"course#{course_id}"


def _class_key(course_id: CourseId, offering_id: OfferingId) -> str:
    return f"class#{course_id}#{offering_id}"


def _school_key(institution_id: InstitutionId) -> str:
    return f"school#{institution_id}"


def _card(row: Any) -> tuple[str, Card | None]:
    if row.document is None:
        return row.sk, None
    kind, *ids = row.sk.split("#")
    told = json.loads(row.document)
    if kind == "school":
        return row.sk, _school(InstitutionId(ids[0]), told)
    if kind == "class":
        return row.sk, _class(CourseId(ids[0]), OfferingId(ids[1]), told)
    rating = row.rating_hundredths
    return row.sk, _course(CourseId(ids[0]), told, None if rating is None else int(rating))


def _course(course_id: CourseId, told: Mapping[str, Any], rating: int | None) -> CourseCard:
    return CourseCard(
        course_id=course_id,
        institution_id=InstitutionId(told["of"]),
        title=told["title"],
        category=told["category"],
        summary=told["summary"],
        mode=model.Mode(told["mode"]),
        age_from=told["ages"][0],
        age_to=told["ages"][1],
        price_fen=Fen(told["fen"][0]),
        lesson_fen=Fen(told["fen"][1]),
        hour_fen=Fen(told["fen"][2]),
        readings=told["readings"],
        rating_hundredths=rating,
    )


def _class(course_id: CourseId, offering_id: OfferingId, told: Mapping[str, Any]) -> ClassCard:
    return ClassCard(
        course_id=course_id,
        offering_id=offering_id,
        name=told["name"],
        campus_id=CampusId(told["campus"]),
        teacher_name=told["teacher"],
        weekly=weekly_of(told["weekly"]),
        starts_on=date.fromisoformat(told["starts_on"]),
        readings=told["readings"],
    )


def _school(institution_id: InstitutionId, told: Mapping[str, Any]) -> SchoolCard:
    return SchoolCard(
        institution_id=institution_id,
        name=told["name"],
        short_name=told["short_name"],
        places={CampusId(campus_id): _place(*place) for campus_id, place in told["places"].items()},
        readings=told["readings"],
    )


def _place(street: str, address: str, where: str) -> Place:
    return Place(street, address, position.read(where, pointer="") if where else None)
