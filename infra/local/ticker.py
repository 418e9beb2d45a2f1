"""One live line for each business event, read from the tables' streams as they pass.

When much happens at once, it is one line for each kind.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from infra.local.stream_reader import Record
from shared.kernel import clock, money

_AT_ONCE = 8
_COLOURS = {"money": "green", "lesson": "cyan", "sale": "magenta", "trouble": "bold red", "out": "yellow"}
_ENTRIES = {
    "deposit": ("入账", "deposit", "money"),
    "allocation": ("转入报名", "allocated", "money"),
    "reversal": ("银行冲正", "reversed by the bank", "trouble"),
    "release": ("拨付", "lesson released", "money"),
    "final_release": ("终止结清", "released finally", "money"),
    "expiry": ("转待查", "moved to suspense", "out"),
    "payout": ("划拨建批", "payout built", "out"),
    "refund_hold": ("退费冻结", "held for a refund", "out"),
    "refund_paid": ("退费到账", "refund paid", "out"),
    "refund_void": ("退费未成", "refund failed", "trouble"),
    "interest_in": ("利息入账", "interest from the bank", "money"),
    "interest_credit": ("结息", "interest credited", "money"),
    "settlement": ("划拨到账", "payout settled", "out"),
    "final_payout": ("终止划付", "paid out finally", "out"),
    "minimum_return": ("最低余额退还", "minimum returned", "out"),
    "recall": ("划拨撤回", "payout recalled", "out"),
    "payout_return": ("划拨被退回", "payout sent back", "trouble"),
    "minimum_deposit": ("最低余额存入", "minimum balance in", "money"),
    "minimum_hold": ("支取最低余额", "minimum balance held", "out"),
    "minimum_paid": ("支取到账", "minimum balance out", "out"),
    "minimum_void": ("支取未成", "withdrawal failed", "trouble"),
    "withdrawal": ("账户支出", "withdrawal", "out"),
}
_REFUNDS = {
    "contested": ("机构异议", "refund contested", "trouble"),
    "agreed": ("同意退费", "refund agreed", "out"),
    "rejected": ("驳回退费", "refund rejected", "out"),
    "withdrawn": ("撤回退费", "refund withdrawn", "out"),
}
_LESSONS = {
    "taught": ("消课申请", "lesson claimed", "lesson"),
    "confirmed": ("家长确认", "lesson confirmed", "lesson"),
    "auto_confirmed": ("视为确认", "auto-confirmed", "lesson"),
    "disputed": ("家长争议", "lesson disputed", "trouble"),
    "upheld": ("争议成立", "dispute upheld", "trouble"),
}


@dataclass(frozen=True)
class Happening:
    """One business event."""

    zh: str
    en: str
    tone: str
    institution_id: str
    amount_fen: int | None = None
    what: str = ""


def happening(record: Record) -> Happening | None:
    """What a stream record says to a person; None when it is bookkeeping."""
    new = _plain(record["dynamodb"].get("NewImage", {}))
    old = _plain(record["dynamodb"].get("OldImage", {}))
    if not new:
        return None
    if str(new.get("sk", "")).startswith("lesson#"):
        return _of_lesson(new, old)
    if not old:
        return _of_new_money(new)
    return _of_changed_money(new, old)


def _of_lesson(new: Mapping[str, str], old: Mapping[str, str]) -> Happening | None:
    if new.get("status") == old.get("status") or new.get("status") not in _LESSONS:
        return None
    return Happening(*_LESSONS[new["status"]], new["institution_id"], what=f"第 {new['number']} 课时")


def _of_new_money(new: Mapping[str, str]) -> Happening | None:
    if new.get("kind") == "account":
        return Happening("报名", "enrolment made", "sale", new["by_institution"], int(new["price_fen"]))
    if new.get("kind") == "conflict":
        words = "银行流水冲突", "bank reference conflict", "trouble"
        return Happening(*words, new["institution"], int(new["sent_fen"]), new["reference"])
    if new.get("kind") == "refund":
        words = "申请退费", "refund asked for", "out"
        return Happening(*words, new["refund_institution"], int(new["requested_fen"]), new["reason"])
    if new.get("kind") != "entry" or new.get("entry_kind") not in _ENTRIES:
        return None
    legs: dict[str, int] = json.loads(new["legs"])
    zh, en, tone = _ENTRIES[new["entry_kind"]]
    if legs.get("suspense", 0) > 0 and new["entry_kind"] in ("deposit", "expiry") and new.get("reason") != "split":
        zh, en, tone = "待查款", "money in suspense", "trouble"
    return Happening(zh, en, tone, new["institution"], max(legs.values(), default=0), new.get("reference", ""))


def _of_changed_money(new: Mapping[str, str], old: Mapping[str, str]) -> Happening | None:
    if new.get("status") == old.get("status"):
        return None
    if new.get("kind") == "account" and new["status"] == "expired":
        return Happening("报名失效", "enrolment expired", "out", new["by_institution"], int(new["price_fen"]))
    if new.get("kind") == "refund" and new["status"] in _REFUNDS:
        words = _REFUNDS[new["status"]]
        return Happening(*words, new["refund_institution"], int(new["requested_fen"]), new["school_reason"])
    if new.get("kind") == "payout" and new["status"] == "failed":
        institution_id = new["pk"].removeprefix("payouts#")
        return Happening("划拨失败", "payout failed", "trouble", institution_id, int(new["amount_fen"]), new["reason"])
    return None


def _plain(image: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {name: str(next(iter(value.values()), "")) for name, value in image.items()}


class Ticker:
    """Collects what happens (`take`, from any thread) and prints it (`print_lines`).

    `name_of` gives a school's short name, `alerts` the alerts raised since it was asked last.
    """

    def __init__(
        self,
        console: Console,
        *,
        now: Callable[[], datetime],
        name_of: Callable[[str], str],
        alerts: Callable[[], list[Happening]] = list,
    ) -> None:
        self._console = console
        self._now = now
        self._name_of = name_of
        self._alerts = alerts
        self._taken: deque[Happening] = deque()

    def take(self, record: Record) -> None:
        """Note what a stream record says."""
        told = happening(record)
        if told is not None:
            self._taken.append(told)

    def print_lines(self) -> int:
        """Print what came since the last time; how many lines that took."""
        told = [self._taken.popleft() for _ in range(len(self._taken))]
        if told:
            told += self._alerts()
        lines = [self._line(one) for one in told] if len(told) <= _AT_ONCE else self._grouped(told)
        for line in lines:
            self._console.print(line, soft_wrap=True)
        return len(lines)

    def _line(self, told: Happening) -> Text:
        amount = "" if told.amount_fen is None else money.text(told.amount_fen)
        line = self._start(told, amount)
        line.append(f"{self._name_of(told.institution_id)}", "bold")
        line.append(f"  {told.what}", "dim")
        return line

    def _grouped(self, told: list[Happening]) -> list[Text]:
        kinds: dict[tuple[str, str], list[Happening]] = {}
        for one in told:
            kinds.setdefault((one.zh, one.en), []).append(one)
        lines = []
        for of_kind in kinds.values():
            total = sum(one.amount_fen or 0 for one in of_kind)
            line = self._start(of_kind[0], money.text(total) if total else "")
            line.append(f"× {len(of_kind)}", "bold")
            lines.append(line)
        return lines

    def _start(self, told: Happening, amount: str) -> Text:
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(f"{self._now().astimezone(clock.SHANGHAI):%m-%d %H:%M}  ", "dim")
        line.append(padded(f"{told.zh} {told.en}", 34), _COLOURS[told.tone])
        line.append(f"{amount:>14}  ")
        return line


def padded(text: str, width: int) -> str:
    """`text` filled up to `width` columns; a Chinese character takes two."""
    return text + " " * max(1, width - sum(2 if ord(letter) > 0x2E7F else 1 for letter in text))
