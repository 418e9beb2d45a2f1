"""A customer's pain.001.001.09 as the bank reads it, by code of its own: exactly the elements that were agreed.

No document type, bounded in size, depth and number of elements; whatever is wrong is refused with its line.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_MOST_BYTES, _MOST_ELEMENTS, _MOST_DEPTH = 5 * 1024 * 1024, 200_000, 12
_Shape = Mapping[str, Any]
_ACCOUNT: _Shape = {"Id": {"Othr": {"Id": {}}}}
_PAYMENT: _Shape = {
    "PmtId": {"EndToEndId": {}},
    "Amt": {"InstdAmt": {}},
    "Cdtr": {"Nm": {}},
    "CdtrAcct": _ACCOUNT,
    "RmtInf": {"Ustrd": {}},
}
_BATCH: _Shape = {
    "PmtInfId": {},
    "PmtMtd": {},
    "PmtTpInf": {"CtgyPurp": {"Prtry": {}}},
    "ReqdExctnDt": {"Dt": {}},
    "Dbtr": {"Nm": {}},
    "DbtrAcct": _ACCOUNT,
    "DbtrAgt": {"FinInstnId": {"Nm": {}}},
    "CdtTrfTxInf": _PAYMENT,
}
_HEADER: _Shape = {"MsgId": {}, "CreDtTm": {}, "NbOfTxs": {}, "CtrlSum": {}, "InitgPty": {"Nm": {}}}
_DOCUMENT: _Shape = {"CstmrCdtTrfInitn": {"GrpHdr": _HEADER, "PmtInf": _BATCH}}
_SEVERAL = ("PmtInf", "CdtTrfTxInf")
"""All that may stand in a file, in this order; all of it is needed, and only these may be there more than once."""

_KINDS = {"PAYOUT": "payout", "REFUND": "refund", "MINIMUM_WITHDRAWAL": "minimum_withdrawal"}
_ID_NAMES = {"payout": "payout_id", "refund": "payment_id", "minimum_withdrawal": "withdrawal_id"}
_END_TO_END = r"(?:pay|ref|sus|wdl)[0-9A-Z]{26}[0-9-]{0,6}"
_AMOUNT = r"[0-9]{1,13}\.[0-9]{2}"


class FileRefused(Exception):
    """A file that the bank doesn't take. `code` says why, `line` where."""

    def __init__(self, code: str, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.code = code
        self.line = line


@dataclass
class _Element:
    name: str
    line: int
    attributes: Mapping[str, str]
    children: list["_Element"] = field(default_factory=list)
    text: str = ""


@dataclass(frozen=True)
class Ordered:
    """One payment of a file: of what kind, and the instruction as it would have come by call. `line` is where it is."""

    kind: str
    instruction: Mapping[str, Any]
    line: int


def read(body: bytes) -> list[Ordered]:
    """The payments that a file orders. Raises FileRefused."""
    root = _parse(body)
    if root.name != "Document":
        raise FileRefused("wrong_file", root.line, f"<{root.name}> isn't a Document of {_NAMESPACE}")
    _check(root, _DOCUMENT)
    message = root.children[0]
    found = [one for batch in message.children[1:] for one in _batch(batch)]
    _check_sums(message.children[0], found)
    return found


def _batch(batch: _Element) -> list[Ordered]:
    _text(_at(batch, "PmtMtd"), "TRF")
    kind = _KINDS[_text(_at(batch, "PmtTpInf/CtgyPurp/Prtry"), "|".join(_KINDS))]
    from_account_no = _text(_at(batch, "DbtrAcct/Id/Othr/Id"), r"[0-9]{8,30}")
    return [_payment(one, kind, from_account_no) for one in batch.children if one.name == "CdtTrfTxInf"]


def _payment(told: _Element, kind: str, from_account_no: str) -> Ordered:
    amount = _at(told, "Amt/InstdAmt")
    if amount.attributes.get("Ccy") != "CNY":
        raise FileRefused("wrong_file", amount.line, "we pay in CNY only")
    fen = int(_text(amount, _AMOUNT).replace(".", ""))
    if fen <= 0:
        raise FileRefused("wrong_file", amount.line, "the amount isn't above 0")
    end_to_end = _text(_at(told, "PmtId/EndToEndId"), _END_TO_END)
    instruction = {
        _ID_NAMES[kind]: f"{end_to_end[:3]}_{end_to_end[3:]}",
        "from_account_no": from_account_no,
        "to_account_no": _text(_at(told, "CdtrAcct/Id/Othr/Id"), r"\S{1,34}"),
        "payee_name": _text(_at(told, "Cdtr/Nm"), r".{1,140}"),
        "amount_fen": fen,
        "currency": "CNY",
        "purpose": _text(_at(told, "RmtInf/Ustrd"), r".{1,140}"),
    }
    return Ordered(kind, instruction, told.line)


def _check_sums(header: _Element, found: Sequence[Ordered]) -> None:
    """How many and how much the header says must be what the file has, each id once."""
    count, total = _at(header, "NbOfTxs"), _at(header, "CtrlSum")
    if int(_text(count, r"[0-9]{1,15}")) != len(found):
        raise FileRefused("wrong_file", count.line, f"it says {count.text} payments and has {len(found)}")
    fen = sum(one.instruction["amount_fen"] for one in found)
    if int(_text(total, _AMOUNT).replace(".", "")) != fen:
        raise FileRefused("wrong_file", total.line, f"it says {total.text} and its payments are {fen} fen")
    seen: set[str] = set()
    for one in found:
        name = one.instruction[_ID_NAMES[one.kind]]
        if name in seen:
            raise FileRefused("wrong_file", one.line, f"{name} is there twice")
        seen.add(name)


def _check(element: _Element, shape: _Shape) -> None:
    """What stands in an element and below it must be exactly what was agreed."""
    names = [child.name for child in element.children]
    once = [name for at, name in enumerate(names) if name not in _SEVERAL or name not in names[at - 1 : at]]
    if once != list(shape):
        has, wanted = ", ".join(once) or "nothing", ", ".join(shape) or "text alone"
        raise FileRefused("wrong_file", element.line, f"<{element.name}> has {has}, not {wanted}")
    for child in element.children:
        _check(child, shape[child.name])


def _at(element: _Element, path: str) -> _Element:
    """The element at a path that the shape has made sure of."""
    for name in path.split("/"):
        element = next(child for child in element.children if child.name == name)
    return element


def _text(element: _Element, pattern: str) -> str:
    if not re.fullmatch(pattern, element.text):
        raise FileRefused("wrong_file", element.line, f"{element.text[:40]!r} in <{element.name}> isn't {pattern}")
    return element.text


def _parse(body: bytes) -> _Element:
    if len(body) > _MOST_BYTES:
        raise FileRefused("file_too_large", 1, f"the file is over {_MOST_BYTES} bytes")
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True  # a text comes in few pieces, however many lines it has
    opened: list[_Element] = []
    roots: list[_Element] = []
    count = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        namespace, _, local = name.rpartition(" ")
        if count > _MOST_ELEMENTS or len(opened) >= _MOST_DEPTH:
            raise FileRefused("hostile_file", parser.CurrentLineNumber, "it is too deep or has too many elements")
        if namespace != _NAMESPACE:
            raise FileRefused("wrong_file", parser.CurrentLineNumber, f"<{local}> isn't of {_NAMESPACE}")
        element = _Element(local, parser.CurrentLineNumber, attributes)
        (opened[-1].children if opened else roots).append(element)
        opened.append(element)

    def end(_: str) -> None:
        element = opened.pop()
        element.text = "" if element.children else element.text.strip()

    def characters(data: str) -> None:
        opened[-1].text += data

    def doctype(*_: object) -> None:
        raise FileRefused("hostile_file", parser.CurrentLineNumber, "it has a document type")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = characters, doctype
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise FileRefused("broken_file", error.lineno, expat.ErrorString(error.code)) from None
    except (LookupError, ValueError):  # an encoding that isn't one
        raise FileRefused("broken_file", 1, "it isn't of the encoding that it says") from None
    return roots[0]
