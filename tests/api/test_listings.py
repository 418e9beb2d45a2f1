"""The lists over HTTP: open to all; a school's own eligibility and its appeal."""

from datetime import timedelta

import pytest

from shared.listings import store
from shared.listings.model import ListName
from tests import builders, steps
from tests.api.district import District, enrolling
from tests.builders import NOW, SCHOOL
from tests.edge.doors import Clock
from tests.listings.examples import put_on, school, take_off

APPEAL = {"text": "认定有误，款项均已入监管账户"}
ADDRESS = "/v1/school/listing/appeals"


@pytest.fixture(autouse=True)
def on_file(district: District) -> None:
    for number in (1, 2, 3):
        steps.register(number, required_fen=0)


class TestLists:
    def test_each_list_pages_newest_first_and_says_whether_one_may_sell(self, district: District) -> None:
        for number in (1, 2, 3):
            put_on(ListName.WHITE, number, now=NOW + timedelta(minutes=number))
        steps.suspend(school(2), minutes=9)

        first = district.nobody.get("/v1/listings/whitelist?limit=2").body
        second = district.nobody.get(f"/v1/listings/whitelist?limit=2&cursor={first['next_cursor']}").body

        told = [(one["institution_id"], one["selling"]) for one in [*first["data"], *second["data"]]]
        assert told == [(school(3), True), (school(2), False), (school(1), True)]
        assert second["next_cursor"] is None
        assert district.nobody.get("/v1/listings/blacklist").body == {"data": [], "next_cursor": None}

    def test_no_officer_is_named(self, district: District) -> None:
        put_on()

        for path in ("blacklist", "changes", "feed.json", f"institutions/{SCHOOL}/history"):
            text = district.nobody.get(f"/v1/listings/{path}").text
            assert "收费不入监管账户" in text
            assert "supervisor" not in text
            assert "reviewer" not in text

    def test_a_cursor_of_another_list_is_refused(self, district: District) -> None:
        for number in (1, 2):
            put_on(ListName.WHITE, number, now=NOW + timedelta(minutes=number))
        cursor = district.nobody.get("/v1/listings/whitelist?limit=1").body["next_cursor"]

        answer = district.nobody.get(f"/v1/listings/blacklist?cursor={cursor}")

        assert (answer.status, answer.code) == (422, "bad_cursor")

    def test_what_is_over_is_not_shown_even_before_the_night_takes_it_off(self, district: District, at: Clock) -> None:
        put_on(until=builders.TODAY + timedelta(days=1))
        assert len(district.nobody.get("/v1/listings/blacklist").body["data"]) == 1

        at.pass_by(days=2)

        assert store.get(SCHOOL).on is ListName.BLACK
        assert district.nobody.get("/v1/listings/blacklist").body["data"] == []


class TestChanges:
    def test_who_comes_back_gets_what_is_new_and_nothing_twice(self, district: District) -> None:
        put_on(number=1)
        put_on(number=2, now=NOW + timedelta(minutes=1))
        first = district.nobody.get("/v1/listings/changes?limit=1").body
        second = district.nobody.get(f"/v1/listings/changes?after={first['last']}").body
        nothing = district.nobody.get(f"/v1/listings/changes?after={second['last']}").body
        take_off(1, now=NOW + timedelta(minutes=2))
        third = district.nobody.get(f"/v1/listings/changes?after={nothing['last']}").body

        assert [one["number"] for one in [*first["data"], *second["data"], *third["data"]]] == [1, 2, 3]
        assert nothing == {"data": [], "last": 2}
        assert (third["data"][0]["kind"], third["data"][0]["was"], third["data"][0]["becomes"]) == (
            "removed",
            "black",
            None,
        )

    def test_names_what_happened_and_the_lists_in_both_languages(self, district: District) -> None:
        put_on(number=1)
        take_off(1, now=NOW + timedelta(minutes=2))
        listed, taken_off = district.nobody.get("/v1/listings/changes").body["data"]

        assert (listed["kind_zh"], listed["kind_en"]) == ("列入", "Put on")
        assert (listed["was_zh"], listed["was_en"]) == (None, None)
        assert (listed["becomes_zh"], listed["becomes_en"]) == ("黑名单", "Black list")
        assert (taken_off["was_zh"], taken_off["was_en"]) == ("黑名单", "Black list")
        assert (taken_off["becomes_zh"], taken_off["becomes_en"]) == (None, None)

    @pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=101", "cursor=x"])
    def test_what_is_no_place_is_refused(self, district: District, query: str) -> None:
        assert district.nobody.get(f"/v1/listings/changes?{query}").status == 422

    def test_the_feed_has_them_newest_first(self, district: District) -> None:
        put_on(number=1)
        take_off(1, now=NOW + timedelta(minutes=2))

        answer = district.nobody.get("/v1/listings/feed.json")

        assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
        assert [one["id"] for one in answer.body["items"]] == ["listing-change-2", "listing-change-1"]

    def test_the_history_of_an_unknown_school_is_missing(self, district: District) -> None:
        path = f"/v1/listings/institutions/{school(99)}/history"
        district.refuses(district.nobody, lambda door: door.get(path), 404, "unknown_institution")


class TestSchoolListing:
    def test_it_is_told_each_rule_in_its_language(self, district: District) -> None:
        steps.freeze()

        told = district.admin.get("/v1/school/listing").body
        english = district.admin.with_headers(accept_language="en").get("/v1/school/listing").body

        assert (told["eligible"], told["selling"], told["may_appeal"]) == (False, False, False)
        [missing] = [fact for fact in told["facts"] if not fact["met"]]
        assert (missing["rule"], missing["name"], missing["since"]) == ("frozen", "资金未被冻结", "2026-09-01")
        assert "Money not frozen" in [fact["name"] for fact in english["facts"]]

    def test_it_appeals_once_and_the_same_call_again_is_the_same_appeal(self, district: District) -> None:
        put_on()

        made = district.admin.post(ADDRESS, APPEAL, key="appeal-0001")
        again = district.admin.post(ADDRESS, APPEAL, key="appeal-0001")

        assert (made.status, again.body) == (201, made.body)
        other = {"text": "另一个理由"}
        district.refuses(
            district.admin,
            lambda door: door.post(ADDRESS, other, key="appeal-0002"),
            409,
            "already_appealed",
            but=["edge"],
        )
        assert store.count_open_appeals(at_most=9) == 1

    def test_who_is_not_on_the_black_list_has_nothing_to_appeal(self, district: District) -> None:
        district.refuses(
            district.admin,
            lambda door: door.post(ADDRESS, APPEAL, key="appeal-0001"),
            409,
            "nothing_to_appeal",
            but=["edge"],
        )

    def test_only_the_schools_administrator_does(self, district: District) -> None:
        put_on()

        for door in (district.guardian, district.teacher):
            assert door.post(ADDRESS, APPEAL, key="appeal-0001").status == 403
        assert district.nobody.post(ADDRESS, APPEAL, key="appeal-0001").status == 401
        assert store.count_open_appeals(at_most=9) == 0


class TestSales:
    def test_a_blacklisted_schools_course_is_not_sold_and_is_out_of_the_mall(self, district: District) -> None:
        offering = steps.put_on_sale()
        put_on()

        answer = district.nobody.get(f"/v1/mall/courses/{offering.course_id}")

        assert answer.code == "unknown_course"
        assert enrolling(offering)(district.guardian).status in (404, 409)
