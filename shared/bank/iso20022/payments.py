"""pain.001.001.09: our instructions to pay as a file, for a bank that takes files instead of calls."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from shared.kernel import clock, money
from shared.kernel.money import Fen

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"


@dataclass(frozen=True)
class Payment:
    """One payment of ours. `instruction_id` is a payout's, a payment's or a withdrawal's; the bank pays it once.

    `payer_name` holds the account that it is paid from, at `bank_name`.
    """

    instruction_id: str
    payer_name: str
    from_account_no: str
    bank_name: str
    payee_name: str
    to_account_no: str
    amount_fen: Fen
    purpose: str


def write(payments: Sequence[Payment], *, code: str, day: date, initiator: str, now: datetime) -> bytes:
    """A file of the payments of one kind that are instructed for a business day, at least one.

    `code` is what the bank's statement will call them (PAYOUT, REFUND, MINIMUM_WITHDRAWAL). The file's id is made of
    what it holds: the same payments again are the same message.
    """
    assert payments
    message_id = _message_id(payments, day)
    document = Element("Document", xmlns=NAMESPACE)
    body = SubElement(document, "CstmrCdtTrfInitn")
    header = SubElement(body, "GrpHdr")
    _add(header, "MsgId", message_id)
    _add(header, "CreDtTm", now.astimezone(clock.SHANGHAI).isoformat(timespec="seconds"))
    _add(header, "NbOfTxs", str(len(payments)))
    _add(header, "CtrlSum", money.plain(sum(one.amount_fen for one in payments)))
    _add(header, "InitgPty/Nm", initiator[:140])
    for number, account_no in enumerate(dict.fromkeys(one.from_account_no for one in payments), 1):
        of_account = [one for one in payments if one.from_account_no == account_no]
        batch = SubElement(body, "PmtInf")
        _add(batch, "PmtInfId", f"{message_id}-{number}")
        _add(batch, "PmtMtd", "TRF")
        _add(batch, "PmtTpInf/CtgyPurp/Prtry", code)
        _add(batch, "ReqdExctnDt/Dt", day.isoformat())
        _add(batch, "Dbtr/Nm", of_account[0].payer_name[:140])
        _add(batch, "DbtrAcct/Id/Othr/Id", account_no)
        _add(batch, "DbtrAgt/FinInstnId/Nm", of_account[0].bank_name[:140])
        for one in of_account:
            _write_payment(SubElement(batch, "CdtTrfTxInf"), one)
    indent(document)
    written: bytes = tostring(document, encoding="utf-8", xml_declaration=True)
    return written


def end_to_end_id(instruction_id: str) -> str:
    """An id of ours as the bank's files have it: without its underscore, since ISO 20022 allows 35 characters."""
    return instruction_id.replace("_", "", 1)


def _message_id(payments: Sequence[Payment], day: date) -> str:
    told = "\n".join(f"{one.instruction_id} {one.amount_fen}" for one in payments)
    return f"HUI{day:%Y%m%d}{hashlib.sha256(told.encode()).hexdigest()[:12].upper()}"


def _write_payment(to: Element, one: Payment) -> None:
    _add(to, "PmtId/EndToEndId", end_to_end_id(one.instruction_id))
    amount = SubElement(SubElement(to, "Amt"), "InstdAmt", Ccy="CNY")
    amount.text = money.plain(one.amount_fen)
    _add(to, "Cdtr/Nm", one.payee_name[:140])
    _add(to, "CdtrAcct/Id/Othr/Id", one.to_account_no)
    _add(to, "RmtInf/Ustrd", one.purpose[:140])


def _add(to: Element, path: str, text: str) -> None:
    for name in path.split("/"):
        to = SubElement(to, name)
    to.text = text
