"""Is this school legal? Asked by anybody; and a school's plaque."""

from datetime import timedelta
from typing import Any

import pytest

from shared.listings.model import ListName
from tests import steps
from tests.api.district import District
from tests.builders import NOW, SCHOOL, an_id
from tests.edge.doors import Clock, admin_bearer
from tests.filings import examples as filings
from tests.listings.examples import put_on, school
from tests.shelf import Shelf, shelf

__all__ = ["shelf"]


@pytest.fixture(autouse=True)
def on_file(district: District) -> None:
    steps.register(1, required_fen=0)
    steps.register(2, required_fen=10_000)


def asked(district: District, query: str) -> list[Any]:
    answer = district.nobody.get(f"/v1/verify?{query}")
    assert answer.status == 200, answer.text
    found: list[Any] = answer.body["data"]
    return found


def issue(district: District) -> Any:
    return district.admin.post("/v1/school/plaque", {}, key="plaque-0001")


class TestVerify:
    def test_by_a_part_of_the_name(self, district: District) -> None:
        found = asked(district, "name=星河舞蹈")

        assert [one["institution_id"] for one in found] == [SCHOOL, school(2)]
        assert [(one["legal"], one["money"]) for one in found] == [(True, "safe"), (True, "short")]
        assert asked(district, "name=没有这家") == []

    def test_by_credit_code_in_english(self, district: District) -> None:
        code = asked(district, "name=星河")[0]["credit_code"]
        english = district.nobody.with_headers(accept_language="en")

        [one] = english.get(f"/v1/verify?credit_code={code}").body["data"]

        assert (one["institution_id"], one["status_name"]) == (SCHOOL, "Licensed")
        assert asked(district, "credit_code=91370305XXXXXXXXXX") == []

    def test_no_amount_and_no_person_is_told(self, district: District) -> None:
        text = district.nobody.get("/v1/verify?name=星河").text

        assert "fen" not in text
        assert "phone" not in text
        assert "representative" not in text

    @pytest.mark.parametrize("query", ["", "name=星", "name=星河&credit_code=9", "x=1", f"name={'星' * 61}"])
    def test_one_thing_is_asked(self, district: District, query: str) -> None:
        assert district.nobody.get(f"/v1/verify?{query}").status == 422

    def test_what_a_blacklisted_a_frozen_and_an_ended_school_are_told_as(self, district: District, at: Clock) -> None:
        put_on(ListName.BLACK, until=NOW.date() + timedelta(days=9))
        steps.freeze(school(2))

        first, second = asked(district, "name=星河")

        assert (first["legal"], first["on_list"], first["listed_reason"]) == (False, "black", "收费不入监管账户")
        assert (second["legal"], second["money"]) == (False, "frozen")
        at.pass_by(days=10)
        assert asked(district, "name=星河")[0]["on_list"] is None


class TestVerdict:
    """One answer for a parent, with what speaks against the school."""

    def verdict(self, district: District, number: int = 1) -> tuple[str, list[str]]:
        one = asked(district, "name=星河")[number - 1]
        assert (one["verdict"] == "stop") is not one["legal"]
        return one["verdict"], one["reasons"]

    def test_of_a_school_that_nothing_speaks_against(self, district: District) -> None:
        assert self.verdict(district) == ("legal", [])

    def test_a_short_minimum_balance_is_a_reason_for_caution(self, district: District) -> None:
        assert self.verdict(district, 2) == ("caution", ["最低余额不足（机构应当留存的保证资金）"])

    def test_a_failed_inspection_is_a_reason_for_caution_in_both_languages(self, district: District, at: Clock) -> None:
        filings.failed_inspection(now=at.now)

        assert self.verdict(district) == ("caution", ["2026年度年检不合格"])
        english = district.nobody.with_headers(accept_language="en")
        one = english.get("/v1/verify?name=星河").body["data"][0]
        assert one["reasons"] == ["Annual inspection 2026: Not passed"]
        assert one["verdict_name"].startswith("It may take on students, but")

    def test_a_blacklisted_one_says_for_what(self, district: District) -> None:
        put_on(ListName.BLACK)

        assert self.verdict(district) == ("stop", ["列入黑名单：收费不入监管账户"])

    def test_a_suspended_and_frozen_one_has_both_reasons_the_graver_first(self, district: District) -> None:
        steps.suspend()
        steps.freeze()

        assert self.verdict(district) == ("stop", ["暂停招生", "资金已冻结，停止拨付"])

    def test_a_licence_that_has_expired(self, district: District, at: Clock) -> None:
        at.pass_by(days=500)

        verdict, reasons = self.verdict(district)
        assert (verdict, reasons[0]) == ("stop", "办学许可证已于2027-12-31到期")


class TestMoneySafety:
    """What is public of a school's money: bands and yes or no; never a family's, never an amount."""

    def safety(self, district: District, number: int = 1) -> Any:
        return asked(district, "name=星河")[number - 1]

    def test_is_told_of_a_school_with_nothing_against_it(self, district: District) -> None:
        told = self.safety(district)

        assert (told["held"], told["coverage"], told["coverage_name"]) == ("不足10万元", "met", "最低余额达标")
        assert [one["code"] for one in told["badges"]] == ["licensed", "custody", "covered", "insured"]
        assert [one["name"] for one in told["badges"]] == ["证照有效", "学费银行监管", "最低余额达标", "免费意外险"]

    @pytest.mark.parametrize(
        ("paid_fen", "coverage"),
        [(9_999, "short"), (10_000, "nearly_short"), (10_999, "nearly_short"), (11_000, "met")],
    )
    def test_coverage_at_its_edges(self, district: District, paid_fen: int, coverage: str) -> None:
        steps.require(10_000)
        steps.pay_minimum(paid_fen)

        told = self.safety(district)
        assert told["coverage"] == coverage
        assert ("covered" in [one["code"] for one in told["badges"]]) is (coverage != "short")

    def test_is_the_same_with_and_without_a_familys_money(self, district: District) -> None:
        before = self.safety(district)
        steps.open_account(paid_fen=500_000, price_fen=500_000)
        steps.count_all()

        assert self.safety(district) == before

    def test_of_many_families_is_the_next_band(self, district: District) -> None:
        for number in range(1, 22):
            steps.open_account(number, paid_fen=500_000, price_fen=500_000)
        steps.count_all()

        assert self.safety(district)["held"] == "10万元至50万元"

    def test_of_a_school_that_may_not_sell_there_is_no_badge(self, district: District) -> None:
        steps.suspend()

        assert self.safety(district)["badges"] == []

    def test_of_a_white_listed_and_inspected_school(self, district: District) -> None:
        put_on(ListName.WHITE)

        assert "white_listed" in [one["code"] for one in self.safety(district)["badges"]]

    def test_is_on_the_schools_page_of_the_mall(self, district: District) -> None:
        told = self.safety(district)
        safety = district.nobody.get(f"/v1/mall/institutions/{SCHOOL}").body["safety"]

        assert safety == {name: told[name] for name in safety}


class TestPlaque:
    def test_a_school_gets_one_whose_code_says_it(self, district: District) -> None:
        made = issue(district)

        assert made.status == 201
        assert issue(district).body == made.body
        assert made.body["address"].endswith(f"/verify/{made.body['plaque_id']}")
        assert made.body["svg"].startswith("<?xml")
        [one] = asked(district, f"plaque={made.body['plaque_id']}")
        assert one["institution_id"] == SCHOOL

    def test_another_key_gives_the_same_plaque(self, district: District) -> None:
        first = issue(district).body["plaque_id"]
        assert district.admin.post("/v1/school/plaque", {}, key="plaque-0002").body["plaque_id"] == first

    def test_a_forged_one_is_told_as_such(self, district: District) -> None:
        forged = an_id("plq", 99)
        answer = district.refuses(
            district.nobody, lambda door: door.get(f"/v1/verify?plaque={forged}"), 404, "unknown_plaque"
        )
        assert "伪造" in answer.body["detail"]

    def test_it_prints(self, district: District, shelf: Shelf) -> None:
        district.refuses(district.admin, lambda door: door.get("/v1/school/plaque.pdf"), 404, "no_plaque_yet")
        issue(district)

        name, content = shelf.fetch(district.admin.get("/v1/school/plaque.pdf").headers["location"])

        assert name.endswith("牌匾.pdf")
        assert content.startswith(b"%PDF")

    def test_a_school_that_is_not_licensed_gets_none(self, district: District) -> None:
        steps.suspend()

        district.refuses(
            district.admin,
            lambda door: door.post("/v1/school/plaque", {}, key="plaque-0001"),
            409,
            "not_for_plaque",
            but=["edge"],
        )

    def test_each_school_gets_its_own(self, district: District) -> None:
        other = district.nobody.with_headers(authorization=admin_bearer(school(2)))

        theirs = other.post("/v1/school/plaque", {}, key="plaque-0002").body["plaque_id"]

        assert theirs != issue(district).body["plaque_id"]
        assert asked(district, f"plaque={theirs}")[0]["institution_id"] == school(2)
        for door in (district.guardian, district.teacher):
            assert door.post("/v1/school/plaque", {}, key="plaque-0009").status == 403
