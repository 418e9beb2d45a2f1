"""The bank's own books: accounts, transactions, our instructions, and the messages that it owes. It knows nothing of
our ledger, so that its balances can judge it. One SQLite file; `audit` proves that the balances are the transactions.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import RLock
from typing import Any

_SHANGHAI = timezone(timedelta(hours=8))
SCHEMA = """
create table if not exists accounts (
    account_no text primary key, holder text not null, supervised integer not null, balance_fen integer not null
);
create table if not exists transactions (
    number integer primary key autoincrement, reference text unique, account_no text not null,
    amount_fen integer not null, counterparty text not null, counterparty_account_no text not null,
    purpose text not null, booked_at text not null, code text not null, end_to_end text not null, asked_as text unique
);
create index if not exists by_account on transactions (account_no, number);
create table if not exists instructions (
    id text primary key, kind text not null, instruction text not null, status text not null, asked_at text not null
);
create table if not exists closed_days (day text primary key);
create table if not exists messages (
    number integer primary key autoincrement, turn real, message_id text unique, type text not null, body text not null,
    status text not null, tries integer not null default 0, repeats integer not null default 0,
    first_try text not null default '', not_before text not null, retry_at text not null, last_answer text default ''
);
create index if not exists by_status on messages (status, turn);
"""


class NoAccount(Exception):
    """There is no such account at this bank."""


class TooLittle(Exception):
    """The account doesn't hold that much."""


class OtherBody(Exception):
    """An instruction's id came with another body."""


@dataclass(frozen=True)
class Booked:
    """A transaction. `amount_fen` is negative when money left the account."""

    reference: str
    account_no: str
    amount_fen: int
    counterparty: str
    counterparty_account_no: str
    purpose: str
    booked_at: str


class Books:
    """The books in `path`, or in memory for as long as the process lives."""

    def __init__(self, path: Path | None) -> None:
        self._lock = RLock()
        self._database = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.executescript("pragma journal_mode=wal; pragma synchronous=off;" + SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or none of it, one at a time. One within another is part of it."""
        with self._lock:
            if self._database.in_transaction:
                yield self._database
                return
            self._database.execute("begin")
            try:
                yield self._database
            except BaseException:
                self._database.execute("rollback")
                raise
            self._database.execute("commit")

    def rows(self, query: str, *arguments: object) -> list[dict[str, Any]]:
        """What a query finds."""
        with self._lock:
            return [dict(row) for row in self._database.execute(query, arguments)]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def open_account(self, account_no: str, *, holder: str, supervised: bool) -> None:
        """Open an account; one that is open stays as it is."""
        with self.transaction() as database:
            database.execute(
                "insert or ignore into accounts values (?, ?, ?, 0)", (account_no, holder, int(supervised))
            )

    def account(self, account_no: str) -> dict[str, Any]:
        """An account. Raises NoAccount."""
        found = self.rows("select * from accounts where account_no = ?", account_no)
        if not found:
            raise NoAccount(account_no)
        return _shown(found[0])

    def accounts(self) -> list[dict[str, Any]]:
        """Every account."""
        return [_shown(row) for row in self.rows("select * from accounts order by account_no")]

    def balance_fen(self, account_no: str) -> int:
        """What an account holds. Raises NoAccount."""
        return int(self.account(account_no)["balance_fen"])

    def book(
        self,
        account_no: str,
        amount_fen: int,
        *,
        counterparty: str,
        counterparty_account_no: str,
        purpose: str,
        at: datetime,
        asked_as: str | None = None,
        code: str = "",
        end_to_end: str = "",
    ) -> Booked:
        """Book money in (positive) or out (negative). Raises NoAccount, TooLittle. Use it inside `transaction`.

        `code` is what kind of movement the statement tells, `end_to_end` the id of ours that it belongs to.
        """
        balance = self.balance_fen(account_no) + amount_fen
        if balance < 0:
            raise TooLittle(account_no)
        moment = said(at)
        told = (account_no, amount_fen, counterparty, counterparty_account_no, purpose, moment)
        number = self._database.execute(
            "insert into transactions"
            " (account_no, amount_fen, counterparty, counterparty_account_no, purpose, booked_at, code, end_to_end,"
            " asked_as) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*told, code or ("DEPOSIT" if amount_fen > 0 else "WITHDRAWAL"), end_to_end, asked_as),
        ).lastrowid
        reference = f"{at.astimezone(_SHANGHAI):%Y%m%d}{number:010d}"
        self._database.execute("update transactions set reference = ? where number = ?", (reference, number))
        self._database.execute("update accounts set balance_fen = ? where account_no = ?", (balance, account_no))
        return Booked(reference, *told)

    def find(self, asked_as: str) -> Booked | None:
        """The transaction that was asked for under this name."""
        for row in self.rows("select * from transactions where asked_as = ?", asked_as):
            return Booked(**{field: row[field] for field in Booked.__dataclass_fields__})
        return None

    def transactions(self, account_no: str | None = None, *, day: str | None = None) -> list[dict[str, Any]]:
        """Transactions in order, of one account or of one day in Shanghai where that is asked."""
        found = self.rows(
            "select * from transactions where (?1 is null or account_no = ?1)"
            " and (?2 is null or substr(booked_at, 1, 10) = ?2) order by number",
            account_no,
            day,
        )
        return [{name: value for name, value in row.items() if name not in ("number", "asked_as")} for row in found]

    def paid_to(self, account_no: str) -> int:
        """What the bank has paid in refunds to an account that isn't here, in fen."""
        query = "select coalesce(sum(-amount_fen), 0) as fen from transactions where code = 'REFUND'"
        return int(self.rows(f"{query} and counterparty_account_no = ?", account_no)[0]["fen"])

    def audit(self) -> list[str]:
        """The accounts whose balance isn't the sum of their transactions: none, ever."""
        found = self.rows(
            "select account_no from accounts where balance_fen !="
            " (select coalesce(sum(amount_fen), 0) from transactions where account_no = accounts.account_no)"
        )
        return [str(row["account_no"]) for row in found]


def said(at: datetime) -> str:
    """A moment as the bank says it."""
    return at.astimezone(_SHANGHAI).isoformat(timespec="milliseconds")


def written(body: Mapping[str, Any]) -> str:
    """A body as the bank writes it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "supervised": bool(row["supervised"]), "currency": "CNY"}
