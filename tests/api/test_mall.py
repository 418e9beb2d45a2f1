"""The course mall, open to everybody."""

from dataclasses import replace
from typing import Any

import pytest

from shared.dynamo import transaction
from shared.institutions import store as institutions
from tests import builders, steps, tables
from tests.api.district import District
from tests.builders import COURSE, OFFERING, SCHOOL, an_id
from tests.edge.doors import Clock, pointers


@pytest.fixture
def district(district: District) -> District:
    """With a school that teaches dance."""
    tables.put_in_memory(__name__, lambda: district.opens(seats=1))
    return district


def another_course(number: int, **changes: Any) -> str:
    """One more course of the school."""
    course = builders.a_course(course_id=an_id("crs", number), **changes)
    steps.publish_course(course)
    return course.course_id


class TestCategories:
    def test_are_told_with_who_answers_for_them(self, district: District) -> None:
        told = district.nobody.get("/v1/mall/categories").body["data"]

        assert told[0] == {
            "code": "dance",
            "name_zh": "舞蹈",
            "name_en": "Dance",
            "authority_zh": "文化和旅游局",
            "authority_en": "Culture and Tourism Bureau",
        }
        assert len({one["code"] for one in told}) == len(told) == 11


class TestSchoolsOfACategory:
    URL = "/v1/mall/categories/dance/institutions"

    def test_are_those_that_may_sell(self, district: District) -> None:
        assert district.nobody.get(self.URL).body == {
            "data": [
                {
                    "institution_id": SCHOOL,
                    "name": builders.a_school().name,
                    "categories": ["dance"],
                    "addresses": ["临淄区示例路1号"],
                    "teachers": 1,
                    "rating": {"reviews": 0, "rating_hundredths": None},
                }
            ],
            "next_cursor": None,
        }
        assert district.nobody.get(self.URL.replace("dance", "art")).body["data"] == []

    def test_that_are_called_otherwise_now_stand_there_once_before_and_after_they_publish_again(
        self, district: District
    ) -> None:
        renamed = replace(builders.a_school(), name="淄博市临淄区银河艺术培训学校有限公司", short_name="银河艺术")
        transaction.commit(institutions.publish(SCHOOL, lambda _: renamed))

        def listed() -> list[tuple[str, str]]:
            courses = district.nobody.get("/v1/mall/search").body["data"]
            assert [one["course_id"] for one in courses] == [COURSE]
            return [(one["institution_id"], one["name"]) for one in district.nobody.get(self.URL).body["data"]]

        assert listed() == [(SCHOOL, renamed.name)]
        steps.publish_course(builders.a_course(version=2))
        assert listed() == [(SCHOOL, renamed.name)]

    def test_are_without_one_that_is_suspended(self, district: District) -> None:
        steps.suspend()

        assert district.nobody.get(self.URL).body["data"] == []

    def test_are_without_one_whose_licence_has_run_out(self, district: District, at: Clock) -> None:
        at.pass_by(days=500)

        assert district.nobody.get(self.URL).body["data"] == []


class TestSchool:
    def test_is_published(self, district: District) -> None:
        told = district.nobody.get(f"/v1/mall/institutions/{SCHOOL}").body

        assert (told["status"], told["selling"], told["licence_valid_to"]) == ("licensed", True, "2027-12-31")
        assert told["teachers"][0]["qualification_no"] == "20263700000000001"
        assert told["campuses"][0]["address"] == "临淄区示例路1号"
        assert "accounts" not in told
        assert "legal_representative" not in told

    def test_is_still_published_while_it_is_suspended(self, district: District) -> None:
        steps.suspend()

        told = district.nobody.get(f"/v1/mall/institutions/{SCHOOL}").body
        assert (told["status"], told["selling"]) == ("suspended", False)

    def test_has_its_courses_while_it_may_sell(self, district: District) -> None:
        url = f"/v1/mall/institutions/{SCHOOL}/courses"
        assert [one["course_id"] for one in district.nobody.get(url).body["data"]] == [COURSE]

        steps.suspend()
        assert district.nobody.get(url).body == {"data": []}

    def test_has_courses_with_what_a_lesson_and_an_hour_cost(self, district: District) -> None:
        [told] = district.nobody.get(f"/v1/mall/institutions/{SCHOOL}/courses").body["data"]

        assert told == {
            "course_id": COURSE,
            "institution_id": SCHOOL,
            "title": "少儿中国舞基础",
            "category": "dance",
            "ages": "6至9岁",
            "age_from": 6,
            "age_to": 9,
            "mode": "on_site",
            "price": {"amount_fen": 288_000, "currency": "CNY"},
            "lessons": 48,
            "minutes_per_lesson": 60,
            "price_per_lesson": {"amount_fen": 6_000, "currency": "CNY"},
            "price_per_hour": {"amount_fen": 6_000, "currency": "CNY"},
            "rating": {"reviews": 0, "rating_hundredths": None},
        }


class TestCourse:
    URL = f"/v1/mall/courses/{COURSE}"

    def test_is_told_with_its_classes(self, district: District) -> None:
        told = district.nobody.get(self.URL).body

        assert (told["institution_name"], told["selling"]) == (builders.a_school().name, True)
        [offering] = told["classes"]
        assert offering["offering_id"] == OFFERING
        assert (offering["seats_left"], offering["on_sale"], len(offering["terms_hash"])) == (1, True, 64)

    def test_has_what_the_national_form_of_contract_asks_for(self, district: District) -> None:
        told = district.nobody.get(self.URL).body
        [offering] = told["classes"]

        assert (told["content"], told["mode"]) == ("基本功训练、身韵组合与成品舞。", "on_site")
        assert (told["lessons"], told["minutes_per_lesson"]) == (48, 60)
        assert (told["full_refund_days"], told["supervision"]) == (5, "bank_custody")
        assert (offering["number"], offering["minimum_students"], offering["seats"]) == ("DANCE-2026-01", 5, 1)
        assert offering["weekly"] == [{"weekday": 6, "starts": "09:00", "ends": "10:00"}]
        assert offering["times"] == "周六 09:00-10:00"
        assert (offering["teacher_name"], offering["room_id"]) == ("鲁示例", builders.ROOM)

    def on_sale(self, district: District) -> bool:
        [told] = district.nobody.get(self.URL).body["classes"]
        return bool(told["on_sale"])

    def test_shows_a_class_that_is_full_as_not_on_sale(self, district: District) -> None:
        [told] = district.nobody.get(self.URL).body["classes"]
        steps.enrol(builders.a_class(terms_hash=told["terms_hash"]))

        assert not self.on_sale(district)

    def test_shows_a_class_that_is_withdrawn_as_not_on_sale(self, district: District) -> None:
        steps.withdraw_class()

        assert not self.on_sale(district)

    def test_shows_a_class_that_has_begun_as_not_on_sale(self, district: District, at: Clock) -> None:
        at.pass_by(days=6)  # the day on which it starts
        assert self.on_sale(district)

        at.pass_by(days=1)
        assert not self.on_sale(district)

    def test_of_a_suspended_school_is_as_if_it_were_not_there(self, district: District) -> None:
        steps.suspend()

        district.refuses(district.nobody, lambda door: door.get(self.URL), 404, "unknown_course")


class TestCompare:
    @pytest.mark.parametrize("count", [2, 3, 4])
    def test_shows_two_to_four_courses_side_by_side(self, district: District, count: int) -> None:
        others = [another_course(number, minutes_per_lesson=90) for number in range(2, count + 1)]
        asked = [*others, COURSE]

        told = district.nobody.get(f"/v1/mall/compare?courses={','.join(asked)}").body["courses"]

        assert [one["course_id"] for one in told] == asked
        assert [one["price_per_hour"]["amount_fen"] for one in told] == [4_000] * (count - 1) + [6_000]
        assert told[-1]["classes"][0]["teacher_name"] == "鲁示例"

    def test_shows_all_that_families_choose_by(self, district: District) -> None:
        steps.pay_minimum(10_000)
        told = district.nobody.get(f"/v1/mall/compare?courses={COURSE},{another_course(2)}").body["courses"]
        [mine, other] = told

        assert [one["name"] for one in mine["teachers"]] == ["鲁示例"]
        assert mine["teachers"][0]["qualification_no"] == "20263700000000001"
        assert (other["teachers"], other["seats_left"]) == ([], 0)
        assert (mine["seats_left"], mine["refund"]["full_refund_days"], mine["refund"]["paid_days"]) == (1, 5, 15)
        assert mine["refund"]["name"] == "开课5日前申请全额退费；之后按未消课时退费；同意后15日内原路退回。"
        assert mine["institution_rating"] == mine["rating"] == {"reviews": 0, "rating_hundredths": None}
        assert (
            mine["safety"] == other["safety"] == district.nobody.get(f"/v1/mall/institutions/{SCHOOL}").body["safety"]
        )

    def test_counts_no_seat_of_a_class_that_is_withdrawn_or_has_begun(self, district: District, at: Clock) -> None:
        url = f"/v1/mall/compare?courses={COURSE},{another_course(2)}"
        at.pass_by(days=7)
        assert [one["seats_left"] for one in district.nobody.get(url).body["courses"]] == [0, 0]

    def test_tells_the_same_in_english(self, district: District) -> None:
        door = district.nobody.with_headers(accept_language="en")
        [mine, _] = door.get(f"/v1/mall/compare?courses={COURSE},{another_course(2)}").body["courses"]

        assert mine["refund"]["name"].startswith("All is given back when asked 5 days before the start or earlier")
        assert mine["safety"]["held"] == "less than 100,000 yuan"
        assert "Licensed" in [one["name"] for one in mine["safety"]["badges"]]

    @pytest.mark.parametrize("asked", [COURSE, f"{COURSE},{COURSE}", ",", ",".join(an_id("crs", n) for n in range(5))])
    def test_of_one_of_five_or_of_the_same_twice_is_refused(self, district: District, asked: str) -> None:
        answer = district.refuses(
            district.nobody, lambda door: door.get(f"/v1/mall/compare?courses={asked}"), 422, "compare_two_to_four"
        )

        assert pointers(answer) == [("/courses", "compare_two_to_four")]

    def test_with_one_that_is_not_there_is_404(self, district: District) -> None:
        asked = f"{COURSE},{an_id('crs', 99)}"

        district.refuses(
            district.nobody, lambda door: door.get(f"/v1/mall/compare?courses={asked}"), 404, "unknown_course"
        )

    def test_says_what_is_missing(self, district: District) -> None:
        answer = district.refuses(district.nobody, lambda door: door.get("/v1/mall/compare"), 422, "invalid_request")

        assert pointers(answer) == [("/courses", "missing")]

    def test_of_a_suspended_school_is_404(self, district: District) -> None:
        asked = f"{COURSE},{another_course(2)}"
        steps.suspend()

        district.refuses(
            district.nobody, lambda door: door.get(f"/v1/mall/compare?courses={asked}"), 404, "unknown_course"
        )
