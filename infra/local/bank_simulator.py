"""The bank on 127.0.0.1, an implementation of its own: it shares no code with ours, and checks our signatures with the
`standardwebhooks` package. Its balances are what the ledger's custody equation is held against.

Here is what moves without our instruction; bank_payments.py does what we instruct; bank_door.py and
bank_instructions.py are its HTTP, bank_messages.py what it tells us, bank_faults.py what goes wrong.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

from infra.local import bank_corrections, bank_door, bank_inquiries, bank_instructions, bank_interest
from infra.local.bank_books import Booked, Books, said
from infra.local.bank_corrections import moved
from infra.local.bank_faults import Faults
from infra.local.bank_messages import Messages
from infra.local.bank_notices import Notices
from infra.local.bank_payments import Payments
from infra.local.bank_statements import Deliver, Statements
from infra.local.site import Site

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.1


class Bank:
    """The bank. Drive it step by step with `flush`, or let it work by itself between `start` and `stop`."""

    def __init__(
        self,
        *,
        port: int,
        events_url: str,
        webhook_key: str,
        instruction_key: str,
        inquiry_key: str,
        clock: Callable[[], datetime],
        path: Path | None = None,
        settles_after_seconds: float = 0,
        notice_key: str = "",
        notices_url: str | None = None,
        deliver_file: Deliver | None = None,
    ) -> None:
        self._clock = clock
        self._ended = Event()
        self._credited_through: date | None = None
        self._thread: Thread | None = None
        self._notices = Notices(notice_key, notices_url)
        self.books = Books(path)
        self.faults = Faults()
        self.messages = Messages(self.books, url=events_url, key=webhook_key, clock=clock, faults=self.faults)
        self.statements = Statements(self.books, clock=clock, faults=self.faults, deliver=deliver_file)
        self.payments = Payments(
            self.books,
            self.messages,
            self._notices,
            clock=clock,
            faults=self.faults,
            settles_after_seconds=settles_after_seconds,
        )
        orders = bank_instructions.Instructions(self, instruction_key, clock, self._notices)
        asked = bank_inquiries.Inquiries(self, inquiry_key, clock)
        self.site = Site("bank", port, {**bank_door.Door(self).routes(), **orders.routes(), **asked.routes()})

    def open_account(self, account_no: str, *, holder: str, supervised: bool = True) -> None:
        """Open an account; one that is open stays as it is. A supervised one tells us of each movement."""
        self.books.open_account(account_no, holder=holder, supervised=supervised)

    def open_accounts_for(self, holder: str, *, payout_account_no: str = "") -> dict[str, str]:
        """Open a school's supervised accounts, once, and its own one where that is told; the numbers of the two."""
        return bank_inquiries.open_for(self.books, holder, payout_account_no=payout_account_no)

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

    def flush(self) -> int:
        """Settle every payout, send every message, close every day that has ended; how many messages were taken."""
        taken = 0
        self._credit_when_due()
        while True:
            settled = self.payments.settle(patient=False)
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
                self.payments.settle(patient=True)
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


def _deposit(booked: Booked) -> dict[str, Any]:
    payer = {"payer_name": booked.counterparty, "payer_account_no": booked.counterparty_account_no}
    return {**moved(booked), **payer, "remittance": booked.purpose}


def _withdrawal(booked: Booked) -> dict[str, Any]:
    return {**moved(booked), "counterparty": booked.counterparty, "purpose": booked.purpose}
