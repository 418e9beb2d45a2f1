"""A receipt: only of what the bank has told of, and known to be genuine by its code alone."""

import io
import re
from functools import partial

import pypdf
import pytest

from shared.funds import queries as funds
from shared.funds import receipts, reversals
from shared.kernel.ids import EnrolmentId
from tests import builders, steps
from tests.api.district import District
from tests.builders import ENROLMENT, NOW, an_id
from tests.edge.doors import Door
from tests.shelf import Shelf, shelf

__all__ = ["shelf"]

MINE = f"/v1/enrolments/{ENROLMENT}/receipt.pdf"


@pytest.fixture
def enrolled(district: District) -> None:
    steps.enrol(district.opens())


def paid() -> None:
    steps.pay(EnrolmentId(ENROLMENT), 100_000, reference="BK-ONE")
    steps.pay(EnrolmentId(ENROLMENT), 188_000, reference="BK-TWO")


def taken_back() -> None:
    fact = builders.a_reversal(100_000, original_reference="BK-ONE", bank_reference="BK-BACK")
    reversals.reverse(fact=fact, now=NOW)


def said(door: Door, shelf: Shelf) -> str:
    answer = door.get(MINE)
    assert answer.status == 303, answer.text
    _, content = shelf.fetch(answer.headers["location"])
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def code_of() -> str:
    return receipts.of(funds.get_account(EnrolmentId(ENROLMENT))).code


@pytest.mark.usefixtures("enrolled")
class TestReceipt:
    def test_before_a_deposit_is_refused(self, district: District, shelf: Shelf) -> None:
        district.refuses(district.guardian, lambda door: door.get(MINE), 409, "no_deposit_yet")
        assert shelf.kept == {}

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_has_each_deposit_the_total_and_the_address_to_check(
        self, district: District, shelf: Shelf, language: str
    ) -> None:
        paid()
        told = said(district.guardian.with_headers(accept_language=language), shelf)

        for wanted in ("BK-ONE", "BK-TWO", "1,000.00", "1,880.00", "2,880.00", "/verify/receipt/"):
            assert wanted in told
        assert code_of() in told.replace("\n", "")
        assert ("预收培训费收据" if language == "zh" else "Receipt for prepaid tuition") in told

    def test_a_reversed_deposit_shows_as_reversed(self, district: District, shelf: Shelf) -> None:
        paid()
        taken_back()
        told = said(district.guardian, shelf)

        assert "已被银行冲正 2026-09-01" in told
        assert "¥1,880.00" in told

    def test_of_another_guardian_is_missing(self, district: District, shelf: Shelf) -> None:
        paid()
        district.refuses(district.stranger, lambda door: door.get(MINE), 404, "unknown_enrolment")


@pytest.mark.usefixtures("enrolled")
class TestCheck:
    def test_tells_everybody_school_day_and_amount_and_nobodys_name(self, district: District) -> None:
        paid()
        answer = district.nobody.get(f"/v1/receipts/{code_of()}")

        assert answer.status == 200
        assert answer.body["total"]["amount_fen"] == 288_000
        assert [(one["day"], one["state"]) for one in answer.body["deposits"]] == [("2026-09-01", "received")] * 2
        assert set(answer.body) == {"institution_name", "credit_code", "total", "deposits"}

    def test_of_a_reversed_one_says_so_under_the_same_code(self, district: District) -> None:
        paid()
        code = code_of()
        taken_back()
        told = district.nobody.get(f"/v1/receipts/{code}").body

        assert [one["state"] for one in told["deposits"]] == ["reversed", "received"]
        assert told["total"]["amount_fen"] == 188_000

    def test_of_one_paid_again_has_all_that_came_in_what_a_lesson_has_used_too(self, district: District) -> None:
        paid()
        code = code_of()
        steps.release()
        taken_back()
        steps.pay(EnrolmentId(ENROLMENT), 100_000, reference="BK-AGAIN")
        told = district.nobody.get(f"/v1/receipts/{code}").body

        assert [one["amount"]["amount_fen"] for one in told["deposits"]] == [100_000, 188_000, 100_000]
        assert told["total"]["amount_fen"] == 288_000

    def test_before_a_deposit_there_is_none(self, district: District) -> None:
        for code in (f"{ENROLMENT[4:]}-", f"{ENROLMENT[4:]}-{'0' * 24}"):
            district.refuses(district.nobody, partial(Door.get, path=f"/v1/receipts/{code}"), 404, "unknown_receipt")

    def test_of_a_code_that_is_not_whole_or_not_ours_is_unknown(self, district: District) -> None:
        paid()
        code = code_of()
        other = "0" if code[-1] != "0" else "1"
        assert re.fullmatch(r"[0-9A-Z]{26}-[0-9a-f]{24}", code)
        wrongs = (code[:-1], code[:-1] + other, code + "0", code[:27], code[:26], ENROLMENT, an_id("enr", 9)[4:], "x")
        for wrong in wrongs:
            district.refuses(district.nobody, partial(Door.get, path=f"/v1/receipts/{wrong}"), 404, "unknown_receipt")
