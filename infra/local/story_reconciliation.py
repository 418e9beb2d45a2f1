"""The bank's statements in a term: a message that is lost and comes back from one, a break that is explained."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from infra.local.district import DistrictData
from infra.local.stage import Cast, Step
from shared.kernel.clock import SHANGHAI

_LOST = datetime(2026, 9, 22, 12, 30, tzinfo=SHANGHAI)
_WRONG = datetime(2026, 9, 24, 12, 30, tzinfo=SHANGHAI)
_BREAKS = "/console/reconciliation/breaks"
_REASON = "银行承认期初多列1元，已要求重发"


class ReconciliationStory:
    """The steps of a term's reconciliation; the statements themselves come by the bank, every night."""

    def __init__(self, cast: Cast, data: DistrictData) -> None:
        self._cast = cast
        self._account_no = data.schools[2].institution.accounts.tuition_account_no

    def steps(self) -> Iterator[Step]:
        """A message is lost; a statement opens wrongly, is explained, and comes again as it should be."""
        bank = self._cast.district.bank

        def lose() -> None:
            bank.faults.arm("lose")
            bank.transfer(self._account_no, 12_345, remittance="书法材料费", payer_name="无名氏", transfer_id="lost-1")

        def spoil() -> None:
            bank.faults.arm("wrong_opening", account_no=self._account_no)

        def explain() -> None:
            officer = self._cast.officer("finance")
            for address in set(re.findall(rf"{_BREAKS}/{self._account_no}/[\d-]+/brk_\w+", officer.page(_BREAKS))):
                officer.send_to(address, f"{address}/taking")
                officer.send_to(address, f"{address}/settlement", becomes="explained", reason=_REASON)

        def send_again() -> None:
            bank.statements.send(self._account_no, _WRONG.date())

        yield Step(_LOST, "statement-lost-message", lose)
        yield Step(_WRONG, "statement-wrong", spoil)
        yield Step(_WRONG + timedelta(days=1), "statement-explained", explain)
        yield Step(_WRONG + timedelta(days=2), "statement-again", send_again)
