"""camt.053 daily statements and camt.054 notices, as facts. A file may hold the statements of many accounts."""

import re
from datetime import UTC, date, datetime

from events import facts
from shared.bank.iso20022 import safe_xml
from shared.bank.iso20022.safe_xml import Element
from shared.bank.iso20022.structure import maybe, one, some, text, value, wrong
from shared.kernel import clock

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
_KINDS = {
    f"{_NAMESPACE}camt.053.001.08": ("BkToCstmrStmt", "Stmt"),
    f"{_NAMESPACE}camt.054.001.08": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
_ACCOUNT, _CURRENCY, _REFERENCE = r"[0-9]{8,30}", r"[A-Z]{3}", r"[0-9A-Za-z-]{6,35}"
_AMOUNT = r"[0-9]{1,14}(\.[0-9]{1,2}0{0,3})?"
_SIGNS = {"CRDT": 1, "DBIT": -1}
_LARGEST_FEN = 10**13


def read(body: bytes) -> list[facts.Statement]:
    """What a file tells. Raises FileTooLarge, BrokenXml, HostileXml, WrongFile."""
    root = safe_xml.read(body)
    if root.name != "Document" or root.namespace not in _KINDS:
        raise wrong(root, f"isn't a Document of {' or '.join(_KINDS)}")
    message_name, statement_name = _KINDS[root.namespace]
    message = one(root, message_name)
    if len(root.children) != 1:
        raise wrong(root.children[1], f"stands beside {message_name}")
    header = one(message, "GrpHdr")
    text(one(header, "MsgId"), r"\S{1,35}")
    found = [_statement(told, notice=statement_name == "Ntfctn") for told in some(message, statement_name)]
    if not found:
        raise wrong(message, f"lacks {statement_name}")
    return found


def _statement(told: Element, *, notice: bool) -> facts.Statement:
    account = one(told, "Acct")
    currency = maybe(account, "Ccy")
    account_currency = text(currency, _CURRENCY) if currency else "CNY"
    for pages in (*some(told, "StmtPgntn"), *some(told, "NtfctnPgntn")):
        raise wrong(pages, "a statement in several pages isn't read; send it whole")
    opening = closing = None
    if notice:
        day = clock.business_day(value(one(told, "CreDtTm"), _moment))
    else:
        (opening, _), (closing, day) = _balance(told, "OPBD"), _balance(told, "CLBD")
        period = maybe(told, "FrToDt")
        if period and clock.business_day(value(one(period, "FrDtTm"), _moment)) != day:
            raise wrong(period, f"doesn't begin on the day of the closing balance, {day}")
    lines = tuple(_line(entry, number, account_currency) for number, entry in enumerate(some(told, "Ntry"), 1))
    return facts.Statement(
        statement_id=text(one(told, "Id"), r"\S{1,35}"),
        account_no=text(one(account, "Id", "Othr", "Id"), _ACCOUNT),
        currency=account_currency,
        day=day,
        opening_fen=opening,
        closing_fen=closing,
        lines=lines,
    )


def _balance(told: Element, code: str) -> tuple[int, date]:
    """The one booked balance of a code, opening (OPBD) or closing (CLBD), and its day."""
    balances = [one_of for one_of in some(told, "Bal") if one(one_of, "Tp", "CdOrPrtry").children]
    found = [one_of for one_of in balances if one(one_of, "Tp", "CdOrPrtry").children[0].text == code]
    if len(found) != 1:
        raise wrong(told, f"has {len(found)} balances {code}, not one")
    return _signed(found[0]), value(one(found[0], "Dt", "Dt"), date.fromisoformat)


def _line(entry: Element, number: int, account_currency: str) -> facts.StatementLine:
    if text(one(entry, "Sts", "Cd"), r"[A-Z]{4}") != "BOOK":
        raise wrong(entry, "isn't booked; only booked entries belong into a statement")
    details = [detail for details in some(entry, "NtryDtls") for detail in some(details, "TxDtls")]
    if len(details) > 1:
        raise wrong(entry, "is a batch; each movement needs an entry of its own")
    detail = details[0] if details else Element("TxDtls", entry.namespace, entry.line, {})
    booked = one(entry, "BookgDt")
    booked_at = _booked_at(booked)
    value_date = maybe(entry, "ValDt", "Dt")
    party, account = ("Dbtr", "DbtrAcct") if one(entry, "CdtDbtInd").text == "CRDT" else ("Cdtr", "CdtrAcct")
    reversal = maybe(entry, "RvslInd")
    remittance = maybe(detail, "RmtInf")
    return facts.StatementLine(
        order=number,
        bank_reference=text(one(entry, "AcctSvcrRef"), _REFERENCE),
        amount_fen=_signed(entry),
        currency=one(entry, "Amt").attributes.get("Ccy", account_currency),
        code=_code(entry),
        reversal=reversal is not None and text(reversal, r"true|false|1|0") in ("true", "1"),
        end_to_end_id=_text_at(detail, "Refs", "EndToEndId"),
        counterparty=_text_at(detail, "RltdPties", party, "Pty", "Nm"),
        counterparty_account_no=_text_at(detail, "RltdPties", account, "Id", "Othr", "Id"),
        remittance="".join(part.text for part in some(remittance, "Ustrd")) if remittance else "",
        booked_at=booked_at,
        value_on=value(value_date, date.fromisoformat) if value_date else clock.business_day(booked_at),
    )


def _booked_at(booked: Element) -> datetime:
    """The moment of a booking; the beginning of its day where the bank tells only that."""
    if maybe(booked, "DtTm"):
        return value(one(booked, "DtTm"), _moment)
    return clock.start_of(value(one(booked, "Dt"), date.fromisoformat))


def _code(entry: Element) -> str:
    """What kind of movement: the proprietary code, or the sub-family of the official one."""
    known = maybe(entry, "BkTxCd", "Prtry", "Cd") or one(entry, "BkTxCd", "Domn", "Fmly", "SubFmlyCd")
    return text(known, r"\S{1,35}")


def _text_at(element: Element, *path: str) -> str:
    """What people wrote, as it stands; empty where they wrote nothing."""
    found = maybe(element, *path)
    return found.text if found else ""


def _signed(told: Element) -> int:
    """The amount of an entry or a balance in fen, negative where it is a debit."""
    amount = one(told, "Amt")
    if not re.fullmatch(_CURRENCY, amount.attributes.get("Ccy", "")):
        raise wrong(amount, "lacks its currency")
    whole, _, part = text(amount, _AMOUNT).partition(".")
    fen = int(whole) * 100 + int(part[:2].ljust(2, "0") or 0)
    if fen > _LARGEST_FEN:
        raise wrong(amount, "is more than any account can hold")
    return fen * _SIGNS[text(one(told, "CdtDbtInd"), "CRDT|DBIT")]


def _moment(told: str) -> datetime:
    """An aware moment in UTC. Raises ValueError for a naive one."""
    moment = datetime.fromisoformat(told)
    if moment.tzinfo is None:
        raise ValueError(told)
    return moment.astimezone(UTC)
