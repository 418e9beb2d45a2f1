"""The instructions of a day in the console, and their files before the judge of the official structure."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from shared.funds import instructions
from shared.people.model import StaffRole
from tests import official, steps, tables
from tests.builders import SCHOOL, TODAY
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of

pytestmark = pytest.mark.usefixtures("instructed")
HOME = "/console/instructions"
KINDS = ["payout", "refund", "suspense_return", "minimum_withdrawal"]


@pytest.fixture
def instructed(in_memory: Any) -> None:
    tables.put_in_memory(__name__, steps.instruct_each_kind)


@pytest.fixture
def finance(instructed: None) -> Visitor:
    return sign_in("finance", StaffRole.FINANCE_OFFICER)


def file_of(kind: str, day: str = str(TODAY)) -> str:
    return f"{HOME}/{day}/{kind}/pain.001.xml"


class TestShowInstructions:
    def test_tells_each_kind_with_its_file(self, finance: Visitor) -> None:
        answer = finance.get(HOME)

        assert "待查款退回 1 1 ¥0.77 pain.001" in text_of(answer)
        assert {file_of(kind) for kind in KINDS} <= addresses_in(answer)
        assert "Withdrawals from minimum balances 1 1 ¥40.00" in text_of(finance.in_english().get(HOME))
        assert HOME in addresses_in(finance.get("/console/reconciliation"))

    def test_a_day_with_nothing_is_told_so(self, finance: Visitor) -> None:
        answer = finance.get(f"{HOME}?day=2026-08-31")

        assert "当天没有付款指令" in text_of(answer)
        assert ".xml" not in answer.text

    def test_a_day_that_is_none_is_refused(self, finance: Visitor) -> None:
        answer = finance.get(f"{HOME}?day=31")

        assert answer.status == 422
        assert "日期无法识别" in text_of(answer)

    def test_is_not_for_reviewers(self, instructed: None) -> None:
        reviewer = sign_in("reviewer", StaffRole.REVIEWER)
        assert [reviewer.get(address).status for address in (HOME, file_of("payout"))] == [403, 403]


class TestDownloadInstructions:
    @pytest.mark.parametrize("kind", KINDS)
    def test_is_a_pain_001_with_the_ids_and_amounts_of_the_ledger(self, finance: Visitor, kind: str) -> None:
        answer = finance.get(file_of(kind))

        assert official.faults("pain.001.001.09", answer.text.encode()) == []
        [one] = [one for one in instructions.list_of_day([SCHOOL], TODAY) if one.kind == kind]
        told = {element.tag.rpartition("}")[2]: element.text for element in ET.fromstring(answer.text).iter()}
        assert told["EndToEndId"] == one.instruction_id.replace("_", "")
        assert told["InstdAmt"] == told["CtrlSum"] == f"{one.amount_fen / 100:.2f}"
        assert told["NbOfTxs"] == "1"

    def test_the_same_instructions_are_the_same_message(self, finance: Visitor) -> None:
        first, again = (finance.get(file_of("refund")).text for _ in range(2))

        assert first.partition("</MsgId>")[0] == again.partition("</MsgId>")[0]

    def test_a_day_with_nothing_has_no_file(self, finance: Visitor) -> None:
        answer = finance.get(file_of("refund", "2026-08-31"))

        assert answer.status == 404
        assert "2026-08-31 没有这一类付款指令" in answer.text

    @pytest.mark.parametrize("address", [file_of("bribe"), file_of("refund", "2026-13-01")])
    def test_what_is_none_is_404(self, finance: Visitor, address: str) -> None:
        assert finance.get(address).status == 404
