"""The bank on 127.0.0.1, an implementation of its own: it shares no code with ours, and checks our signatures with the
`standardwebhooks` package. Its balances are what the ledger's custody equation is held against.

Here is what it does; bank_door.py is its HTTP, bank_messages.py what it tells us, bank_faults.py what goes wrong.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

from infra.local import bank_corrections, bank_door, bank_interest
from infra.local.bank_books import Booked, Books, OtherBody, TooLittle, said, written
from infra.local.bank_corrections import moved
from infra.local.bank_faults import Faults
from infra.local.bank_messages import Messages
from infra.local.bank_notices import Notices
from infra.local.bank_statements import Deliver, Statements
from infra.local.site import Site

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.1
_ACCEPTED = [{"status": "accepted"}]
_ID = {
    "payout": "payout_id",
    "refund": "payment_id",
    "minimum_withdrawal": "withdrawal_id",
    "termination": "notice_no",
}
_DONE = {"payout": "payout.settled", "refund": "refund.paid", "minimum_withdrawal": "minimum_withdrawal.paid"}


class Bank:
    """The bank. Drive it step by step with `flush`, or let it work by itself between `start` and `stop`."""

    def __init__(
        self,
        *,
        port: int,
        events_url: str,
        webhook_key: str,
        instruction_key: str,
        clock: Callable[[], datetime],
        path: Path | None = None,
        settles_after_seconds: float = 0,
        notice_key: str = "",
        notices_url: str | None = None,
        deliver_file: Deliver | None = None,
    ) -> None:
        self._clock = clock
        self._settles_after_seconds = settles_after_seconds
        self._ended = Event()
        self._credited_through: date | None = None
        self._thread: Thread | None = None
        self._notices = Notices(notice_key, notices_url)
        self.books = Books(path)
        self.faults = Faults()
        self.messages = Messages(self.books, url=events_url, key=webhook_key, clock=clock, faults=self.faults)
        self.statements = Statements(self.books, clock=clock, faults=self.faults, deliver=deliver_file)
        self.site = Site("bank", port, bank_door.Door(self, instruction_key, clock, self._notices).routes())

    def open_account(self, account_no: str, *, holder: str, supervised: bool = True) -> None:
        """Open an account; one that is open stays as it is. A supervised one tells us of each movement."""
        self.books.open_account(account_no, holder=holder, supervised=supervised)

    def transfer(
        self,
        to_account_no: str,
        amount_fen: int,
        *,
        remittance: str,
        payer_name: str = "",
        payer_account_no: str = "",
        transfer_id: str | None = None,
    ) -> Booked:
        """Book a parent's transfer and owe the message about it. Raises NoAccount.

        A `transfer_id` that came before gives the transaction that it made then.
        """
        now = self._clock()
        with self.books.transaction():
            if transfer_id is not None and (there := self.books.find(transfer_id)):
                return there
            booked = self.books.book(
                to_account_no,
                amount_fen,
                counterparty=payer_name,
                counterparty_account_no=payer_account_no,
                purpose=remittance,
                at=now,
                asked_as=transfer_id,
            )
            if self.books.account(to_account_no)["supervised"]:
                self.messages.owe("deposit.posted", _deposit(booked), at=now)
        return booked

    def withdraw(self, account_no: str, amount_fen: int, *, counterparty: str, purpose: str) -> Booked:
        """Book money out that we didn't instruct, and owe the message about it. Raises NoAccount, TooLittle."""
        now = self._clock()
        with self.books.transaction():
            booked = self.books.book(
                account_no,
                -amount_fen,
                counterparty=counterparty,
                counterparty_account_no="",
                purpose=purpose,
                at=now,
            )
            if self.books.account(account_no)["supervised"]:
                self.messages.owe("withdrawal.posted", _withdrawal(booked), at=now)
        return booked

    def credit_interest(self, account_no: str | None = None, *, amount_fen: int | None = None) -> list[Booked]:
        """Credit the interest of the last quarter on supervised accounts, or on one; what was booked now.

        What the bank has computed is credited once; an amount that is told is credited whenever it is asked for.
        Raises NoAccount.
        """
        asked = [self.books.account(account_no)] if account_no else self.books.accounts()
        first, last = bank_interest.last_period(date.fromisoformat(said(self._clock())[:10]))
        found = [self._credit(one["account_no"], first, last, amount_fen) for one in asked if one["supervised"]]
        return [booked for booked in found if booked is not None]

    def _credit(self, account_no: str, first: date, last: date, amount_fen: int | None) -> Booked | None:
        now = self._clock()
        asked_as = f"interest-{account_no}-{last}" if amount_fen is None else None
        with self.books.transaction():
            if asked_as is not None and self.books.find(asked_as):
                return None
            amount = amount_fen or bank_interest.earned_fen(self.books.transactions(account_no), first, last)
            if not amount:
                return None
            if fault := self.faults.take(("wrong_interest",)):
                amount += int(fault[1].get("amount_fen", 100_000))
            booked = self.books.book(
                account_no,
                amount,
                counterparty="本行利息支出",
                counterparty_account_no="",
                purpose=f"结息 {first} 至 {last}",
                at=now,
                code="INTR",
                asked_as=asked_as,
            )
            days = {"period_from": first.isoformat(), "period_to": last.isoformat()}
            self.messages.owe("interest.posted", {**moved(booked), **days}, at=now)
        return booked

    def reverse(self, reference: str, *, reason: str = "付款人撤销") -> Booked:
        """Take a whole deposit back (冲正) and owe the message. Raises NothingToCorrect, TooLittle."""
        return bank_corrections.reverse(self.books, self.messages, reference, reason=reason, now=self._clock())

    def recall(self, told: Mapping[str, Any]) -> None:
        """Pay no more of a payout and owe the message of what never left."""
        bank_corrections.recall(self.books, self.messages, told, now=self._clock())

    def send_back(self, payout_id: str, *, amount_fen: int | None = None, reason: str = "收款账户已冻结") -> Booked:
        """The school's account sends a payout back; owe the message. Raises NothingToCorrect."""
        now = self._clock()
        return bank_corrections.send_back(
            self.books, self.messages, payout_id, amount_fen=amount_fen, reason=reason, now=now
        )

    def accept(self, kind: str, instruction: Mapping[str, Any]) -> bool:
        """Take an instruction; whether it is new, or a new try of one that failed and may be tried again.

        Raises OtherBody.
        """
        told = written(dict(sorted(instruction.items())))
        one = instruction[_ID[kind]]
        with self.books.transaction() as database:
            known = self.books.rows("select * from instructions where id = ?", one)
            if known and (known[0]["kind"], known[0]["instruction"]) != (kind, told):
                raise OtherBody(one)
            if known and (kind == "refund" or known[0]["status"] not in ("failed", "partly")):
                return False
            database.execute(
                "insert or replace into instructions values (?, ?, ?, 'accepted', ?)",
                (one, kind, told, said(self._clock())),
            )
        return True

    def flush(self) -> int:
        """Settle every payout, send every message, close every day that has ended; how many messages were taken."""
        taken = 0
        self._credit_when_due()
        while True:
            settled = self._settle(patient=False)
            delivered = self.messages.deliver(patient=False)
            taken += delivered
            if not settled and not delivered:
                self.statements.close_days()
                return taken

    def start(self) -> None:
        """Listen. Raises PortTaken."""
        self.site.start()

    def work(self) -> None:
        """Settle and deliver by itself from now on."""
        self._thread = Thread(target=self._go_on, name="bank", daemon=True)
        self._thread.start()

    def rest(self) -> None:
        """Deliver no more by itself; what is owed stays in the books."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def stop(self) -> None:
        """Close the door and the books."""
        self.rest()
        self.site.stop()
        self.books.close()

    def _go_on(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            try:
                self._credit_when_due()
                self._settle(patient=True)
                self.messages.deliver(patient=True)
                self.statements.close_days()
            except Exception:
                _log.exception("the bank stumbled")

    def _credit_when_due(self) -> None:
        """Credit the quarter that is over, on the first look after its end."""
        _, last = bank_interest.last_period(date.fromisoformat(said(self._clock())[:10]))
        if self._credited_through != last:
            self.credit_interest()
            self._credited_through = last

    def _settle(self, *, patient: bool) -> int:
        """Pay the instructions that were accepted, or say that it failed; how many."""
        now = self._clock()
        settled = 0
        for row in self.books.rows("select * from instructions where status = 'accepted' order by rowid"):
            waited = (now - datetime.fromisoformat(row["asked_at"])).total_seconds()
            if patient and waited < self._settles_after_seconds:
                continue
            with self.books.transaction() as database:
                if self.books.rows("select status from instructions where id = ?", row["id"]) != _ACCEPTED:
                    continue  # settled meanwhile by another thread
                pay = self._pay_back if row["kind"] == "termination" else partial(self._pay, row["kind"])
                status = pay(json.loads(row["instruction"]), now)
                database.execute("update instructions set status = ? where id = ?", (status, row["id"]))
            settled += 1
        return settled

    def _pay_back(self, told: Mapping[str, Any], now: datetime) -> str:
        """Return what a notice says, from all of its accounts or from none; not when it doesn't stand any more."""
        notice = self._notices.read(told)
        due = notice["returns"]
        short = any(self.books.balance_fen(one["account_no"]) < one["amount_fen"] for one in due)
        if short or not self._notices.stands(notice["notice_no"]):
            return "failed"
        for one in due:
            booked = self.books.book(
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
            self.messages.owe("termination.paid", data, at=now)
            self.books.end_supervision(one["account_no"])
        return "settled"

    def _pay(self, kind: str, told: Mapping[str, Any], now: datetime) -> str:
        fault = self.faults.take((f"fail_{kind}",))
        if fault:
            return self._fail(kind, told, str(fault[1].get("reason", "收款账户状态异常")), now)
        paid = bank_corrections.parts(self.books, told[_ID[kind]])
        rest = told["amount_fen"] + sum(part.amount_fen for part in paid)
        partly = self.faults.take(("partly_payout",)) if kind == "payout" and rest > 1 else None
        amount = min(int(partly[1].get("amount_fen", rest // 2)), rest - 1) if partly else rest
        try:
            booked = self.books.book(
                told["from_account_no"],
                -amount,
                counterparty=told.get("payee_name", ""),
                counterparty_account_no=told["to_account_no"],
                purpose=f"{told['purpose']} {told[_ID[kind]]}",
                at=now,
                asked_as=f"{told[_ID[kind]]}#{len(paid) + 1}",
                code="PAYOUT_PART" if partly else kind.upper(),
                end_to_end=str(told[_ID[kind]]).replace("_", "", 1),
            )
        except TooLittle:
            return self._fail(kind, told, "账户余额不足", now)
        data = {_ID[kind]: told[_ID[kind]], **moved(booked)}
        self.messages.owe("payout.partly_settled" if partly else _DONE[kind], data, at=now)
        return "partly" if partly else "settled"

    def _fail(self, kind: str, told: Mapping[str, Any], reason: str, now: datetime) -> str:
        paid = bank_corrections.parts(self.books, told[_ID[kind]])
        data = {
            _ID[kind]: told[_ID[kind]],
            "account_no": told["from_account_no"],
            "amount_fen": told["amount_fen"] + sum(part.amount_fen for part in paid),
            "currency": "CNY",
            "reason": reason,
            "booked_at": said(now),
        }
        self.messages.owe(f"{kind}.failed", data, at=now)
        return "failed"


def _deposit(booked: Booked) -> dict[str, Any]:
    payer = {"payer_name": booked.counterparty, "payer_account_no": booked.counterparty_account_no}
    return {**moved(booked), **payer, "remittance": booked.purpose}


def _withdrawal(booked: Booked) -> dict[str, Any]:
    return {**moved(booked), "counterparty": booked.counterparty, "purpose": booked.purpose}
