"""The bank's HTTP doors.

| | |
|---|---|
| `GET /accounts`, `/accounts/{account_no}`, `/instructions` | its books |
| `GET /transactions?account_no&day`, `/messages?status` | what moved, what it told us |
| `POST /accounts` `{account_no, holder, supervised}` | opens an account |
| `POST /school-accounts` `{holder, payout_account_no?}` | opens a school's two supervised accounts, once |
| `POST /account-inquiries` `{account_nos}`, signed | who holds these accounts |
| `POST /transfers` `{to_account_no, amount_fen, remittance, payer_name, payer_account_no, transfer_id}` | a payment |
| `POST /withdrawals` `{account_no, amount_fen, counterparty, purpose}` | money leaves without our instruction |
| `POST /reversals` `{bank_reference, reason}` | takes a whole deposit back |
| `POST /payouts/{payout_id}/return` `{amount_fen?, reason}` | the school's account sends a payout back |
| `POST /interest` `{account_no?, amount_fen?}` | credits the last quarter's interest |
| `POST /payouts`, `/payouts/{payout_id}/recall`, signed | pays a payout; pays no more of it |
| `POST /refunds`, `/minimum-withdrawals`, `/terminations`, signed | our other instructions |
| `POST /files`, signed | a pain.001 file of instructions (bank_files.py) |
| `POST /statements` `{account_no, day}`, `/notices` `{account_no}` | sends a camt.053 again, a camt.054 of today |
| `GET`, `POST`, `DELETE /faults` `{fault, count, …}` | what goes wrong next (bank_faults.py) |
| `POST /flush` | settles and delivers everything now |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from infra.local.bank_books import NoAccount, TooLittle
from infra.local.bank_corrections import NothingToCorrect
from infra.local.bank_faults import UnknownFault
from infra.local.site import Answer, Refused, Request

if TYPE_CHECKING:
    from infra.local.bank_simulator import Bank


class Door:
    """What the bank's doors answer; those for our signed instructions are in bank_instructions.py."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def routes(self) -> dict[str, Callable[[Request], Any]]:
        """The doors by method and path."""
        return {
            "GET /accounts": lambda request: {"data": self._bank.books.accounts()},
            "GET /accounts/{account_no}": _known(
                lambda request: self._bank.books.account(request.path_parts["account_no"])
            ),
            "POST /accounts": self._post_account,
            "POST /school-accounts": self._post_school_accounts,
            "GET /transactions": lambda request: {
                "data": self._bank.books.transactions(request.query.get("account_no"), day=request.query.get("day"))
            },
            "GET /messages": lambda request: {"data": self._bank.messages.listed(request.query.get("status"))},
            "GET /instructions": lambda request: {"data": self._bank.books.rows("select * from instructions")},
            "POST /transfers": _known(self._post_transfer),
            "POST /withdrawals": _known(self._post_withdrawal),
            "POST /reversals": _known(self._post_reversal),
            "POST /payouts/{payout_id}/return": _known(self._post_return),
            "POST /interest": _known(self._post_interest),
            "POST /statements": _known(self._post_statement),
            "POST /notices": _known(self._post_notice),
            "GET /faults": lambda request: {"data": self._bank.faults.listed()},
            "POST /faults": self._post_fault,
            "DELETE /faults": self._delete_faults,
            "POST /flush": lambda request: {"delivered": self._bank.flush(), "messages": self._bank.messages.counts()},
        }

    def _post_account(self, request: Request) -> Answer:
        told = request.json()
        account_no = _text(told, "account_no")
        self._bank.open_account(account_no, holder=_text(told, "holder"), supervised=bool(told.get("supervised", True)))
        return Answer(self._bank.books.account(account_no), 201)

    def _post_school_accounts(self, request: Request) -> Answer:
        told = request.json()
        payout = _text(told, "payout_account_no", "")
        return Answer(self._bank.open_accounts_for(_text(told, "holder"), payout_account_no=payout), 201)

    def _post_transfer(self, request: Request) -> Answer:
        told = request.json()
        booked = self._bank.transfer(
            _text(told, "to_account_no"),
            _amount(told),
            remittance=_text(told, "remittance", ""),
            payer_name=_text(told, "payer_name", ""),
            payer_account_no=_text(told, "payer_account_no", ""),
            transfer_id=_text(told, "transfer_id", "") or None,
        )
        return Answer({"bank_reference": booked.reference, "booked_at": booked.booked_at}, 201)

    def _post_withdrawal(self, request: Request) -> Answer:
        told = request.json()
        counterparty, purpose = _text(told, "counterparty", ""), _text(told, "purpose", "")
        booked = self._bank.withdraw(
            _text(told, "account_no"), _amount(told), counterparty=counterparty, purpose=purpose
        )
        return Answer({"bank_reference": booked.reference, "booked_at": booked.booked_at}, 201)

    def _post_reversal(self, request: Request) -> Answer:
        told = request.json()
        booked = self._bank.reverse(_text(told, "bank_reference"), reason=_text(told, "reason", "付款人撤销"))
        return Answer({"bank_reference": booked.reference, "booked_at": booked.booked_at}, 201)

    def _post_return(self, request: Request) -> Answer:
        told = request.json()
        amount = _amount(told) if "amount_fen" in told else None
        reason = _text(told, "reason", "收款账户已冻结")
        booked = self._bank.send_back(request.path_parts["payout_id"], amount_fen=amount, reason=reason)
        return Answer({"bank_reference": booked.reference, "booked_at": booked.booked_at}, 201)

    def _post_interest(self, request: Request) -> Answer:
        told = request.json()
        amount = _amount(told) if "amount_fen" in told else None
        booked = self._bank.credit_interest(_text(told, "account_no", "") or None, amount_fen=amount)
        shown = [{"bank_reference": one.reference, "account_no": one.account_no} for one in booked]
        return Answer({"data": shown}, 201)

    def _post_statement(self, request: Request) -> Answer:
        told = request.json()
        try:
            day = date.fromisoformat(_text(told, "day"))
        except ValueError:
            raise Refused(422, "day is a day, such as 2026-09-01") from None
        return Answer({"file": self._bank.statements.send(_text(told, "account_no"), day)}, 202)

    def _post_notice(self, request: Request) -> Answer:
        return Answer({"file": self._bank.statements.send_notice(_text(request.json(), "account_no"))}, 202)

    def _delete_faults(self, request: Request) -> dict[str, Any]:
        self._bank.faults.clear()
        return {"data": []}

    def _post_fault(self, request: Request) -> dict[str, Any]:
        told = request.json()
        kind, count = told.pop("fault", ""), told.pop("count", 1)
        try:
            self._bank.faults.arm(kind, count=count, **told)
        except (UnknownFault, TypeError):
            raise Refused(422, f"there is no fault {kind!r}") from None
        return {"data": self._bank.faults.listed()}


def _known(answer: Callable[[Request], Any]) -> Callable[[Request], Any]:
    def checked(request: Request) -> Any:
        try:
            return answer(request)
        except NoAccount as missing:
            raise Refused(404, f"there is no account {missing}") from None
        except NothingToCorrect as nothing:
            raise Refused(404, f"there is nothing of {nothing} to take back") from None
        except TooLittle as little:
            raise Refused(409, f"account {little} holds too little") from None

    return checked


def _amount(told: Mapping[str, Any]) -> int:
    amount = told.get("amount_fen")
    if type(amount) is not int or not 0 < amount <= 10**13:
        raise Refused(422, "amount_fen is a positive number of fen")
    return amount


def _text(told: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = told.get(name, default)
    if not isinstance(value, str):
        raise Refused(422, f"{name} is missing")
    return value
