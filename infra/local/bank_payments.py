"""What the bank does with our instructions: takes each id once, pays it, says what became of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from infra.local import bank_corrections
from infra.local.bank_books import Books, OtherBody, TooLittle, said, written
from infra.local.bank_corrections import moved
from infra.local.bank_faults import Faults
from infra.local.bank_messages import Messages
from infra.local.bank_notices import Notices, pay_back

_ACCEPTED = [{"status": "accepted"}]
ID_NAMES = {
    "payout": "payout_id",
    "refund": "payment_id",
    "minimum_withdrawal": "withdrawal_id",
    "termination": "notice_no",
}
_DONE = {"payout": "payout.settled", "refund": "refund.paid", "minimum_withdrawal": "minimum_withdrawal.paid"}
_ONCE = ("refund", "minimum_withdrawal", "termination")  # what failed isn't tried again under the same id
_TEXTS = ("payee_name", "purpose")  # a file may cut them short


class Payments:
    """The instructions in the books, from their coming to their answer."""

    def __init__(
        self,
        books: Books,
        messages: Messages,
        notices: Notices,
        *,
        clock: Callable[[], datetime],
        faults: Faults,
        settles_after_seconds: float,
    ) -> None:
        self._books = books
        self._messages = messages
        self._notices = notices
        self._clock = clock
        self._faults = faults
        self._settles_after_seconds = settles_after_seconds

    def accept(self, kind: str, instruction: Mapping[str, Any]) -> bool:
        """Take an instruction; whether it is new, or a new try of one that may be tried again.

        Raises OtherBody.
        """
        one = instruction[ID_NAMES[kind]]
        with self._books.transaction() as database:
            known = self._books.rows("select * from instructions where id = ?", one)
            if known and (known[0]["kind"] != kind or not _same(known[0]["instruction"], instruction)):
                raise OtherBody(one)
            if known and (kind in _ONCE or known[0]["status"] not in ("failed", "partly")):
                return False
            told = written(dict(sorted(instruction.items())))
            database.execute(
                "insert or replace into instructions values (?, ?, ?, 'accepted', ?)",
                (one, kind, told, said(self._clock())),
            )
        return True

    def accept_all(self, instructions: Sequence[tuple[str, Mapping[str, Any]]]) -> int:
        """Take many instructions with their kinds, all or none; how many are new. Raises OtherBody with such ids."""
        new, others = 0, list[str]()
        with self._books.transaction():
            for kind, instruction in instructions:
                try:
                    new += self.accept(kind, instruction)
                except OtherBody as other:
                    others += other.args
            if others:
                raise OtherBody(*others)
        return new

    def settle(self, *, patient: bool) -> int:
        """Pay the instructions that were accepted, or say that it failed; how many."""
        now = self._clock()
        settled = 0
        for row in self._books.rows("select * from instructions where status = 'accepted' order by rowid"):
            waited = (now - datetime.fromisoformat(row["asked_at"])).total_seconds()
            if patient and waited < self._settles_after_seconds:
                continue
            with self._books.transaction() as database:
                if self._books.rows("select status from instructions where id = ?", row["id"]) != _ACCEPTED:
                    continue  # settled meanwhile by another thread
                pay = self._pay_back if row["kind"] == "termination" else partial(self._pay, row["kind"])
                status = pay(json.loads(row["instruction"]), now)
                database.execute("update instructions set status = ? where id = ?", (status, row["id"]))
            settled += 1
        return settled

    def _pay_back(self, told: Mapping[str, Any], now: datetime) -> str:
        return pay_back(self._books, self._messages, self._faults, self._notices, told, now=now)

    def _pay(self, kind: str, told: Mapping[str, Any], now: datetime) -> str:
        fault = self._faults.take((f"fail_{kind}",))
        if fault:
            return self._fail(kind, told, str(fault[1].get("reason", "收款账户状态异常")), now)
        paid = bank_corrections.parts(self._books, told[ID_NAMES[kind]])
        rest = told["amount_fen"] + sum(part.amount_fen for part in paid)
        partly = self._faults.take(("partly_payout",)) if kind == "payout" and rest > 1 else None
        amount = min(int(partly[1].get("amount_fen", rest // 2)), rest - 1) if partly else rest
        try:
            booked = self._books.book(
                told["from_account_no"],
                -amount,
                counterparty=told.get("payee_name", ""),
                counterparty_account_no=told["to_account_no"],
                purpose=f"{told['purpose']} {told[ID_NAMES[kind]]}",
                at=now,
                asked_as=f"{told[ID_NAMES[kind]]}#{len(paid) + 1}",
                code="PAYOUT_PART" if partly else kind.upper(),
                end_to_end=str(told[ID_NAMES[kind]]).replace("_", "", 1),
            )
        except TooLittle:
            return self._fail(kind, told, "账户余额不足", now)
        data = {ID_NAMES[kind]: told[ID_NAMES[kind]], **moved(booked)}
        self._messages.owe("payout.partly_settled" if partly else _DONE[kind], data, at=now)
        return "partly" if partly else "settled"

    def _fail(self, kind: str, told: Mapping[str, Any], reason: str, now: datetime) -> str:
        paid = bank_corrections.parts(self._books, told[ID_NAMES[kind]])
        data = {
            ID_NAMES[kind]: told[ID_NAMES[kind]],
            "account_no": told["from_account_no"],
            "amount_fen": told["amount_fen"] + sum(part.amount_fen for part in paid),
            "currency": "CNY",
            "reason": reason,
            "booked_at": said(now),
        }
        self._messages.owe(f"{kind}.failed", data, at=now)
        return "failed"


def _same(known: str, told: Mapping[str, Any]) -> bool:
    """Whether an instruction is the one that was written down, as far as a call and a file both tell it."""
    before: Mapping[str, Any] = json.loads(known or "{}")
    return bool(before) and all(told[name] == value for name, value in before.items() if name in told.keys() - _TEXTS)
