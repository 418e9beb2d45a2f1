"""An enrolment's contract and receipt in the console; the page that a receipt's code leads to."""

import io
from typing import Any

import pypdf
import pytest

from shared.funds import queries as funds
from shared.funds import receipts, reversals
from shared.people.model import StaffRole
from tests import builders, steps
from tests.builders import ENROLMENT, NOW
from tests.console.visitors import Visitor, addresses_in, heading_of, sign_in, text_of
from tests.shelf import Shelf, shelf

__all__ = ["shelf"]

HOME = f"/console/enrolments/{ENROLMENT}"


@pytest.fixture
def officer(in_memory: Any) -> Visitor:
    """A finance officer in a district with one enrolment that isn't paid yet."""
    steps.register()
    steps.enrol(steps.put_on_sale())
    return sign_in("caiwu", StaffRole.FINANCE_OFFICER)


def paid() -> str:
    """The path of the page that checks its receipt."""
    steps.pay(ENROLMENT, 288_000, reference="BK-ONE")
    return f"/verify/receipt/{receipts.of(funds.get_account(ENROLMENT)).code}"


def said(visitor: Visitor, path: str, shelf: Shelf) -> str:
    _, content = shelf.fetch(visitor.get(path).headers["location"])
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


class TestPapers:
    def test_are_linked_from_the_enrolment(self, officer: Visitor) -> None:
        before = addresses_in(officer.get(HOME))
        paid()
        after = addresses_in(officer.get(HOME))

        assert (f"{HOME}/contract.pdf" in before, f"{HOME}/receipt.pdf" in before) == (True, False)
        assert {f"{HOME}/contract.pdf", f"{HOME}/receipt.pdf"} <= set(after)

    def test_do_not_show_the_childs_name(self, officer: Visitor, shelf: Shelf) -> None:
        paid()

        assert "学员 不显示" in said(officer, f"{HOME}/contract.pdf", shelf)
        assert "学员 不显示" in said(officer, f"{HOME}/receipt.pdf", shelf)

    def test_before_a_deposit_there_is_no_receipt(self, officer: Visitor, shelf: Shelf) -> None:
        assert officer.get(f"{HOME}/receipt.pdf").status == 409
        assert shelf.kept == {}


class TestVerifyReceipt:
    def test_everybody_sees_that_it_is_genuine_in_both_languages(self, officer: Visitor) -> None:
        path = paid()

        assert heading_of(Visitor().get(path)) == "收据真实"
        assert "¥2,880.00" in text_of(Visitor().get(path))
        assert "The receipt is genuine" in text_of(Visitor("hui_lang=en").get(path))

    def test_a_reversed_one_is_told_in_red(self, officer: Visitor) -> None:
        path = paid()
        fact = builders.a_reversal(288_000, original_reference="BK-ONE", bank_reference="BK-BACK")
        reversals.reverse(fact=fact, now=NOW)

        assert "款项已全部被银行冲正" in text_of(Visitor().get(path))

    @pytest.mark.parametrize("code", ["x", "%00", "<b>", f"{ENROLMENT[4:]}-{'0' * 24}"])
    def test_a_forged_one_is_told_as_such(self, officer: Visitor, code: str) -> None:
        paid()
        answer = Visitor().get(f"/verify/receipt/{code}")

        assert (answer.status, heading_of(answer)) == (404, "收据无效")
