"""A document as a PDF: A4, its Chinese font inside, a head and a foot on every page.

A character that the font hasn't is shown as 〓, and its code stands in a note at the end: it never just isn't there.
"""

from collections.abc import Sequence
from datetime import date, datetime

from functions.documents import qr
from functions.documents.lettering import INK, MISSING, Colour, Lettering
from functions.documents.model import Cell, Column, Document, Kind, Table, beijing
from shared.kernel import money

CONTENT_TYPE = "application/pdf"

_MARGIN, _FOOT, _LINE, _SIZE, _CODE = 14.0, 16.0, 4.3, 7.8, 40.0
_MUTED, _BLUE, _RED = (85, 96, 110), (11, 58, 126), (179, 38, 30)
_PALE, _RULE, _STRIPE = (230, 239, 251), (205, 213, 223), (247, 249, 252)
_RIGHT = (Kind.YUAN, Kind.COUNT, Kind.RATE)


def write(document: Document) -> bytes:
    """The PDF; the same document gives the same bytes."""
    return _Writing(document).written()


class _Writing:
    """The making of one document, from the top of its first page on. `y` is how far it is, in millimetres."""

    def __init__(self, document: Document) -> None:
        from fpdf import FPDF

        self.document = document
        self.pdf = pdf = FPDF("landscape" if document.wide else "portrait", "mm", "A4")
        self.letters = Lettering(pdf)
        pdf.set_auto_page_break(False)
        pdf.set_title(document.title)
        pdf.set_lang("en" if document.language == "en" else "zh-CN")
        pdf.set_creation_date(document.made_at)
        self.width = pdf.w - 2 * _MARGIN
        self.bottom = pdf.h - _FOOT
        self.y = 0.0

    def written(self) -> bytes:
        self._new_page()
        self._paragraph(self.document.title, size=17, colour=_BLUE, bold=True, height=9)
        self.y += 2
        self._figures()
        self._facts()
        for table in self.document.tables:
            self._table(table)
        self._code()
        self._notes()
        self._feet()
        return bytes(self.pdf.output())

    def _new_page(self) -> None:
        self.pdf.add_page()
        self._fill(0, 0, self.pdf.w, 3, _BLUE)
        self.y = 10
        if self.pdf.pages_count > 1:
            self.y = 8
            self._paragraph(f"{self.document.title} · {self.document.made}", size=8, colour=_MUTED, height=5)
            self.y += 1

    def _fill(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        self.pdf.set_fill_color(*colour)
        self.pdf.rect(x, y, width, height, style="F")

    def _paragraph(
        self,
        text: str,
        *,
        size: float,
        height: float,
        colour: Colour = INK,
        bold: bool = False,
        x: float = _MARGIN,
        width: float = 0,
    ) -> None:
        for line in self.letters.wrapped(self.letters.shown(text), size, width or self.width):
            self.letters.put(x, self.y + height * 0.72, line, size=size, colour=colour, bold=bold)
            self.y += height

    def _figures(self) -> None:
        figures = self.document.figures
        width = self.width / max(len(figures), 1)
        for number, (label, amount) in enumerate(figures):
            left = _MARGIN + number * width
            self._fill(left, self.y, width - 2.5, 16, _PALE)
            self.letters.put(left + 3, self.y + 5.8, self.letters.shown(label), size=8, colour=_MUTED)
            size, colour = (13 if len(figures) < 5 else 11), (_RED if amount < 0 else INK)
            self.letters.put(left + 3, self.y + 12.3, money.text(amount), size=size, colour=colour, bold=True)
        self.y += 20 if figures else 0

    def _facts(self) -> None:
        made = (self.document.t("生成时间", "Made at"), self.document.made.partition(" ")[2].removeprefix("at "))
        facts, column = [*self.document.facts, made], self.width / 2
        label = 33 if self.document.language == "en" else 22
        for start in range(0, len(facts), 2):
            top, lowest = self.y, self.y
            for place, (name, text) in enumerate(facts[start : start + 2]):
                left, self.y = _MARGIN + place * column, top
                self.letters.put(left, top + 3.6, self.letters.shown(name), size=8, colour=_MUTED)
                self._paragraph(text, size=8.5, height=5, x=left + label, width=column - label - 3)
                lowest = max(lowest, self.y)
            self.y = lowest
        self.y += 3

    def _table(self, table: Table) -> None:
        shares = sum(column.width for column in table.columns)
        widths = [column.width * self.width / shares for column in table.columns]
        if self.y + 28 > self.bottom:
            self._new_page()
        if len(self.document.tables) > 1:
            self._paragraph(table.title, size=10.5, height=7, bold=True)
        self._head(table, widths)
        for number, cells in enumerate(table.rows):
            self._row(table, widths, cells, fill=_STRIPE if number % 2 else None)
        if not table.rows:
            self.y += 3
            self._paragraph(table.empty, size=9, height=6, colour=_MUTED)
        if table.total is not None:
            self._row(table, widths, table.total, fill=_PALE, bold=True)
        self.y += 5

    def _head(self, table: Table, widths: Sequence[float]) -> None:
        self._fill(_MARGIN, self.y, self.width, 6.4, _PALE)
        left = _MARGIN
        for column, width in zip(table.columns, widths, strict=True):
            title = self.letters.shown(column.title)
            if column.kind in _RIGHT:
                self.letters.put_right(left + width - 0.7, self.y + 4.2, title, size=7.4, colour=_BLUE)
            else:
                self.letters.put(left + 0.7, self.y + 4.2, title, size=7.4, colour=_BLUE)
            left += width
        self.y += 6.4

    def _row(
        self, table: Table, widths: Sequence[float], cells: Sequence[Cell], *, fill: Colour | None, bold: bool = False
    ) -> None:
        texts = [
            self.letters.wrapped(self.letters.shown(_text(column, cell)), _SIZE, width - 1.4)
            for column, cell, width in zip(table.columns, cells, widths, strict=True)
        ]
        height = max(map(len, texts)) * _LINE + 1.4
        if self.y + height > self.bottom:
            self._new_page()
            self._head(table, widths)
        if fill is not None:
            self._fill(_MARGIN, self.y, self.width, height, fill)
        left = _MARGIN
        for column, cell, lines, width in zip(table.columns, cells, texts, widths, strict=True):
            colour = _RED if isinstance(cell, int) and cell < 0 else INK
            for number, line in enumerate(lines):
                y = self.y + 3.8 + number * _LINE
                if column.kind in _RIGHT:
                    self.letters.put_right(left + width - 0.7, y, line, size=_SIZE, colour=colour, bold=bold)
                else:
                    self.letters.put(left + 0.7, y, line, size=_SIZE, colour=colour, bold=bold)
            left += width
        self.y += height
        self.pdf.set_draw_color(*_RULE)
        self.pdf.set_line_width(0.1)
        self.pdf.line(_MARGIN, self.y, _MARGIN + self.width, self.y)

    def _code(self) -> None:
        if self.document.code is None:
            return
        text, beside = self.document.code
        if self.y + _CODE > self.bottom:
            self._new_page()
        top = self.y
        qr.draw(self.pdf, text, left=_MARGIN, top=top, size=_CODE)
        self.y += 6
        for size, told in ((10.0, beside), (7.4, text)):
            self._paragraph(told, size=size, height=5.4, x=_MARGIN + _CODE + 3, width=self.width - _CODE - 3)
        self.y = max(self.y, top + _CODE + 3)

    def _notes(self) -> None:
        notes, missing = list(self.document.notes), self.letters.missing
        if missing:
            codes = ", ".join(f"U+{ord(letter):04X}" for letter in missing)
            zh = f"{MISSING}：此处的字不在打印字库中，字符编码 {codes}。"
            notes.append(
                self.document.t(zh, f"{MISSING} stands for a character that the printing font hasn't: {codes}.")
            )
        for note in notes:
            if self.y + 10 > self.bottom:
                self._new_page()
            self._paragraph(note, size=8, height=4.6, colour=_MUTED)

    def _feet(self) -> None:
        pages, y = self.pdf.pages_count, self.pdf.h - 8
        legal = self.document.foot or self.document.t(
            "惠服务预付学费监管 · 由台账生成，供核对；以台账和银行流水为准。",
            "Hui Service · made from the ledger, for checking; the ledger and the bank's record prevail.",
        )
        for number in range(1, pages + 1):
            self.pdf.page = number
            self.letters.put(_MARGIN, y, legal, size=7.2, colour=_MUTED)
            of = self.document.t(f"第 {number} 页 / 共 {pages} 页", f"Page {number} of {pages}")
            self.letters.put_right(_MARGIN + self.width, y, of, size=7.2, colour=_MUTED)


def _text(column: Column, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return beijing(cell).strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int):
        return money.text(cell).replace("¥", "") if column.kind is Kind.YUAN else str(cell)
    return cell
