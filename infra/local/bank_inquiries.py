"""What the bank opens for a school, and its door for our signed inquiries: it moves nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from infra.local.bank_books import Books
from infra.local.bank_faults import INQUIRY_FAULTS
from infra.local.bank_signed import Signed
from infra.local.site import Answer, Refused, Request

if TYPE_CHECKING:
    from infra.local.bank_simulator import Bank

_MOST = 10
_FIRST_NUMBER = 9_000_000_000_000_000_001  # away from those that a district begins with


class Inquiries:
    """Answers who holds an account. `key` is the one that our inquiries are signed with."""

    def __init__(self, bank: Bank, key: str, clock: Callable[[], datetime]) -> None:
        self._bank = bank
        self._signed = Signed(key, clock)

    def routes(self) -> dict[str, Callable[[Request], Any]]:
        """The door by method and path."""
        return {"POST /account-inquiries": self._post_inquiry}

    def _post_inquiry(self, request: Request) -> Answer:
        self._signed.require(request)
        numbers = request.json().get("account_nos")
        if not isinstance(numbers, list) or not 0 < len(numbers) <= _MOST:
            raise Refused(422, f"account_nos is a list of 1 to {_MOST}")
        fault, _, _ = self._bank.faults.take(INQUIRY_FAULTS) or ("", {}, False)
        if fault == "busy_inquiry":
            raise Refused(503, "busy")
        if fault == "silent_inquiry":
            return Answer(None, status=0)
        if fault == "garbled_inquiry":
            return Answer({"data": [{"account_no": 1}]})
        found = [_told(one) for one in self._bank.books.accounts() if one["account_no"] in numbers]
        if fault == "other_holder":
            found = [{**one, "holder": "某某贸易有限公司"} for one in found]
        return Answer({"data": found})


def open_for(books: Books, holder: str, *, payout_account_no: str = "") -> dict[str, str]:
    """Open a school's two supervised accounts, once, and its own account where that is told; their numbers."""
    with books.transaction():
        theirs = [one for one in books.accounts() if one["holder"] == holder and one["supervised"]]
        numbers = [str(one["account_no"]) for one in theirs][:2]
        known = (str(one["account_no"]) for one in books.accounts())
        taken = [int(number) for number in known if number.isdecimal() and int(number) >= _FIRST_NUMBER]
        while len(numbers) < 2:
            taken.append(max(taken, default=_FIRST_NUMBER - 1) + 1)
            books.open_account(str(taken[-1]), holder=holder, supervised=True)
            numbers.append(str(taken[-1]))
        if payout_account_no:
            books.open_account(payout_account_no, holder=holder, supervised=False)
    return {"tuition_account_no": numbers[0], "minimum_balance_account_no": numbers[1]}


def _told(account: Mapping[str, Any]) -> dict[str, Any]:
    return {name: account[name] for name in ("account_no", "holder", "supervised", "balance_fen", "currency")}
