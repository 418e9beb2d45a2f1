"""What a family finds: the courses on sale that are as asked for, in an order that pages can be cut from. Pure.

A course is found by its classes: those that haven't started, meet at the times asked for, at a place asked for. Facts
that change with each sale (free seats, whether the school may sell) aren't on the cards; who shows a page reads them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from enum import StrEnum

from shared.kernel import errors
from shared.kernel.ids import CourseId, InstitutionId
from shared.kernel.position import Position, metres
from shared.kernel.text import plain
from shared.mall import wording
from shared.mall.cards import Catalogue, ClassCard, OnSale, SchoolCard
from shared.mall.model import Mode

_LAST = 10**9  # the place of what has no rating or no position, after all that have one


class NearNeeded(errors.Invalid):
    code = "search_near_needed"
    zh = "按距离查找或排序，须给出所在位置（near）。"
    en = "To find or to sort by distance, say where you are (near)."


class WordsNeeded(errors.Invalid):
    code = "search_words_needed"
    zh = "请输入至少一个文字、字母或数字；按相关度排序须有查找内容。"
    en = "Type a letter or a digit at least; sorting by relevance needs something to look for."


class RangeReversed(errors.Invalid):
    code = "search_range_reversed"
    zh = "范围的下限不能大于上限。"
    en = "A range's lower end is not above its upper end."


class Sort(StrEnum):
    """By what the courses are in order; the best first."""

    RELEVANCE = "relevance"
    PRICE = "price"
    PRICE_DOWN = "-price"
    LESSON_PRICE = "lesson_price"
    HOUR_PRICE = "hour_price"
    RATING = "rating"
    DISTANCE = "distance"
    START = "start"


@dataclass(frozen=True)
class Wanted:
    """What is asked for; what is None or empty isn't asked. Prices are of a whole course, `weekdays` 1 (Monday) to 7.

    All meetings of a class are on `weekdays`, none begins before `not_before` or ends after `not_after`.
    `street`: a part of a campus's street or address. `rating` in hundredths of a star, at least; `within_m` metres of
    `near`.
    """

    text: str = ""
    category: str | None = None
    mode: Mode | None = None
    street: str = ""
    age: int | None = None
    weekdays: frozenset[int] = frozenset()
    not_before: time | None = None
    not_after: time | None = None
    price_from_fen: int | None = None
    price_to_fen: int | None = None
    rating: int | None = None
    near: Position | None = None
    within_m: int | None = None
    sort: Sort | None = None

    @property
    def order(self) -> Sort:
        """By what is sorted: by relevance where there is something to look for, else the soonest start first."""
        return self.sort or (Sort.RELEVANCE if self.text else Sort.START)


@dataclass(frozen=True)
class Found:
    """A course with those of its classes that are as asked for, the best first.

    `place` and its id are its place in the order. `metres` to the nearest of the classes; None: nobody knows.
    """

    on_sale: OnSale
    classes: tuple[ClassCard, ...]
    place: int
    metres: int | None

    @property
    def key(self) -> tuple[int, CourseId]:
        """Its place in the order, before and after which others stand."""
        return self.place, self.on_sale.course.course_id


def check(wanted: Wanted) -> None:
    """Raises NearNeeded, WordsNeeded, RangeReversed."""
    if wanted.near is None and (wanted.within_m is not None or wanted.sort is Sort.DISTANCE):
        raise NearNeeded(pointer="/near")
    if not wording.words(wanted.text) and (wanted.text or wanted.sort is Sort.RELEVANCE):
        raise WordsNeeded(pointer="/q")
    if _reversed(wanted.price_from_fen, wanted.price_to_fen):
        raise RangeReversed(pointer="/price_from_fen")
    if _reversed(wanted.not_before, wanted.not_after):
        raise RangeReversed(pointer="/not_before")


def find(catalogue: Catalogue, wanted: Wanted, *, today: date) -> list[Found]:
    """All courses that are as asked for, in order."""
    words = wording.words(wanted.text)
    wanted = replace(wanted, street=plain(wanted.street))
    schools: dict[tuple[InstitutionId, str], int] = {}
    found = (_found(one, wanted, words, schools, today) for one in catalogue.on_sale)
    return sorted((one for one in found if one is not None), key=lambda one: one.key)


def without_each(catalogue: Catalogue, wanted: Wanted, *, today: date) -> Iterator[tuple[str, int]]:
    """How many courses there would be without each one of the things asked for; those that hold all others up."""
    for names in _GROUPS:
        freed = replace(wanted, **{name: getattr(_NOTHING, name) for name in names}, sort=Sort.START)
        if freed != replace(wanted, sort=Sort.START):
            count = len(find(catalogue, freed, today=today))
            if count:
                yield names[0], count


_NOTHING = Wanted()
_GROUPS: Sequence[Sequence[str]] = (
    ("text",),
    ("category",),
    ("mode",),
    ("street",),
    ("age",),
    ("weekdays",),
    ("not_before", "not_after"),
    ("price_from_fen", "price_to_fen"),
    ("rating",),
    ("within_m",),
)


def _found(
    one: OnSale, wanted: Wanted, words: Sequence[str], schools: dict[tuple[InstitutionId, str], int], today: date
) -> Found | None:
    if not _course_fits(one, wanted):
        return None
    classes = [each for each in one.classes if today <= each.starts_on and _class_fits(each, one, wanted)]
    if wanted.near is not None:
        away = {each.offering_id: _away(each, one, wanted.near) for each in classes}
        if wanted.within_m is not None:
            classes = [each for each in classes if away[each.offering_id] <= wanted.within_m]
        classes.sort(key=lambda each: away[each.offering_id])
    if not classes:
        return None
    points = [_points(word, one, classes, schools) for word in words]
    if not all(points):
        return None
    nearest = away[classes[0].offering_id] if wanted.near is not None else _LAST
    place = _PLACES[wanted.order](one, classes, nearest, sum(points))
    return Found(one, tuple(classes), place, None if nearest == _LAST else nearest)


def _course_fits(one: OnSale, wanted: Wanted) -> bool:
    course = one.course
    return (
        (wanted.category is None or course.category == wanted.category)
        and (wanted.mode is None or course.mode is wanted.mode)
        and (wanted.age is None or course.age_from <= wanted.age <= course.age_to)
        and (wanted.price_from_fen is None or wanted.price_from_fen <= course.price_fen)
        and (wanted.price_to_fen is None or course.price_fen <= wanted.price_to_fen)
        and (wanted.rating is None or (course.rating_hundredths or 0) >= wanted.rating)
    )


def _class_fits(each: ClassCard, one: OnSale, wanted: Wanted) -> bool:
    if wanted.weekdays and not wanted.weekdays.issuperset(meeting.weekday for meeting in each.weekly):
        return False
    if wanted.not_before is not None and any(meeting.starts < wanted.not_before for meeting in each.weekly):
        return False
    if wanted.not_after is not None and any(meeting.ends > wanted.not_after for meeting in each.weekly):
        return False
    if not wanted.street:
        return True
    there = one.school.places.get(each.campus_id)
    return there is not None and any(wanted.street in text for text in there.texts)


def _away(each: ClassCard, one: OnSale, near: Position) -> int:
    there = one.school.places.get(each.campus_id)
    return _LAST if there is None or there.position is None else metres(near, there.position)


def _points(word: str, one: OnSale, classes: Sequence[ClassCard], schools: dict[tuple[InstitutionId, str], int]) -> int:
    """How well a course is named by a word; 0: it isn't. As it is, then as it is read, then by parts of the word."""
    title, category, summary = one.course.texts
    if word in title:
        return 100 if word == title else 90
    if word in category:
        return 70
    of_school = (one.school.institution_id, word)
    if of_school not in schools:
        schools[of_school] = _points_of_school(word, one.school)
    best = max(schools[of_school], *(_points_of_class(word, each) for each in classes))
    if best < _READ and wording.reads(word, one.course.spoken):
        best = _READ
    if not best and word in summary:
        best = _IN_SUMMARY
    return best or _points_of_parts(word, "\n".join((title, category, *one.school.texts)))


_READ, _IN_SUMMARY = 40, 15


def _points_of_school(word: str, school: SchoolCard) -> int:
    short, name = school.texts
    if word in short:
        return 50
    return 45 if word in name else 25 if wording.reads(word, school.spoken) else 0


def _points_of_class(word: str, each: ClassCard) -> int:
    teacher, name = each.texts
    if word in teacher:
        return 50
    return 30 if word in name else 25 if wording.reads(word, each.spoken, whole_name=True) else 0


def _points_of_parts(word: str, text: str) -> int:
    """For a word that stands nowhere as a whole: up to 10, where at least half of its pairs are there."""
    pairs = wording.pairs(word)
    there = sum(pair in text for pair in pairs)
    return there * 10 // len(pairs) if pairs and there * 2 >= len(pairs) else 0


def _reversed(lower: int | time | None, upper: int | time | None) -> bool:
    return lower is not None and upper is not None and lower > upper  # type: ignore[operator]


_PLACES: Mapping[Sort, Callable[[OnSale, Sequence[ClassCard], int, int], int]] = {
    Sort.RELEVANCE: lambda one, classes, nearest, points: -points,
    Sort.PRICE: lambda one, classes, nearest, points: one.course.price_fen,
    Sort.PRICE_DOWN: lambda one, classes, nearest, points: -one.course.price_fen,
    Sort.LESSON_PRICE: lambda one, classes, nearest, points: one.course.lesson_fen,
    Sort.HOUR_PRICE: lambda one, classes, nearest, points: one.course.hour_fen,
    Sort.RATING: lambda one, classes, nearest, points: -(one.course.rating_hundredths or 0),
    Sort.DISTANCE: lambda one, classes, nearest, points: nearest,
    Sort.START: lambda one, classes, nearest, points: min(each.starts_on.toordinal() for each in classes),
}
