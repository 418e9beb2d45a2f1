"""What is found of a catalogue, filter by filter at its edges, and in which order."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from shared.kernel.position import Position
from shared.mall import search
from shared.mall.cards import Catalogue
from shared.mall.model import Mode, WeeklyTime
from shared.mall.search import NearNeeded, RangeReversed, Sort, Wanted, WordsNeeded
from tests.builders import TODAY
from tests.mall.on_sale import CENTRE, a_catalogue, a_class_card, a_course_card, a_school_card, of_courses

ONE = a_catalogue(a_school_card(), a_course_card(), a_class_card())
A_KILOMETRE_NORTH = Position(CENTRE.latitude + 0.009, CENTRE.longitude)


def finds(catalogue: Catalogue, today: date = TODAY, **wanted: Any) -> list[int]:
    """The numbers of the courses that are found, in order."""
    found = search.find(catalogue, Wanted(**wanted), today=today)
    return [int(one.on_sale.course.course_id[-6:]) for one in found]


def is_found(**wanted: Any) -> bool:
    return finds(ONE, **wanted) == [1]


class TestFilters:
    def test_none_finds_all(self) -> None:
        assert is_found()

    @pytest.mark.parametrize(("age", "found"), [(5, False), (6, True), (9, True), (10, False)])
    def test_age(self, age: int, found: bool) -> None:
        assert is_found(age=age) is found

    @pytest.mark.parametrize(
        ("least", "most", "found"),
        [(64_000, 64_000, True), (64_001, None, False), (None, 63_999, False), (0, None, True), (None, 64_000, True)],
    )
    def test_price(self, least: int | None, most: int | None, found: bool) -> None:
        assert is_found(price_from_fen=least, price_to_fen=most) is found

    def test_category_and_mode(self) -> None:
        assert is_found(category="dance", mode=Mode.ON_SITE)
        assert not is_found(category="art")
        assert not is_found(mode=Mode.ONLINE)

    @pytest.mark.parametrize(("street", "found"), [("闻韶", True), ("闻韶路１号", True), ("桓公路", False)])
    def test_street(self, street: str, found: bool) -> None:
        assert is_found(street=street) is found

    @pytest.mark.parametrize(("rating", "found"), [(450, True), (451, False)])
    def test_rating(self, rating: int, found: bool) -> None:
        rated = of_courses([a_course_card(rating_hundredths=450)])

        assert (finds(rated, rating=rating) == [1]) is found
        assert not is_found(rating=100)  # without a review there is no rating

    def test_distance(self) -> None:
        there = search.find(ONE, Wanted(near=A_KILOMETRE_NORTH), today=TODAY)[0].metres
        assert there == 1001
        assert is_found(near=A_KILOMETRE_NORTH, within_m=1001)
        assert not is_found(near=A_KILOMETRE_NORTH, within_m=1000)

    def test_a_school_whose_place_nobody_knows_is_within_no_distance(self) -> None:
        nowhere = a_catalogue(a_school_card(position=None), a_course_card(), a_class_card())

        assert finds(nowhere, near=CENTRE) == [1]
        assert search.find(nowhere, Wanted(near=CENTRE), today=TODAY)[0].metres is None
        assert finds(nowhere, near=CENTRE, within_m=100_000) == []


class TestTimeOfTheWeek:
    twice = a_catalogue(
        a_school_card(),
        a_course_card(),
        a_class_card(weekly=(WeeklyTime(3, time(18), time(19)), WeeklyTime(6, time(9), time(10)))),
    )

    @pytest.mark.parametrize(("weekdays", "found"), [({3, 6}, True), ({1, 3, 6}, True), ({6}, False), ({6, 7}, False)])
    def test_every_meeting_is_on_one_of_the_days(self, weekdays: set[int], found: bool) -> None:
        assert (finds(self.twice, weekdays=frozenset(weekdays)) == [1]) is found

    @pytest.mark.parametrize(
        ("least", "most", "found"),
        [
            (time(9), time(19), True),
            (time(9, 1), None, False),
            (None, time(18, 59), False),
            (None, time(19), True),
        ],
    )
    def test_no_meeting_is_earlier_or_later(self, least: time | None, most: time | None, found: bool) -> None:
        assert (finds(self.twice, not_before=least, not_after=most) == [1]) is found

    def test_only_the_classes_that_fit_are_told(self) -> None:
        sunday = a_class_card(number=1, weekly=(WeeklyTime(7, time(9), time(10)),))
        both = a_catalogue(a_school_card(), a_course_card(), a_class_card(), sunday)

        [found] = search.find(both, Wanted(weekdays=frozenset({7})), today=TODAY)
        assert found.classes == (sunday,)


class TestClassesThatHaveStarted:
    @pytest.mark.parametrize(("today", "found"), [(date(2026, 9, 12), True), (date(2026, 9, 13), False)])
    def test_are_not_found_from_the_day_after(self, today: date, found: bool) -> None:
        assert (finds(ONE, today) == [1]) is found

    def test_nor_is_a_course_without_a_class_or_without_its_school(self) -> None:
        assert finds(a_catalogue(a_school_card(), a_course_card())) == []
        assert finds(a_catalogue(a_course_card(), a_class_card())) == []


class TestText:
    @pytest.mark.parametrize(
        "text",
        [
            "中国舞",
            "舞蹈",
            "星河",
            "xh",
            "seZGW",
            "ＺＧＷ",
            "鲁示例",
            "lsl",
            "周六一班",
            "基本功",
            "星河 舞蹈",
            "少儿 ls",
        ],
    )
    def test_title_category_school_teacher_class_and_summary(self, text: str) -> None:
        assert is_found(text=text)

    @pytest.mark.parametrize("text", ["钢琴", "舞蹈 钢琴", "gq", "星河 gq"])
    def test_every_word_is_to_be_found(self, text: str) -> None:
        assert not is_found(text=text)

    @pytest.mark.parametrize(
        ("text", "found"), [("少儿国舞", True), ("少儿体操", False), ("舞蹈课", True), ("琴培训班", False)]
    )
    def test_a_word_that_is_not_there_is_found_by_half_of_its_pairs(self, text: str, found: bool) -> None:
        assert is_found(text=text) is found

    def test_the_same_in_other_widths_and_cases(self) -> None:
        scratch = of_courses([a_course_card(title="Ｓcratch编程１班")])

        for text in ("SCRATCH", "ｓｃｒａｔｃｈ", "编程1班", "编程１班", "scratchbc1b"):
            assert finds(scratch, text=text) == [1], text

    def test_title_before_category_before_summary(self) -> None:
        of = of_courses(
            [
                a_course_card(1, title="形体", category="go", summary="含舞蹈。"),
                a_course_card(2, title="形体"),
                a_course_card(3, title="少儿舞蹈"),
                a_course_card(4, title="舞蹈"),
            ]
        )

        assert finds(of, text="舞蹈") == [4, 3, 2, 1]


class TestOrder:
    three = of_courses(
        [
            a_course_card(1, price_fen=30_000, lesson_fen=6_000, hour_fen=4_000),
            a_course_card(2, price_fen=20_000, lesson_fen=7_000, hour_fen=7_000, rating_hundredths=410),
            a_course_card(3, price_fen=40_000, lesson_fen=5_000, hour_fen=5_000, rating_hundredths=490),
        ]
    )

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            (Sort.PRICE, [2, 1, 3]),
            (Sort.PRICE_DOWN, [3, 1, 2]),
            (Sort.LESSON_PRICE, [3, 1, 2]),
            (Sort.HOUR_PRICE, [1, 3, 2]),
            (Sort.RATING, [3, 2, 1]),
            (Sort.START, [1, 2, 3]),
        ],
    )
    def test_by_price_and_rating_the_unrated_last_the_same_by_id(self, sort: Sort, order: list[int]) -> None:
        assert finds(self.three, sort=sort) == order

    def test_by_the_nearest_class_and_by_the_first_that_starts(self) -> None:
        near = a_school_card(1)
        far = a_school_card(2, position=A_KILOMETRE_NORTH)
        nowhere = a_school_card(3, position=None)
        cards = [
            (
                a_course_card(number, school=number),
                a_class_card(number, school=number, starts_on=date(2026, 9, 20 - number)),
            )
            for number in (1, 2, 3)
        ]
        all_three = a_catalogue(near, far, nowhere, *(card for both in cards for card in both))

        assert finds(all_three, near=CENTRE, sort=Sort.DISTANCE) == [1, 2, 3]
        assert finds(all_three, near=A_KILOMETRE_NORTH, sort=Sort.DISTANCE) == [2, 1, 3]
        assert finds(all_three, near=CENTRE) == [3, 2, 1]


class TestCheck:
    @pytest.mark.parametrize(
        ("wanted", "refused", "pointer"),
        [
            (Wanted(within_m=5), NearNeeded, "/near"),
            (Wanted(sort=Sort.DISTANCE), NearNeeded, "/near"),
            (Wanted(text="！"), WordsNeeded, "/q"),
            (Wanted(sort=Sort.RELEVANCE), WordsNeeded, "/q"),
            (Wanted(price_from_fen=2, price_to_fen=1), RangeReversed, "/price_from_fen"),
            (Wanted(not_before=time(9), not_after=time(8, 59)), RangeReversed, "/not_before"),
        ],
    )
    def test_refuses_what_can_never_be_found(self, wanted: Wanted, refused: type[Exception], pointer: str) -> None:
        with pytest.raises(refused) as told:
            search.check(wanted)
        assert getattr(told.value, "pointer", None) == pointer

    @pytest.mark.parametrize(
        "wanted", [Wanted(), Wanted(price_from_fen=1, price_to_fen=1), Wanted(not_before=time(9), not_after=time(9))]
    )
    def test_takes_an_edge(self, wanted: Wanted) -> None:
        search.check(wanted)


class TestWithoutEach:
    def test_says_which_wish_alone_holds_the_others_up(self) -> None:
        wanted = Wanted(text="舞蹈", age=12, street="闻韶路", near=CENTRE, sort=Sort.DISTANCE)

        assert list(search.without_each(ONE, wanted, today=TODAY)) == [("age", 1)]

    def test_says_nothing_where_two_do(self) -> None:
        assert list(search.without_each(ONE, Wanted(age=12, category="art"), today=TODAY)) == []


class TestCatalogue:
    def test_is_itself_when_nothing_has_changed(self) -> None:
        assert ONE.changed(dict(ONE.cards)) is ONE
        assert ONE.changed({"course#unknown": None}) is ONE

    def test_has_what_has_changed_and_not_what_was_taken_away(self) -> None:
        [key] = [key for key, card in ONE.cards.items() if card == a_course_card()]

        dearer = ONE.changed({key: replace(a_course_card(), price_fen=70_000)})  # type: ignore[arg-type]
        assert finds(dearer, price_from_fen=70_000) == [1]
        assert finds(dearer.changed({key: None})) == []
