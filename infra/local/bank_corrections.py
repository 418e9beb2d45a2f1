"""What the bank takes back or gives up: a deposit is reversed, a payout recalled or sent back by its payee."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from infra.local.bank_books import Booked, Books, said
from infra.local.bank_messages import Messages


class NothingToCorrect(Exception):
    """There is no such deposit, or nothing of the payout was paid."""


def reverse(books: Books, messages: Messages, reference: str, *, reason: str, now: datetime) -> Booked:
    """Take a whole deposit back and owe the message; once. Raises NothingToCorrect, TooLittle."""
    with books.transaction():
        if there := books.find(f"reversal#{reference}"):
            return there
        found = books.rows("select * from transactions where reference = ? and amount_fen > 0", reference)
        if not found:
            raise NothingToCorrect(reference)
        deposit = found[0]
        booked = books.book(
            deposit["account_no"],
            -deposit["amount_fen"],
            counterparty=deposit["counterparty"],
            counterparty_account_no=deposit["counterparty_account_no"],
            purpose=f"冲正 {reference}",
            at=now,
            asked_as=f"reversal#{reference}",
            code="REVERSAL",
            end_to_end=reference,
        )
        told = {**moved(booked), "original_reference": reference, "reason": reason}
        messages.owe("deposit.reversed", told, at=now)
    return booked


def recall(books: Books, messages: Messages, told: Mapping[str, Any], *, now: datetime) -> None:
    """Pay no more of a payout and say what never left; or say again that all of it was paid."""
    one = told["payout_id"]
    with books.transaction() as database:
        known = books.rows("select status from instructions where id = ?", one)
        paid = parts(books, one)
        if known and known[0]["status"] == "settled":
            messages.owe("payout.settled", {"payout_id": one, **moved(paid[-1])}, at=now)
            return
        database.execute(
            "insert into instructions values (?, 'payout', '', 'recalled', ?)"
            " on conflict (id) do update set status = 'recalled'",
            (one, said(now)),
        )
        rest = told["amount_fen"] + sum(part.amount_fen for part in paid)
        left = {"account_no": told["from_account_no"], "amount_fen": rest, "currency": "CNY", "booked_at": said(now)}
        messages.owe("payout.recalled", {"payout_id": one, **left}, at=now)


def send_back(
    books: Books, messages: Messages, payout_id: str, *, amount_fen: int | None, reason: str, now: datetime
) -> Booked:
    """The payee's account sends back what a payout brought, or so much of it. Raises NothingToCorrect."""
    with books.transaction():
        paid = parts(books, payout_id)
        if not paid:
            raise NothingToCorrect(payout_id)
        booked = books.book(
            paid[0].account_no,
            amount_fen or -sum(part.amount_fen for part in paid),
            counterparty=paid[0].counterparty,
            counterparty_account_no=paid[0].counterparty_account_no,
            purpose=f"退汇 {payout_id}",
            at=now,
            code="PAYOUT_RETURN",
            end_to_end=payout_id.replace("_", "", 1),
        )
        messages.owe("payout.returned", {"payout_id": payout_id, **moved(booked), "reason": reason}, at=now)
    return booked


def parts(books: Books, payout_id: str) -> list[Booked]:
    """What was paid of a payout so far, in order; each amount is negative."""
    found = books.rows("select * from transactions where asked_as like ? || '#%' order by number", payout_id)
    return [Booked(**{field: row[field] for field in Booked.__dataclass_fields__}) for row in found]


def moved(booked: Booked) -> dict[str, Any]:
    """What every message about a transaction says of it."""
    return {
        "bank_reference": booked.reference,
        "account_no": booked.account_no,
        "amount_fen": abs(booked.amount_fen),
        "currency": "CNY",
        "booked_at": booked.booked_at,
    }
