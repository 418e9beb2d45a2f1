"""A document, whatever it is written as: figures first, then what it is of, then its tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shared.kernel import clock

Cell = str | int | date | datetime | None


class Kind(StrEnum):
    """What stands in a column. YUAN cells are fen; MOMENT cells are shown in Beijing time; RATE cells are texts."""

    TEXT = "text"
    YUAN = "yuan"
    COUNT = "count"
    RATE = "rate"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True)
class Column:
    """A column. `width` is its share of the page, about in millimetres of a portrait A4."""

    title: str
    kind: Kind
    width: int


@dataclass(frozen=True)
class Table:
    """A table. `total` is its last row, set apart; `empty` is said where there are no rows."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None = None
    empty: str = ""


@dataclass(frozen=True)
class Document:
    """A document in one language. `name` is that of its file, without an ending.

    `code`: what its QR code says, and what is written beside it. `foot`: what a PDF's pages say at their foot, where
    that isn't that it is made from the ledger.
    """

    name: str
    title: str
    language: str
    figures: Sequence[tuple[str, int]]
    facts: Sequence[tuple[str, str]]
    tables: Sequence[Table]
    notes: Sequence[str]
    made_at: datetime
    wide: bool = field(default=False)
    code: tuple[str, str] | None = field(default=None)
    foot: str = ""

    def t(self, zh: str, en: str) -> str:
        """One of two words, in the document's language."""
        return en if self.language == "en" else zh

    @property
    def made(self) -> str:
        """When it was made, as it says."""
        return f"{self.t('生成于', 'Made at')} {clock.shown(self.made_at)[:16].replace('T', ' ')}"


def beijing(moment: datetime) -> datetime:
    """A moment's wall clock in Beijing, without a zone."""
    return moment.astimezone(clock.SHANGHAI).replace(tzinfo=None)
