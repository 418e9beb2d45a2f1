"""Finding a course: by words, place, age, time of the week, price, rating; open to everybody.

Which courses fit, and in which order, this process's catalogue says; what a page shows of them is read at this moment.
"""

from collections.abc import Iterator, Sequence
from datetime import date, time
from typing import Annotated, Literal

import pydantic
from chalice.app import Blueprint

from functions.api import mall_search_views as views
from functions.api import review_views
from functions.edge.auth import Audience
from functions.edge.contract import Call, PageQuery, endpoint
from shared.dynamo.pages import BadCursor
from shared.institutions import store as institutions
from shared.kernel import clock, position
from shared.mall import catalogue, places, queries, rules, search
from shared.mall.cards import Catalogue
from shared.mall.model import Mode, Offering, Status
from shared.mall.search import Found, Sort, Wanted
from shared.policy import queries as policies
from shared.reviews.store import ratings

blueprint = Blueprint(__name__)

MOST_LOOKS = 3
"""How often a page reads on for courses in the place of those that have no seat or may not be sold, at most."""

Clock = Annotated[str, pydantic.Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
_MOST_FEN = 100_000_000
Fen = Annotated[int, pydantic.Field(ge=0, le=_MOST_FEN)]


class SearchQuery(PageQuery):
    """`q`: words, parts of them, pinyin or initials, apart by spaces; each is to be found.

    `street`: a part of a campus's street or address. `weekdays`: 1 (Monday) to 7, apart by commas; every meeting of a
    class is on them, begins at `not_before` or later and ends by `not_after` (as 09:00). Prices in fen, of a whole
    course. `rating`: hundredths of a star, at least. `near`: `latitude,longitude` in GCJ-02; `within_m` metres of it.
    `free_seats`: so many, at least. `sort`: by relevance where `q` is given, else by the start.
    """

    limit: Annotated[int, pydantic.Field(ge=1, le=50)] = 20
    q: Annotated[str, pydantic.Field(min_length=1, max_length=60)] | None = None
    category: Annotated[str, pydantic.Field(max_length=30)] | None = None
    mode: Literal["on_site", "online"] | None = None
    street: Annotated[str, pydantic.Field(min_length=1, max_length=40)] | None = None
    age: Annotated[int, pydantic.Field(ge=0, le=99)] | None = None
    weekdays: Annotated[str, pydantic.Field(pattern=r"^[1-7](,[1-7]){0,6}$")] | None = None
    not_before: Clock | None = None
    not_after: Clock | None = None
    price_from_fen: Fen = 0
    price_to_fen: Fen = _MOST_FEN
    rating: Annotated[int, pydantic.Field(ge=100, le=500)] | None = None
    near: Annotated[str, pydantic.Field(max_length=40)] | None = None
    within_m: Annotated[int, pydantic.Field(ge=1, le=100_000)] | None = None
    free_seats: Annotated[int, pydantic.Field(ge=1, le=100)] | None = None
    sort: (
        Literal["relevance", "price", "-price", "lesson_price", "hour_price", "rating", "distance", "start"] | None
    ) = None


@endpoint(
    blueprint,
    "GET",
    "/v1/mall/search",
    audience=Audience.PUBLIC,
    query=SearchQuery,
    response=views.FoundCourses,
    errors=(
        rules.UnknownCategory,
        search.NearNeeded,
        search.WordsNeeded,
        search.RangeReversed,
        position.WrongPosition,
        BadCursor,
    ),
    summary_zh="查找课程：文字、拼音首字母、街道、年龄、时间、价格、评分、距离、余位",
    summary_en="Find courses: by words, pinyin initials, street, age, time, price, rating, distance, free seats",
)
def search_courses(call: Call[None]) -> views.FoundCourses:
    asked = call.query
    assert isinstance(asked, SearchQuery)
    wanted, seats = _wanted(asked), asked.free_seats or 0
    place = places.read(asked.cursor, wanted) if asked.cursor is not None else None
    today, known = clock.business_day(call.now), catalogue.as_of(call.now)
    found = search.find(known, wanted, today=today)
    rows: list[views.FoundCourse] = []
    for _ in range(MOST_LOOKS):
        few = places.after(found, place, count=asked.limit - len(rows))
        if not few:
            break
        rows += _as_they_are(call, few, seats)
        place = few[-1].key
        if len(rows) == asked.limit:
            break
    more = place is not None and bool(places.after(found, place, count=1))
    return views.FoundCourses(
        data=rows,
        next_cursor=places.cursor_of(place, wanted) if place is not None and more else None,
        nothing=None if rows or more or asked.cursor else _why_nothing(call, known, wanted, bool(found), today),
    )


def _wanted(asked: SearchQuery) -> Wanted:
    """What is asked for, checked. Raises what the endpoint refuses but BadCursor."""
    if asked.category is not None:
        rules.check_category(asked.category)
    wanted = Wanted(
        text=asked.q or "",
        category=asked.category,
        mode=Mode(asked.mode) if asked.mode else None,
        street=asked.street or "",
        age=asked.age,
        weekdays=frozenset(map(int, asked.weekdays.split(","))) if asked.weekdays else frozenset(),
        not_before=_clock(asked.not_before),
        not_after=_clock(asked.not_after),
        price_from_fen=asked.price_from_fen or None,
        price_to_fen=asked.price_to_fen if asked.price_to_fen < _MOST_FEN else None,
        rating=asked.rating,
        near=position.read(asked.near, pointer="/near") if asked.near is not None else None,
        within_m=asked.within_m,
        sort=Sort(asked.sort) if asked.sort else None,
    )
    search.check(wanted)
    return wanted


def _clock(text: str | None) -> time | None:
    return time.fromisoformat(text) if text is not None else None


def _as_they_are(call: Call[None], few: Sequence[Found], seats: int) -> Iterator[views.FoundCourse]:
    """Courses with the facts of this moment, but those that may not be sold now or have less than `seats` seats."""
    keys = [(one.on_sale.course.institution_id, one.on_sale.course.course_id) for one in few]
    schools = institutions.get_many([institution_id for institution_id, _ in keys])
    courses = queries.get_courses(keys)
    classes = queries.get_classes([(each.course_id, each.offering_id) for one in few for each in one.classes])
    rated = ratings.get_many([course_id for _, course_id in keys])
    today, policy = clock.business_day(call.now), policies.in_force(at=call.now)
    for one, (institution_id, course_id) in zip(few, keys, strict=True):
        school, course = schools.get(institution_id), courses.get(course_id)
        there = [classes[each.offering_id] for each in one.classes if each.offering_id in classes]
        there = [each for each in there if _may_be_had(each, seats, today)]
        if school is None or course is None or course.status is not Status.PUBLISHED or not there:
            continue
        if school.may_sell_on(today):
            yield views.found_course(one, course, there, school, review_views.on_card(rated[course_id], policy), today)


def _may_be_had(each: Offering, seats: int, today: date) -> bool:
    return each.status is Status.PUBLISHED and each.seats_free >= seats and today <= each.starts_on


def _why_nothing(
    call: Call[None], known: Catalogue, wanted: Wanted, there_are: bool, today: date
) -> views.NothingFound:
    """What to tell who finds nothing: all are full or off sale; or which wish to give up, to find how many."""
    each = [] if there_are else list(search.without_each(known, wanted, today=today))
    return views.nothing_found(each, full=there_are, english=call.language == "en")
