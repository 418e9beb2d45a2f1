"""The bank's files: a camt.053 statement of each supervised account at the end of each day; camt.054 notices on demand.

Written from the bank's own books by code of its own, one file a day with the statements of all accounts. What goes
wrong with them on demand is in bank_faults.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from xml.etree import ElementTree as ET

from infra.local.bank_books import Books
from infra.local.bank_faults import STATEMENT_FAULTS, Faults

Deliver = Callable[[str, bytes], object]
_SHANGHAI = timezone(timedelta(hours=8))
_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
_A_DAY = timedelta(days=1)
_BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY file SYSTEM "file:///etc/passwd">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>&c;&file;</BkToCstmrStmt></Document>
"""


@dataclass(frozen=True)
class Statement:
    """What moved in an account on a day: `lines` are transactions as the books have them."""

    account_no: str
    holder: str
    day: date
    opening_fen: int
    lines: Sequence[Mapping[str, Any]]
    currency: str = "CNY"

    @property
    def closing_fen(self) -> int:
        """The opening balance and all that moved."""
        return self.opening_fen + sum(int(line["amount_fen"]) for line in self.lines)


class Statements:
    """What the bank writes of its books, handed over by `deliver(name, content)`; without it, nothing is written."""

    def __init__(self, books: Books, *, clock: Callable[[], datetime], faults: Faults, deliver: Deliver | None) -> None:
        self._books = books
        self._clock = clock
        self._faults = faults
        self._deliver = deliver
        self._closed: date | None = None

    def close_days(self) -> int:
        """Write the statements of every day that has ended since; how many files that were."""
        yesterday = self._clock().astimezone(_SHANGHAI).date() - _A_DAY
        if self._deliver is None or self._closed == yesterday:
            return 0
        [told] = self._books.rows("select max(day) as last from closed_days")
        last = date.fromisoformat(told["last"]) if told["last"] else yesterday
        files = 0
        while last < yesterday:
            last += _A_DAY
            for name, content in self._files(last):
                self._deliver(name, content)
                files += 1
            self._note(last)
        self._note(yesterday)
        self._closed = yesterday
        return files

    def send(self, account_no: str, day: date) -> str:
        """Send the statement of one account and day (again), as it stands in the books; the file's name."""
        name = f"camt.053/{day}-{account_no}.xml"
        self._give(name, [self._statement(account_no, day)])
        return name

    def send_notice(self, account_no: str) -> str:
        """Send a camt.054 of what has moved in an account today; the file's name."""
        now = self._clock().astimezone(_SHANGHAI)
        name = f"camt.054/{now:%Y-%m-%dT%H%M%S}-{account_no}.xml"
        if self._deliver is not None:
            self._deliver(name, written([self._statement(account_no, now.date())], now, notice=True))
        return name

    def _note(self, day: date) -> None:
        with self._books.transaction() as database:
            database.execute("insert or ignore into closed_days values (?)", (day.isoformat(),))

    def _give(self, name: str, statements: Sequence[Statement]) -> None:
        if self._deliver is not None:
            self._deliver(name, written(statements, self._clock().astimezone(_SHANGHAI)))

    def _files(self, day: date) -> Iterator[tuple[str, bytes]]:
        told = [one for one in self._books.accounts() if one["supervised"]]
        if not told:
            return
        statements = [self._statement(one["account_no"], day) for one in told]
        fault = self._faults.take(STATEMENT_FAULTS)
        name = f"camt.053/{day}.xml"
        if fault is None:
            yield name, self._xml(statements)
            return
        kind, figures, _ = fault
        busy = next((one for one in statements if one.lines), statements[0])
        of = next((one for one in statements if one.account_no == figures.get("account_no")), busy)
        others = [one for one in statements if one is not of]
        yield from self._spoilt(kind, name, of, others, int(figures.get("amount_fen", 100)))

    def _spoilt(
        self, kind: str, name: str, of: Statement, others: list[Statement], fen: int
    ) -> Iterator[tuple[str, bytes]]:
        if kind in _SPOILS:
            yield name, self._xml([*others, *_SPOILS[kind](of, fen)])
        elif kind == "repeated_file":
            content = self._xml([*others, of])
            yield from ((name, content), (name.replace(".xml", "-again.xml"), content))
        elif kind == "malformed":
            yield from ((name, self._xml(others)), (name.replace(".xml", "-broken.xml"), self._xml([of])[:-40]))
        elif kind == "hostile":
            yield from ((name, self._xml(others)), (name.replace(".xml", "-hostile.xml"), _BOMB))

    def _xml(self, statements: Sequence[Statement]) -> bytes:
        return written(statements, self._clock().astimezone(_SHANGHAI))

    def _statement(self, account_no: str, day: date) -> Statement:
        [told] = self._books.rows(
            "select coalesce(sum(amount_fen), 0) as fen from transactions"
            " where account_no = ? and substr(booked_at, 1, 10) < ?",
            account_no,
            day.isoformat(),
        )
        lines = self._books.transactions(account_no, day=day.isoformat())
        holder = self._books.account(account_no)["holder"]
        return Statement(account_no, holder, day, told["fen"], lines)


def _other_line(of: Statement, **changes: Any) -> Statement:
    first, *rest = of.lines or [{}]
    return replace(of, lines=[{**first, **changes}, *rest] if first else [])


_SPOILS: Mapping[str, Callable[[Statement, int], list[Statement]]] = {
    "wrong_opening": lambda of, fen: [replace(of, opening_fen=of.opening_fen + fen)],
    "missing_day": lambda of, fen: [],
    "same_reference": lambda of, fen: [replace(of, lines=[*of.lines, *of.lines[-1:]])],
    "foreign_currency": lambda of, fen: [_other_line(of, currency="USD")],
    "foreign_account": lambda of, fen: [of, replace(of, account_no="9999000000000001")],
    "altered_amount": lambda of, fen: [_other_line(of, amount_fen=of.lines[0]["amount_fen"] + fen) if of.lines else of],
}


def written(statements: Sequence[Statement], now: datetime, *, notice: bool = False) -> bytes:
    """A file of these statements (camt.053), or notices (camt.054)."""
    kind, message, one = (
        ("camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "Ntfctn")
        if notice
        else (
            "camt.053.001.08",
            "BkToCstmrStmt",
            "Stmt",
        )
    )
    document = ET.Element("Document", xmlns=f"{_NAMESPACE}{kind}")
    body = ET.SubElement(document, message)
    header = ET.SubElement(body, "GrpHdr")
    _add(header, "MsgId", f"LZB{now:%Y%m%d%H%M%S%f}")
    _add(header, "CreDtTm", now.isoformat(timespec="milliseconds"))
    for statement in statements:
        _write_statement(ET.SubElement(body, one), statement, now, notice=notice)
    ET.indent(document)
    written: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return written


def _write_statement(to: ET.Element, statement: Statement, now: datetime, *, notice: bool) -> None:
    _add(to, "Id", f"{statement.account_no[-16:]}-{statement.day:%Y%m%d}")
    _add(to, "CreDtTm", now.isoformat(timespec="milliseconds"))
    start = datetime.combine(statement.day, time(), _SHANGHAI)
    if not notice:
        period = ET.SubElement(to, "FrToDt")
        _add(period, "FrDtTm", start.isoformat())
        _add(period, "ToDtTm", (start + _A_DAY - timedelta(seconds=1)).isoformat())
    account = ET.SubElement(to, "Acct")
    _add(account, "Id/Othr/Id", statement.account_no)
    _add(account, "Ccy", statement.currency)
    _add(account, "Nm", statement.holder[:70])
    if not notice:
        _write_balance(to, "OPBD", statement.opening_fen, statement.day)
        _write_balance(to, "CLBD", statement.closing_fen, statement.day)
    for number, line in enumerate(statement.lines, 1):
        _write_line(ET.SubElement(to, "Ntry"), number, line)


def _write_balance(to: ET.Element, code: str, fen: int, day: date) -> None:
    balance = ET.SubElement(to, "Bal")
    _add(balance, "Tp/CdOrPrtry/Cd", code)
    _write_amount(balance, fen, "CNY")
    _add(balance, "Dt/Dt", day.isoformat())


def _write_amount(to: ET.Element, fen: int, currency: str) -> None:
    amount = ET.SubElement(to, "Amt", Ccy=currency)
    amount.text = f"{abs(fen) // 100}.{abs(fen) % 100:02d}"
    _add(to, "CdtDbtInd", "DBIT" if fen < 0 else "CRDT")


def _write_line(to: ET.Element, number: int, line: Mapping[str, Any]) -> None:
    _add(to, "NtryRef", str(number))
    _write_amount(to, line["amount_fen"], line.get("currency", "CNY"))
    if line["code"] == "REVERSAL":
        _add(to, "RvslInd", "true")
    _add(to, "Sts/Cd", "BOOK")
    _add(to, "BookgDt/DtTm", line["booked_at"])
    _add(to, "ValDt/Dt", line["booked_at"][:10])
    _add(to, "AcctSvcrRef", line["reference"])
    _add(to, "BkTxCd/Prtry/Cd", line["code"])
    details = ET.SubElement(ET.SubElement(to, "NtryDtls"), "TxDtls")
    references = ET.SubElement(details, "Refs")
    _add(references, "AcctSvcrRef", line["reference"])
    _add(references, "EndToEndId", line["end_to_end"] or "NOTPROVIDED")
    party = "Dbtr" if line["amount_fen"] > 0 else "Cdtr"
    if line["counterparty"] or line["counterparty_account_no"]:
        parties = ET.SubElement(details, "RltdPties")
        if line["counterparty"]:
            _add(parties, f"{party}/Pty/Nm", line["counterparty"][:140])
        if line["counterparty_account_no"]:
            _add(parties, f"{party}Acct/Id/Othr/Id", line["counterparty_account_no"][:34])
    if line["purpose"]:
        remittance = ET.SubElement(details, "RmtInf")
        for start in range(0, len(line["purpose"]), 140):
            _add(remittance, "Ustrd", line["purpose"][start : start + 140])


def _add(to: ET.Element, path: str, text: str) -> None:
    for name in path.split("/"):
        to = ET.SubElement(to, name)
    to.text = text
