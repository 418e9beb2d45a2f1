"""The bank's doors for our instructions, each signed: by call, or many in a pain.001 file. An id is paid once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from infra.local import bank_files
from infra.local.bank_books import OtherBody
from infra.local.bank_notices import Forged, Notices
from infra.local.bank_signed import Signed
from infra.local.site import Answer, Refused, Request

if TYPE_CHECKING:
    from infra.local.bank_simulator import Bank

_COMMON = {"from_account_no": str, "to_account_no": str, "amount_fen": int, "currency": str, "purpose": str}
_INSTRUCTIONS = {
    "payout": {"payout_id": str, **_COMMON},
    "minimum_withdrawal": {"withdrawal_id": str, **_COMMON},
    "refund": {"payment_id": str, "payee_name": str, "original_bank_reference": str, **_COMMON},
    "termination": {"notice_no": str, "notice": str, "signature": str, "currency": str},
}
_RECALL = {"payout_id": str, "from_account_no": str, "amount_fen": int, "currency": str, "reason": str}


class Instructions:
    """What these doors answer. `key` is the one that our instructions are signed with."""

    def __init__(self, bank: Bank, key: str, clock: Callable[[], datetime], notices: Notices) -> None:
        self._notices = notices
        self._bank = bank
        self._signed = Signed(key, clock)

    def routes(self) -> dict[str, Callable[[Request], Any]]:
        """The doors by method and path."""
        return {
            "POST /payouts": lambda request: self._post_instruction(request, "payout"),
            "POST /payouts/{payout_id}/recall": self._post_recall,
            "POST /refunds": lambda request: self._post_instruction(request, "refund"),
            "POST /minimum-withdrawals": lambda request: self._post_instruction(request, "minimum_withdrawal"),
            "POST /terminations": self._post_termination,
            "POST /files": self._post_file,
        }

    def _post_recall(self, request: Request) -> Answer:
        self._signed.require(request)
        told = request.json()
        if {name: type(value) for name, value in told.items()} != _RECALL:
            raise Refused(422, "a recall has exactly the documented fields")
        if told["payout_id"] != request.path_parts["payout_id"] or told["amount_fen"] <= 0:
            raise Refused(422, "the recall is of another payout, or of nothing")
        self._bank.recall(told)
        return Answer({"status": "accepted"}, 202)

    def _post_instruction(self, request: Request, kind: str) -> Answer:
        self._signed.require(request)
        told = request.json()
        if {name: type(value) for name, value in told.items()} != _INSTRUCTIONS[kind]:
            raise Refused(422, "an instruction has exactly the documented fields")
        if told["amount_fen"] <= 0 or told["currency"] != "CNY":
            raise Refused(422, "amount_fen is a positive number of fen in CNY")
        if told["from_account_no"] not in self._account_nos():
            raise Refused(422, "from_account_no is not an account of this bank")
        if not told["to_account_no"]:
            raise Refused(422, "to_account_no is missing")
        return self._accepted(kind, told)

    def _accepted(self, kind: str, told: Mapping[str, Any]) -> Answer:
        try:
            is_new = self._bank.payments.accept(kind, told)
        except OtherBody as other:
            raise Refused(409, f"{other} came with another body") from None
        if self._bank.faults.take(("no_answer",)):
            return Answer(None, status=0)
        return Answer({"status": "accepted"}, 202 if is_new else 200)

    def _post_termination(self, request: Request) -> Answer:
        self._signed.require(request)
        told = request.json()
        if {name: type(value) for name, value in told.items()} != _INSTRUCTIONS["termination"]:
            raise Refused(422, "an instruction has exactly the documented fields")
        if self._bank.faults.take(("refuse_termination",)):
            raise Refused(409, "the notice can't be executed now")
        try:
            notice = self._notices.read(told)
        except Forged as forged:
            raise Refused(422, str(forged)) from None
        if not {one["account_no"] for one in notice["returns"]} <= self._account_nos():
            raise Refused(422, "the notice names an account that isn't at this bank")
        return self._accepted("termination", told)

    def _post_file(self, request: Request) -> Answer:
        """All of a file's instructions are accepted, or none; those that were known before are paid once."""
        self._signed.require(request)
        try:
            ordered = bank_files.read(request.body)
        except bank_files.FileRefused as refusal:
            return Answer({"code": refusal.code, "line": refusal.line, "error": str(refusal)}, 422)
        known = self._account_nos()
        for one in ordered:
            if one.instruction["from_account_no"] not in known:
                error = f"line {one.line}: {one.instruction['from_account_no']} is not an account of this bank"
                return Answer({"code": "unknown_account", "line": one.line, "error": error}, 422)
        try:
            new = self._bank.payments.accept_all([(one.kind, one.instruction) for one in ordered])
        except OtherBody as others:
            ids = list(others.args)
            return Answer({"code": "other_body", "ids": ids, "error": f"{', '.join(ids)} came with another body"}, 409)
        if self._bank.faults.take(("no_answer",)):
            return Answer(None, status=0)
        return Answer({"status": "accepted", "new": new, "known": len(ordered) - new}, 202 if new else 200)

    def _account_nos(self) -> set[str]:
        return {account["account_no"] for account in self._bank.books.accounts()}
