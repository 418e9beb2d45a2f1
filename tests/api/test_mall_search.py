"""Finding a course at the API's doors: what is told is true at the moment of asking."""

from datetime import time
from typing import Any
from urllib.parse import quote

import pytest

from shared.dynamo import transaction
from shared.institutions.model import Campus
from shared.kernel.ids import CampusId, CourseId, InstitutionId, OfferingId
from shared.mall.model import WeeklyTime
from shared.mall.store import cards
from tests import builders, steps, tables
from tests.api.district import District
from tests.builders import COURSE, NOW, SCHOOL, an_id
from tests.edge.doors import Clock, pointers

URL = "/v1/mall/search"
SECOND = InstitutionId(an_id("ins", 2))
PIANO = CourseId(an_id("crs", 2))


def put_on_sale(number: int, *, school: int = 1, seats: int = 30, weekday: int = 6, **changes: Any) -> CourseId:
    """The `number`-th course with one class, of the `school`-th school."""
    course = builders.a_course(
        course_id=CourseId(an_id("crs", number)), institution_id=InstitutionId(an_id("ins", school)), **changes
    )
    steps.put_on_sale(
        course,
        offering_id=OfferingId(an_id("off", number)),
        campus_id=CampusId(an_id("cmp", school)),
        weekly=(WeeklyTime(weekday, time(9), time(10)),),
        seats=seats,
    )
    return course.course_id


@pytest.fixture
def district(district: District) -> District:
    """A dance school with one class of one seat; a piano teacher a kilometre north of it."""

    def opens() -> None:
        here = Campus(
            CampusId(an_id("cmp", 1)), "校本部", "临淄区闻韶路1号", "05330000000", "闻韶路", "36.82000,118.31000"
        )
        north = Campus(
            CampusId(an_id("cmp", 2)), "校本部", "临淄区桓公路2号", "05330000000", "桓公路", "36.82900,118.31000"
        )
        steps.register(1, campuses=(here,))
        steps.register(2, name="临淄区和声琴行培训学校", short_name="和声琴行", campuses=(north,))
        put_on_sale(1, seats=1)
        put_on_sale(2, school=2, weekday=7, title="钢琴音乐启蒙", category="music", price_fen=96_000, lessons=8)

    tables.put_in_memory(__name__, opens)
    return district


def finds(district: District, query: str = "") -> list[str]:
    """The ids of the courses that are found, in order, page by page."""
    told, cursor = [], None
    while True:
        body = district.nobody.get(f"{URL}?{query}" + (f"&cursor={cursor}" if cursor else "")).body
        told += [one["course_id"] for one in body["data"]]
        cursor = body["next_cursor"]
        if cursor is None:
            return told


class TestFound:
    def test_is_told_with_its_classes_its_school_and_how_far_it_is(self, district: District) -> None:
        [told] = district.nobody.get(f"{URL}?q={quote('中国舞')}&near=36.82900,118.31000").body["data"]
        [course] = district.nobody.get(f"/v1/mall/institutions/{SCHOOL}/courses").body["data"]
        [offering] = district.nobody.get(f"/v1/mall/courses/{COURSE}").body["classes"]

        assert {name: told[name] for name in course} == course
        assert told["institution_name"] == builders.a_school().name
        assert (told["distance_m"], told["classes_found"]) == (1001, 1)
        assert told["classes"] == [{**offering, "street": "闻韶路"}]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", [COURSE, PIANO]),
            ("q=gq", [PIANO]),
            ("q=GQYY", [PIANO]),
            ("q=" + quote("ｇａｎｇｑｉｎ"), [PIANO]),
            ("q=" + quote("和声 音乐"), [PIANO]),
            ("q=" + quote("舞蹈"), [COURSE]),
            ("q=wudao", [COURSE]),
            ("q=xhwd", [COURSE]),
            ("category=music", [PIANO]),
            ("street=" + quote("闻韶路"), [COURSE]),
            ("age=6", [COURSE, PIANO]),
            ("age=10", []),
            ("weekdays=7", [PIANO]),
            ("weekdays=6,7", [COURSE, PIANO]),
            ("not_before=09:00&not_after=10:00", [COURSE, PIANO]),
            ("not_before=09:01", []),
            ("price_to_fen=96000", [PIANO]),
            ("price_from_fen=96001", [COURSE]),
            ("mode=online", []),
            ("near=36.82000,118.31000&within_m=1000", [COURSE]),
            ("near=36.82000,118.31000&within_m=1001&sort=distance", [COURSE, PIANO]),
            ("near=36.82900,118.31000&sort=distance", [PIANO, COURSE]),
            ("sort=price", [PIANO, COURSE]),
            ("sort=-price", [COURSE, PIANO]),
            ("sort=lesson_price", [COURSE, PIANO]),
            ("free_seats=1", [COURSE, PIANO]),
            ("free_seats=2", [PIANO]),
            ("category=dance&age=8&weekdays=6&not_before=08:00&price_to_fen=300000&free_seats=1&q=wd", [COURSE]),
            ("limit=1", [COURSE, PIANO]),
            ("limit=1&free_seats=2", [PIANO]),
        ],
    )
    def test_by_each_thing_and_by_several(self, district: District, query: str, found: list[str]) -> None:
        assert finds(district, query) == found


class TestTrueAtTheMoment:
    def test_a_seat_that_is_sold_is_not_free(self, district: District) -> None:
        [told] = district.nobody.get(f"/v1/mall/courses/{COURSE}").body["classes"]
        steps.enrol(builders.a_class(terms_hash=told["terms_hash"]))

        assert finds(district, "free_seats=1") == [PIANO]
        full = next(one for one in district.nobody.get(URL).body["data"] if one["course_id"] == COURSE)
        assert (full["classes"][0]["seats_left"], full["classes"][0]["on_sale"]) == (0, False)

    def test_a_school_that_is_suspended_is_not_found(self, district: District) -> None:
        steps.suspend()

        assert finds(district) == [PIANO]

    def test_a_class_that_is_withdrawn_is_not_found_by_a_catalogue_that_has_not_heard_of_it(
        self, district: District, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert finds(district) == [COURSE, PIANO]
        monkeypatch.setattr(cards, "changed_since", lambda moment: {})
        steps.withdraw_class()

        assert finds(district) == [PIANO]

    def test_a_class_that_has_begun_is_not_found(self, district: District, at: Clock) -> None:
        at.pass_by(days=6)
        assert finds(district) == [COURSE, PIANO]
        at.pass_by(days=1)
        assert finds(district) == []


class TestPages:
    def test_are_stable_while_courses_come_and_go(self, district: District) -> None:
        for number in range(3, 9):
            put_on_sale(number, price_fen=100_000 + number)
        first = district.nobody.get(f"{URL}?sort=price&limit=3").body
        gone = first["data"][-1]["course_id"]
        number = int(gone[-6:])
        transaction.commit([cards.no_class(CourseId(gone), OfferingId(an_id("off", number)), now=NOW)])
        put_on_sale(9, price_fen=1_000)
        put_on_sale(10, price_fen=100_005)

        rest = district.nobody.get(f"{URL}?sort=price&limit=50&cursor={first['next_cursor']}").body["data"]

        assert [one["course_id"] for one in first["data"]] == [PIANO, an_id("crs", 3), an_id("crs", 4)]
        assert [one["course_id"] for one in rest] == [an_id("crs", one) for one in (5, 10, 6, 7, 8)] + [COURSE]

    def test_a_page_looks_on_three_times_and_is_short_then(self, district: District) -> None:
        for number in range(3, 13):
            put_on_sale(number, seats=1, price_fen=10_000 + number)

        first = district.nobody.get(f"{URL}?sort=price&limit=2&free_seats=2").body
        assert (first["data"], first["nothing"]) == ([], None)
        assert finds(district, "sort=price&limit=2&free_seats=2") == [PIANO]

    @pytest.mark.parametrize("cursor", ["x", "W10", "%00", quote("舞"), "e30"])
    def test_a_cursor_that_is_not_ours_is_refused(self, district: District, cursor: str) -> None:
        answer = district.refuses(district.nobody, lambda door: door.get(f"{URL}?cursor={cursor}"), 422, "bad_cursor")
        assert pointers(answer) == [("/cursor", "bad_cursor")]

    def test_the_cursor_of_another_search_is_refused(self, district: District) -> None:
        cursor = district.nobody.get(f"{URL}?limit=1").body["next_cursor"]

        assert district.nobody.get(f"{URL}?limit=1&sort=price&cursor={cursor}").code == "bad_cursor"
        assert district.nobody.get(f"/v1/mall/categories/dance/institutions?cursor={cursor}").code == "bad_cursor"


class TestNothing:
    def test_says_which_wish_to_give_up(self, district: District) -> None:
        told = district.nobody.get(f"{URL}?q=wd&age=10&weekdays=6").body

        assert told["data"] == []
        assert told["nothing"] == {
            "reason": "没有符合全部条件的课程。",
            "without": [{"parameter": "age", "courses": 1}],
        }

    def test_says_it_in_english_too(self, district: District) -> None:
        told = district.nobody.with_headers(accept_language="en").get(f"{URL}?q=qqqq").body

        assert told["nothing"]["reason"] == "No course is all that you ask for."
        assert told["nothing"]["without"] == [{"parameter": "q", "courses": 2}]

    def test_says_that_what_there_is_is_full_or_off_sale(self, district: District) -> None:
        told = district.nobody.get(f"{URL}?category=dance&free_seats=2").body

        assert told["nothing"] == {"reason": "符合条件的课程目前已满员或暂不招生。", "without": []}

    def test_is_not_told_where_something_is_found(self, district: District) -> None:
        assert district.nobody.get(URL).body["nothing"] is None


class TestRefused:
    @pytest.mark.parametrize(
        ("query", "pointer", "code"),
        [
            ("age=-1", "/age", "too_small"),
            ("age=x", "/age", "not_whole"),
            ("weekdays=8", "/weekdays", "wrong_format"),
            ("weekdays=6,", "/weekdays", "wrong_format"),
            ("not_before=9:00", "/not_before", "wrong_format"),
            ("not_after=24:00", "/not_after", "wrong_format"),
            ("rating=501", "/rating", "too_great"),
            ("sort=best", "/sort", "not_one_of"),
            ("limit=51", "/limit", "too_great"),
            ("free_seats=0", "/free_seats", "too_small"),
            ("mode=both", "/mode", "not_one_of"),
            ("q=", "/q", "too_short"),
            ("q=" + "x" * 61, "/q", "too_long"),
            ("colour=red", "/colour", "unknown_field"),
        ],
    )
    def test_what_has_the_wrong_form(self, district: District, query: str, pointer: str, code: str) -> None:
        answer = district.refuses(district.nobody, lambda door: door.get(f"{URL}?{query}"), 422, "invalid_request")

        assert pointers(answer) == [(pointer, code)]

    @pytest.mark.parametrize(
        ("query", "pointer", "code"),
        [
            ("near=36.8", "/near", "wrong_position"),
            ("near=118.31000,36.82000", "/near", "wrong_position"),
            ("near=36.82000,10.00000", "/near", "wrong_position"),
            ("within_m=5", "/near", "search_near_needed"),
            ("sort=distance", "/near", "search_near_needed"),
            ("sort=relevance", "/q", "search_words_needed"),
            ("q=" + quote("！"), "/q", "search_words_needed"),
            ("price_from_fen=2&price_to_fen=1", "/price_from_fen", "search_range_reversed"),
            ("not_before=10:00&not_after=09:00", "/not_before", "search_range_reversed"),
        ],
    )
    def test_what_can_never_be_found(self, district: District, query: str, pointer: str, code: str) -> None:
        answer = district.refuses(district.nobody, lambda door: door.get(f"{URL}?{query}"), 422, code)

        assert pointers(answer) == [(pointer, code)]

    def test_a_category_that_there_is_not(self, district: District) -> None:
        district.refuses(district.nobody, lambda door: door.get(f"{URL}?category=chess"), 404, "unknown_category")
