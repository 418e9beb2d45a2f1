"""A payout's instruction as a file."""

from typing import Any

import pytest

from shared.funds import payout_answers
from shared.funds.payout_model import Payout
from shared.people.model import StaffRole
from tests import builders, official, steps
from tests.builders import NOW
from tests.console.visitors import Visitor, addresses_in, sign_in


@pytest.fixture
def payout(in_memory: Any) -> Payout:
    steps.register()
    return steps.a_built_payout()


@pytest.fixture
def officer(in_memory: Any) -> Visitor:
    return sign_in("finance", StaffRole.FINANCE_OFFICER)


def address_of(payout: Payout) -> str:
    return f"/console/payouts/{payout.payout_id}/pain.001.xml"


class TestDownloadInstruction:
    def test_is_a_pain_001_that_the_official_structure_allows(self, payout: Payout, officer: Visitor) -> None:
        address = address_of(payout)

        assert address in addresses_in(officer.get(f"/console/payouts/{payout.payout_id}"))
        answer = officer.get(address)
        assert official.faults("pain.001.001.09", answer.text.encode()) == []
        assert '<InstdAmt Ccy="CNY">10.00</InstdAmt>' in answer.text
        assert sign_in("reviewer", StaffRole.REVIEWER).get(address).status == 403

    def test_of_one_that_is_paid_in_part_has_its_whole_amount_as_the_call_has(
        self, payout: Payout, officer: Visitor
    ) -> None:
        payout_answers.settle(fact=builders.a_part(payout, 400), now=NOW)

        assert '<InstdAmt Ccy="CNY">10.00</InstdAmt>' in officer.get(address_of(payout)).text

    def test_of_one_that_is_settled_there_is_none(self, payout: Payout, officer: Visitor) -> None:
        steps.settle(payout)

        assert address_of(payout) not in addresses_in(officer.get(f"/console/payouts/{payout.payout_id}"))
        assert officer.get(address_of(payout)).status == 409
