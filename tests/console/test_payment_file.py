"""A payout's instruction as a file."""

from typing import Any

from shared.people.model import StaffRole
from tests import official, steps
from tests.console.visitors import addresses_in, sign_in


class TestDownloadInstruction:
    def test_is_a_pain_001_that_the_official_structure_allows(self, in_memory: Any) -> None:
        steps.register()
        payout = steps.a_built_payout()
        officer = sign_in("finance", StaffRole.FINANCE_OFFICER)
        address = f"/console/payouts/{payout.payout_id}/pain.001.xml"

        assert address in addresses_in(officer.get(f"/console/payouts/{payout.payout_id}"))
        answer = officer.get(address)
        assert official.faults("pain.001.001.09", answer.text.encode()) == []
        assert '<InstdAmt Ccy="CNY">10.00</InstdAmt>' in answer.text
        assert sign_in("reviewer", StaffRole.REVIEWER).get(address).status == 403
