"""Tables as CSV that spreadsheets open: UTF-8 with a mark, and no cell that one would take for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from functions.console import words
from shared.kernel import clock, money

_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Yuan(str):
    """An amount in yuan, made of fen by us: a leading minus is a figure here, no formula."""

    __slots__ = ()

    @classmethod
    def of(cls, amount_fen: int) -> "Yuan":
        """`amount_fen` in yuan with two decimals: -5 -> '-0.05'."""
        return cls(money.plain(amount_fen))


Cell = str | int


def text(columns: Sequence[words.Both], language: str, rows: Iterable[Sequence[Cell]]) -> str:
    """A whole file. `columns` are named in Chinese and English."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow([both[language == "en"] for both in columns])
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return _BOM + made.getvalue()


def safe(cell: Cell) -> str:
    """A cell that is a text even where it looks like a formula: `=1+1` -> `'=1+1`."""
    if isinstance(cell, Yuan | int):
        return str(cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def moment(at: datetime) -> str:
    """A moment in Beijing time."""
    return at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
