"""The first page: for a browser, and for who takes no page."""

import re

import pytest

from tests.console.visitors import Visitor, addresses_in, heading_of, sign_in, text_of

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"

pytestmark = pytest.mark.usefixtures("in_memory")


def somebody(cookie: str = "") -> Visitor:
    return Visitor(cookie, accept=BROWSER)


class TestShowStart:
    def test_says_what_this_is_and_leads_everybody_on_in_both_languages(self) -> None:
        answer = somebody().get("/")

        assert answer.status == 200
        assert heading_of(answer) == "预付的学费，先存在银行监管账户里"
        assert {"/verify", "/docs", "/console", "/console/catalogue"} <= addresses_in(answer)
        assert "Is this institution legal?" in text_of(somebody("hui_lang=en").get("/"))
        assert not re.search(r"<style|\sstyle=|<script", answer.text)

    def test_its_language_link_comes_back_to_it(self) -> None:
        assert "/?lang=en" in addresses_in(somebody().get("/"))
        assert somebody().get("/?lang=en").headers["location"] == "/"

    @pytest.mark.parametrize("accept", ["application/json", "*/*", ""])
    def test_who_takes_no_page_is_led_to_the_description_of_the_api(self, accept: str) -> None:
        answer = Visitor(accept=accept).get("/")

        assert (answer.status, answer.headers["location"]) == (303, "/openapi.json")

    def test_whoever_is_signed_in_sees_the_same(self) -> None:
        assert sign_in().with_headers(accept=BROWSER).get("/").text == somebody().get("/").text
