"""The official order of elements where we read: what isn't in it, or out of it, is refused with its line.

camt.053.001.08 and camt.054.001.08, message definitions of ISO 20022. Below an element that isn't listed here nothing
is read, so nothing there is checked.
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from shared.bank.iso20022.safe_xml import Element
from shared.kernel import errors

T = TypeVar("T")

_HEADS = (
    "Id StmtPgntn NtfctnPgntn ElctrncSeqNb RptgSeq LglSeqNb CreDtTm FrToDt CpyDplctInd RptgSrc Acct RltdAcct Intrst"
)
ORDER: Mapping[str, tuple[str, ...]] = {
    name: tuple(children.split())
    for name, children in {
        "BkToCstmrStmt": "GrpHdr Stmt SplmtryData",
        "BkToCstmrDbtCdtNtfctn": "GrpHdr Ntfctn SplmtryData",
        "GrpHdr": "MsgId CreDtTm MsgRcpt MsgPgntn OrgnlBizQry AddtlInf",
        "Stmt": f"{_HEADS} Bal TxsSummry Ntry AddtlStmtInf".replace(" NtfctnPgntn", ""),
        "Ntfctn": f"{_HEADS} TxsSummry Ntry AddtlNtfctnInf".replace(" StmtPgntn", ""),
        "FrToDt": "FrDtTm ToDtTm",
        "Acct": "Id Tp Ccy Nm Prxy Ownr Svcr",
        "Bal": "Tp CdtLine Amt CdtDbtInd Dt Avlbty",
        "Ntry": "NtryRef Amt CdtDbtInd RvslInd Sts BookgDt ValDt AcctSvcrRef Avlbty BkTxCd ComssnWvrInd AddtlInfInd "
        "AmtDtls Chrgs TechInptChanl Intrst CardTx NtryDtls AddtlNtryInf",
        "NtryDtls": "Btch TxDtls",
        "TxDtls": "Refs Amt CdtDbtInd AmtDtls Avlbty BkTxCd Chrgs Intrst RltdPties RltdAgts LclInstrm Purp RltdRmtInf "
        "RmtInf RltdDts RltdPric RltdQties FinInstrmId Tax RtrInf CorpActn SfkpgAcct CshDpst CardTx AddtlTxInf "
        "SplmtryData",
        "Refs": "MsgId AcctSvcrRef PmtInfId InstrId EndToEndId UETR TxId MndtId ChqNb ClrSysRef AcctOwnrTxId "
        "AcctSvcrTxId MktInfrstrctrTxId PrcgId Prtry",
        "RltdPties": "InitgPty Dbtr DbtrAcct UltmtDbtr Cdtr CdtrAcct UltmtCdtr TradgPty Prtry",
        "RmtInf": "Ustrd Strd",
    }.items()
}
_REPEATED = {
    "Stmt",
    "Ntfctn",
    "Bal",
    "Ntry",
    "NtryDtls",
    "TxDtls",
    "Ustrd",
    "Avlbty",
    "Intrst",
    "CdtLine",
    "RltdRmtInf",
}
_REPEATED |= {"RltdQties", "CshDpst", "SplmtryData", "Prtry", "Strd"}


class WrongFile(errors.Invalid):
    code = "wrong_bank_file"
    zh = "银行文件第 {line} 行 <{element}> 有误：{problem}"
    en = "The bank's file is wrong in line {line}, <{element}>: {problem}"


def check_order(element: Element) -> None:
    """Raises WrongFile when the children of an element aren't the official ones in their official order."""
    wanted = ORDER[element.name]
    last = -1
    for child in element.children:
        if child.namespace != element.namespace or child.name not in wanted:
            raise wrong(child, f"isn't an element of {element.name}")
        place = wanted.index(child.name)
        if place < last or (place == last and child.name not in _REPEATED):
            raise wrong(child, f"is out of order, or there twice, in {element.name}")
        last = place


def wrong(element: Element, problem: str) -> WrongFile:
    """The refusal that names an element."""
    return WrongFile(line=element.line, element=element.name, problem=problem)


def some(element: Element, name: str) -> list[Element]:
    """The children of a name, each with its own children in order."""
    found = [child for child in element.children if child.name == name]
    for child in found:
        if child.name in ORDER:
            check_order(child)
    return found


def maybe(element: Element, *path: str) -> Element | None:
    """The one element at the end of a path of names, None where it isn't there. Raises WrongFile for two."""
    for name in path:
        found = some(element, name)
        if len(found) > 1:
            raise wrong(found[1], "is there twice")
        if not found:
            return None
        element = found[0]
    return element


def one(element: Element, *path: str) -> Element:
    """The one element at the end of a path of names. Raises WrongFile."""
    found = maybe(element, *path)
    if found is None:
        raise wrong(element, f"lacks {'/'.join(path)}")
    return found


def text(element: Element, pattern: str) -> str:
    """The text of an element that has this shape. Raises WrongFile."""
    if element.children or not re.fullmatch(pattern, element.text.strip()):
        raise wrong(element, f"{element.text[:60]!r} isn't of the shape {pattern}")
    return element.text.strip()


def value(element: Element, make: Callable[[str], T]) -> T:
    """What `make` makes of an element's text. Raises WrongFile where it raises ValueError."""
    try:
        return make(element.text.strip())
    except ValueError:
        raise wrong(element, f"{element.text[:60]!r} can't be read") from None
