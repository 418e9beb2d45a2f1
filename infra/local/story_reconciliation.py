"""The bank's files in a term: a message that is lost comes back from a statement, a break is explained, and a day's
instructions are handed over as files beside the calls.
"""

import os
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from infra.local import doors
from infra.local.district import DistrictData
from infra.local.stage import Cast, Step
from shared.kernel.clock import SHANGHAI

_INTEREST = datetime(2026, 9, 20, 23, tzinfo=SHANGHAI)  # the bank credits the quarter after midnight
_LOST = datetime(2026, 9, 22, 12, 30, tzinfo=SHANGHAI)
_WRONG = datetime(2026, 9, 24, 12, 30, tzinfo=SHANGHAI)
_FILES = datetime(2026, 10, 12, 10, tzinfo=SHANGHAI)  # a Monday: payouts were built in the night
_FILE = r"/console/instructions/[\d-]+/\w+/pain\.001\.xml"
_BREAKS = "/console/reconciliation/breaks"
_REASON = "银行承认期初多列1元，已要求重发"


class ReconciliationStory:
    """The steps of a term's reconciliation; the statements themselves come by the bank, every night."""

    def __init__(self, cast: Cast, data: DistrictData) -> None:
        self._cast = cast
        self._account_no = data.schools[2].institution.accounts.tuition_account_no

    def steps(self) -> Iterator[Step]:
        """A credit of interest comes with a wrong amount and is refused, then as it is signed; a message is lost; a
        statement opens wrongly, is explained, and comes again as it should be; files go out.
        """
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

        def hand_over() -> None:
            officer = self._cast.officer("finance")
            for address in set(re.findall(_FILE, officer.page(f"/console/instructions?day={_FILES.date()}"))):
                content, now = officer.page(address).encode(), self._cast.district.clock()
                doors.hand_over(bank.site.url, os.environ["BANK_SIGNING_KEY"], content, now=now)

        yield Step(_INTEREST, "interest-altered", lambda: bank.faults.arm("alter"))
        yield Step(_LOST, "statement-lost-message", lose)
        yield Step(_WRONG, "statement-wrong", spoil)
        yield Step(_WRONG + timedelta(days=1), "statement-explained", explain)
        yield Step(_WRONG + timedelta(days=2), "statement-again", send_again)
        yield Step(_FILES, "instruct-by-file", hand_over)
