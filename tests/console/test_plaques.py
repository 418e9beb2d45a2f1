"""A plaque in the console; and the pages for everybody that its code leads to."""

import re
from typing import Any

import pytest

from functions.edge import wiring
from shared.listings.store import plaques
from shared.people.model import StaffRole
from tests import steps, tables
from tests.builders import SCHOOL, an_id
from tests.console.visitors import Visitor, addresses_in, heading_of, sign_in, text_of
from tests.listings.examples import put_on
from tests.shelf import Shelf, shelf

__all__ = ["shelf"]

PAGE = f"/console/schools/{SCHOOL}/plaque"

pytestmark = pytest.mark.usefixtures("registered")


@pytest.fixture
def registered(in_memory: Any) -> None:
    tables.put_in_memory(__name__, lambda: steps.register(required_fen=0))


def issued(who: Visitor, **form: str) -> str:
    assert who.post(PAGE, form).status == 303
    found = plaques.find_of(SCHOOL)
    assert found is not None
    return str(found.plaque_id)


class TestPlaque:
    def test_is_issued_shown_printed_and_replaced(self, supervisor: Visitor, shelf: Shelf) -> None:
        assert "还没有签发牌匾" in text_of(supervisor.get(PAGE))
        first = issued(supervisor)

        assert first in text_of(supervisor.get(PAGE))
        assert supervisor.get(f"{PAGE}.svg").headers["content-type"] == "image/svg+xml"
        _, content = shelf.fetch(supervisor.get(f"{PAGE}.pdf").headers["location"])
        assert content.startswith(b"%PDF")
        assert issued(supervisor) == first
        assert issued(supervisor, replaces=first) != first
        assert issued(supervisor, replaces=first) == issued(supervisor)
        assert supervisor.get(f"{PAGE}.svg").status == 200

    def test_before_the_first_there_is_nothing_to_print(self, supervisor: Visitor) -> None:
        assert {supervisor.get(f"{PAGE}.{form}").status for form in ("svg", "pdf")} == {404}

    def test_auditors_read(self) -> None:
        auditor = sign_in("auditor", StaffRole.AUDITOR)
        assert (auditor.get(PAGE).status, auditor.post(PAGE).status) == (200, 403)

    def test_a_suspended_school_gets_none(self, supervisor: Visitor) -> None:
        steps.suspend()
        answer = supervisor.post(PAGE)
        assert (answer.status, "只有正常办学" in text_of(answer)) == (409, True)


class TestVerifyPlaque:
    def test_everybody_sees_what_is_public_in_both_languages(self, supervisor: Visitor) -> None:
        path = f"/verify/{issued(supervisor)}"

        answer = Visitor().get(path)

        assert answer.status == 200
        assert "合法，可以招生" in text_of(answer)
        assert "¥" not in text_of(answer)
        assert "Legal: it may take on students" in text_of(Visitor("hui_lang=en").get(path))
        assert not re.search(r"<style|\sstyle=|<script", answer.text)

    def test_its_language_link_comes_back_to_it(self, supervisor: Visitor) -> None:
        path = f"/verify/{issued(supervisor)}"
        assert f"{path}?lang=en" in addresses_in(Visitor().get(path))
        assert Visitor().get(f"{path}?lang=en").headers["location"] == path

    def test_a_blacklisted_school_is_told_in_red(self, supervisor: Visitor) -> None:
        path = f"/verify/{issued(supervisor)}"
        put_on(now=wiring.now())

        told = text_of(Visitor().get(path))

        assert "目前不可招生，请勿缴费" in told
        assert "收费不入监管账户" in told

    @pytest.mark.parametrize("plaque", [an_id("plq", 99), "plq_", "x", "<b>", "%00"])
    def test_a_forged_one_is_told_as_such(self, plaque: str) -> None:
        answer = Visitor().get(f"/verify/{plaque}")

        assert (answer.status, heading_of(answer)) == (404, "牌匾无效")
        assert "可能是伪造的" in text_of(answer)

    def test_a_void_one_is_told_as_such(self, supervisor: Visitor) -> None:
        first = issued(supervisor)
        issued(supervisor, replaces=first)

        answer = Visitor().get(f"/verify/{first}")

        assert (answer.status, "换发作废" in text_of(answer)) == (409, True)


class TestVerdict:
    def test_stands_first_with_its_reason_and_not_far_below(self) -> None:
        steps.suspend()

        told = text_of(Visitor().get("/verify?q=星河"))
        assert "目前不可招生，请勿缴费 暂停招生 状态" in told

    def test_of_a_school_that_something_speaks_against_is_no_plain_yes(self) -> None:
        steps.register(2, required_fen=10_000)

        told = text_of(Visitor().get("/verify?q=0002"))
        assert "可以招生，但存在问题，请谨慎缴费 最低余额不足" in told
        assert "合法，可以招生" not in told


class TestSearch:
    def test_by_name_or_credit_code(self) -> None:
        assert "星河舞蹈" in text_of(Visitor().get("/verify?q=星河"))
        assert "星河舞蹈" in text_of(Visitor().get("/verify?q=91370305MA3C000014"))

    @pytest.mark.parametrize("text", ["无证培训", "星", "<script>"])
    def test_what_is_not_found_is_no_reason_to_pay(self, text: str) -> None:
        assert "请勿缴费" in text_of(Visitor().get(f"/verify?q={text}"))

    def test_before_anything_is_asked(self) -> None:
        assert heading_of(Visitor().get("/verify")) == "这家培训机构合法吗？"
