"""Tables as CSV that spreadsheets open: UTF-8 with a mark, and no cell that one would take for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from functions.console import words
from functions.documents.model import Cell as TableCell
from functions.documents.model import Kind, Table
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


def of_table(table: Table) -> str:
    """A whole file of a document's table, its total left out: what reads it sums up by itself."""
    columns = [(column.title, column.title) for column in table.columns]
    kinds = [column.kind for column in table.columns]
    return text(columns, "zh", ([_cell(*one) for one in zip(kinds, row, strict=True)] for row in table.rows))


def _cell(kind: Kind, cell: TableCell) -> Cell:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return moment(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return Yuan.of(cell) if kind is Kind.YUAN and isinstance(cell, int) else cell


def safe(cell: Cell) -> str:
    """A cell that is a text even where it looks like a formula: `=1+1` -> `'=1+1`."""
    if isinstance(cell, Yuan | int):
        return str(cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def moment(at: datetime) -> str:
    """A moment in Beijing time."""
    return at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
