"""What differs between the bank's statement and the ledger, in one sentence with its figures."""

from collections.abc import Callable, Mapping

from functions.console import words
from shared.kernel import money
from shared.reconciliation.model import BreakKind, BreakState
from shared.reconciliation.model import Outcome as LineOutcome

LINES: Mapping[LineOutcome, words.Both] = {
    LineOutcome.MATCHED: ("一致", "Matched"),
    LineOutcome.ADOPTED: ("补记", "Adopted"),
    LineOutcome.BROKEN: ("差异", "Break"),
}

BREAKS: Mapping[BreakKind, words.Both] = {
    BreakKind.AMOUNT: ("金额不符", "Amount"),
    BreakKind.ACCOUNT: ("账号不符", "Account"),
    BreakKind.DAY: ("日期不符", "Day"),
    BreakKind.CURRENCY: ("币种不符", "Currency"),
    BreakKind.TWICE: ("流水重复", "Reference twice"),
    BreakKind.NOT_BOOKABLE: ("不能补记", "Can't be booked"),
    BreakKind.NOT_IN_STATEMENT: ("银行未列", "Not in the statement"),
    BreakKind.OPENING: ("期初不符", "Opening balance"),
    BreakKind.ARITHMETIC: ("合计不符", "Doesn't add up"),
    BreakKind.CUSTODY: ("余额不符", "Balance"),
    BreakKind.UNKNOWN_ACCOUNT: ("账号未监管", "Unknown account"),
    BreakKind.UNREADABLE: ("文件无法读取", "Unreadable file"),
    BreakKind.MISSING: ("对账单缺失", "Statement missing"),
}

BREAK_STATES: Mapping[BreakState, words.Both] = {
    BreakState.OPEN: ("待查", "Open"),
    BreakState.EXPLAINED: ("已说明", "Explained"),
    BreakState.RESOLVED: ("已解决", "Resolved"),
}

Figures = Mapping[str, int | str]

FIGURES: Mapping[str, words.Both] = {
    "reference": ("流水号", "Reference"),
    "statement_fen": ("对账单金额", "In the statement"),
    "ledger_fen": ("台账金额", "In the ledger"),
    "opening_fen": ("期初", "Opening"),
    "previous_closing_fen": ("上一份期末", "Closing before"),
    "lines_fen": ("各笔合计", "All lines"),
    "closing_fen": ("期末", "Closing"),
    "ledger_account": ("台账账号", "Account in the ledger"),
    "ledger_day": ("台账生效日", "Day in the ledger"),
    "currency": ("币种", "Currency"),
    "order": ("序号", "Line number"),
    "lines": ("笔数", "Lines"),
    "code": ("代码", "Code"),
    "line": ("行", "Line"),
    "element": ("元素", "Element"),
}
"""What a break's figures are called; its reason is in its sentence."""


def why(kind: str, figures: Figures, language: str) -> str:
    """The sentence, in 'zh' or 'en'."""
    return _SENTENCES[BreakKind(kind)](figures)[language == "en"]


def _yuan(figures: Figures, name: str) -> str:
    return money.text(int(figures.get(name, 0)))


def _line(zh: str, en: str) -> Callable[[Figures], words.Both]:
    """A sentence about one line: its reference and its amount come first."""

    def told(figures: Figures) -> words.Both:
        given = {name: str(value) for name, value in figures.items()}
        code = given.get("code", "")
        given = {"reason_zh": code, "reason_en": code, **given}
        given["ledger"] = _yuan(figures, "ledger_fen")
        reference, amount = figures.get("reference", ""), _yuan(figures, "statement_fen")
        return (
            f"流水 {reference}（对账单 {amount}）：{zh.format(**given)}",
            f"Reference {reference} ({amount} in the statement): {en.format(**given)}",
        )

    return told


def _opening(figures: Figures) -> words.Both:
    opening, previous = _yuan(figures, "opening_fen"), _yuan(figures, "previous_closing_fen")
    return (
        f"期初 {opening}，上一份对账单期末 {previous}",
        f"It opens with {opening}, the one before closed with {previous}",
    )


def _arithmetic(figures: Figures) -> words.Both:
    opening, lines, closing = (_yuan(figures, name) for name in ("opening_fen", "lines_fen", "closing_fen"))
    return (
        f"期初 {opening} 加各笔 {lines} 不等于期末 {closing}",
        f"The opening {opening} and the lines {lines} don't make the closing {closing}",
    )


def _custody(figures: Figures) -> words.Both:
    closing, ledger = _yuan(figures, "closing_fen"), _yuan(figures, "ledger_fen")
    return f"银行期末 {closing}，台账 {ledger}", f"The bank closes with {closing}, the ledger with {ledger}"


def _not_in_statement(figures: Figures) -> words.Both:
    reference, ledger = figures.get("reference", ""), _yuan(figures, "ledger_fen")
    return (
        f"台账有流水 {reference}（{ledger}），对账单没有",
        f"The ledger has {reference} ({ledger}), the statement hasn't",
    )


def _unreadable(figures: Figures) -> words.Both:
    line, element, code = (str(figures.get(name, "")) for name in ("line", "element", "code"))
    place_zh, place_en = (f"第 {line} 行 {element} ", f"line {line} {element}: ") if line else ("", "")
    problem = figures.get("problem") or code
    return f"文件无法读取：{place_zh}{problem}", f"The file can't be read: {place_en}{problem}"


_SENTENCES: Mapping[BreakKind, Callable[[Figures], words.Both]] = {
    BreakKind.AMOUNT: _line("台账为 {ledger}", "the ledger has {ledger}"),
    BreakKind.ACCOUNT: _line("台账记在账号 {ledger_account}", "the ledger has it in account {ledger_account}"),
    BreakKind.DAY: _line("台账的生效日为 {ledger_day}", "in the ledger it takes effect on {ledger_day}"),
    BreakKind.CURRENCY: lambda figures: (
        f"币种 {figures.get('currency', '')}，本系统只核对人民币",
        f"It is in {figures.get('currency', '')}; only CNY is reconciled",
    ),
    BreakKind.TWICE: _line("同一流水在对账单中出现两次", "the statement has this reference twice"),
    BreakKind.NOT_BOOKABLE: _line(
        "台账没有，不能补记：{reason_zh}", "not in the ledger, and can't be booked: {reason_en}"
    ),
    BreakKind.NOT_IN_STATEMENT: _not_in_statement,
    BreakKind.OPENING: _opening,
    BreakKind.ARITHMETIC: _arithmetic,
    BreakKind.CUSTODY: _custody,
    BreakKind.UNKNOWN_ACCOUNT: lambda figures: (
        f"不是本区的监管账户，{figures.get('lines', 0)} 笔未核对",
        f"Not a supervised account of this district; {figures.get('lines', 0)} lines weren't looked at",
    ),
    BreakKind.UNREADABLE: _unreadable,
    BreakKind.MISSING: lambda figures: ("这一天的对账单没有收到", "The statement of this day hasn't come"),
}
