"""Pages of what was found, while courses come and go in between."""

import base64
import json
import random
from datetime import time

import pytest

from shared.dynamo.pages import BadCursor
from shared.kernel.ids import CourseId
from shared.kernel.position import Position
from shared.mall import places, search
from shared.mall.search import Sort, Wanted
from tests.builders import TODAY, an_id
from tests.mall.on_sale import a_course_card, of_courses

WANTED = Wanted(text="舞", sort=Sort.PRICE)
PLACE = (64_000, CourseId(an_id("crs", 7)))


def told(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def mark() -> object:
    cursor = places.cursor_of(PLACE, WANTED)
    return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))[0]


class TestCursor:
    def test_tells_the_place_again(self) -> None:
        assert places.read(places.cursor_of(PLACE, WANTED), WANTED) == PLACE

    @pytest.mark.parametrize(
        "other",
        [
            Wanted(text="舞蹈", sort=Sort.PRICE),
            Wanted(text="舞", sort=Sort.PRICE_DOWN),
            Wanted(text="舞", sort=Sort.PRICE, weekdays=frozenset({6})),
            Wanted(text="舞", sort=Sort.PRICE, not_before=time(9)),
            Wanted(text="舞", sort=Sort.PRICE, near=Position(36.8, 118.3)),
        ],
    )
    def test_of_another_search_is_refused(self, other: Wanted) -> None:
        with pytest.raises(BadCursor):
            places.read(places.cursor_of(PLACE, WANTED), other)

    @pytest.mark.parametrize(
        "cursor",
        [
            "",
            "x",
            "%%%",
            "舞",
            "W10",
            told(),
            told("0" * 16, *PLACE),
            told(mark(), 64_000),
            told(mark(), "64000", PLACE[1]),
            told(mark(), True, PLACE[1]),
            told(mark(), 1.5, PLACE[1]),
            told(mark(), 2**54, PLACE[1]),
            told(mark(), 64_000, "crs_1"),
            told(mark(), 64_000, an_id("off")),
            told(mark(), 64_000, [PLACE[1]]),
            told(mark(), *PLACE, 1),
            "W" * 1000,
        ],
    )
    def test_of_somebody_else_is_refused(self, cursor: str) -> None:
        with pytest.raises(BadCursor) as refused:
            places.read(cursor, WANTED)
        assert refused.value.pointer == "/cursor"


class TestPages:
    def test_tell_nothing_twice_and_nothing_that_stays_is_passed_over(self) -> None:
        chance = random.Random(5)
        for _ in range(20):
            there = set(range(1, 41))
            price = {number: 10_000 + number % 5 for number in range(1, 81)}
            seen: list[int] = []
            place, wanted = None, Wanted(sort=Sort.PRICE)
            always = set(there)
            while True:
                known = of_courses(a_course_card(number, price_fen=price[number]) for number in sorted(there))
                page = places.after(search.find(known, wanted, today=TODAY), place, count=7)
                if not page:
                    break
                seen += [int(one.on_sale.course.course_id[-6:]) for one in page]
                place = places.read(places.cursor_of(page[-1].key, wanted), wanted)
                there -= set(chance.sample(sorted(there), 3))
                there |= set(chance.sample(range(41, 81), 3))
                always &= there

            assert len(seen) == len(set(seen))
            assert always <= set(seen)
