"""How the bank reads a termination notice, by its own means, with the bureau's public key; and what it pays on it."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import urllib3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from infra.local.bank_books import Books, said
from infra.local.bank_corrections import moved
from infra.local.bank_faults import Faults
from infra.local.bank_messages import Messages


class Forged(ValueError):
    """A notice that the bureau hasn't signed."""


class Notices:
    """`key` is the bureau's public key, `whpk_<base64>`; at `url` it says whether a notice stands (None: nowhere)."""

    def __init__(self, key: str, url: str | None) -> None:
        self._key = key
        self._url = url
        self._http = urllib3.PoolManager(timeout=5.0, retries=False)

    def read(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """What an instruction's notice says. Raises Forged."""
        try:
            public = Ed25519PublicKey.from_public_bytes(base64.b64decode(self._key.removeprefix("whpk_")))
            public.verify(base64.b64decode(told["signature"], validate=True), told["notice"].encode())
            notice: dict[str, Any] = json.loads(told["notice"])
        except (InvalidSignature, ValueError):
            raise Forged("the notice isn't signed by the bureau") from None
        if notice["notice_no"] != told["notice_no"]:
            raise Forged("the notice has another number")
        return notice

    def stands(self, notice_no: str) -> bool:
        """Whether the bureau says that a notice may be executed."""
        if self._url is None:
            return True
        try:
            answer = self._http.request("GET", f"{self._url}/{notice_no}")
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == 200 and answer.json()["status"] == "valid"


def pay_back(
    books: Books, messages: Messages, faults: Faults, notices: Notices, told: Mapping[str, Any], *, now: datetime
) -> str:
    """Return what each account of a notice holds, or tell why not; nothing when it doesn't stand any more.

    How it ended: settled or failed. The accounts go on being told of: interest comes later, and late transfers.
    """
    notice = notices.read(told)
    if not notices.stands(notice["notice_no"]):
        return "failed"
    failures = 0
    for one in notice["returns"]:
        failure = _failure(books, faults, one)
        if failure:
            data = {"notice_no": notice["notice_no"], "account_no": one["account_no"], "amount_fen": one["amount_fen"]}
            more = {"currency": "CNY", "reason": failure, "booked_at": said(now)}
            messages.owe("termination.failed", {**data, **more}, at=now)
            failures += 1
            continue
        booked = books.book(
            one["account_no"],
            -one["amount_fen"],
            counterparty=notice["school"],
            counterparty_account_no=notice["payee_account_no"],
            purpose=f"终止退还 {notice['title']}",
            at=now,
            code="TERMINATION",
            end_to_end=notice["notice_no"],
        )
        data = {"notice_no": notice["notice_no"], "signature": told["signature"], **moved(booked)}
        messages.owe("termination.paid", data, at=now)
    return "failed" if failures else "settled"


def _failure(books: Books, faults: Faults, one: Mapping[str, Any]) -> str:
    """Why an account's money can't be returned; empty when it can."""
    if fault := faults.take(("fail_termination",)):
        return str(fault[1].get("reason", "收款账户已销户"))
    return "账户余额不足" if books.balance_fen(one["account_no"]) < one["amount_fen"] else ""
