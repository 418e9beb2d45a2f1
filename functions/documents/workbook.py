"""A document as a workbook (xlsx), a sheet a table.

Amounts are numbers in yuan, so that a reader can sum them up: a fen amount below 10^13 divided by 100 is the nearest
double, which has at most 15 digits and shows and reads back as exactly these two decimals. Text is written as text: no
cell is a formula, whatever it begins with.
"""

import io
from datetime import date, datetime
from typing import Any

from functions.documents.model import Cell, Document, Kind, Table, beijing

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_FEN = 10**13
_FORMATS = {
    "title": {"bold": True, "font_size": 14},
    "label": {"font_color": "#55606e"},
    "note": {"font_color": "#55606e"},
    "figure": {"bold": True, "num_format": "#,##0.00;[Red]-#,##0.00", "align": "left"},
    "head": {"bold": True, "bg_color": "#e6effb", "bottom": 1, "text_wrap": True, "valign": "vcenter"},
    "total": {"bold": True, "top": 1},
    "yuan_total": {"bold": True, "top": 1, "num_format": "#,##0.00;[Red]-#,##0.00"},
    "rate_total": {"bold": True, "top": 1, "align": "right"},
    "count_total": {"bold": True, "top": 1, "num_format": "0"},
    Kind.TEXT: {"text_wrap": True, "valign": "top"},
    Kind.YUAN: {"num_format": "#,##0.00;[Red]-#,##0.00", "valign": "top"},
    Kind.COUNT: {"num_format": "0", "valign": "top"},
    Kind.RATE: {"valign": "top", "align": "right"},
    Kind.DAY: {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
    Kind.MOMENT: {"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"},
}


def write(document: Document) -> bytes:
    """The workbook; the same document gives the same bytes."""
    import xlsxwriter

    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"constant_memory": True})
    book.set_properties({"title": document.title, "created": beijing(document.made_at)})
    formats = {name: book.add_format(told) for name, told in _FORMATS.items()}
    for table in document.tables:
        _sheet(book.add_worksheet(table.title[:31]), document, table, formats)
    book.close()
    return made.getvalue()


def _sheet(sheet: Any, document: Document, table: Table, formats: dict[str, Any]) -> None:
    for number, column in enumerate(table.columns):
        sheet.set_column(number, number, max(10, column.width * 0.62))
    row = _top(sheet, document, formats)
    for number, column in enumerate(table.columns):
        sheet.write_string(row, number, column.title, formats["head"])
    sheet.freeze_panes(row + 1, 0)
    sheet.repeat_rows(row)
    for cells in table.rows:
        row += 1
        for number, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
            _write(sheet, row, number, column.kind, cell, formats[column.kind])
    if table.total is not None:
        row += 1
        for number, (column, cell) in enumerate(zip(table.columns, table.total, strict=True)):
            _write(sheet, row, number, column.kind, cell, formats.get(f"{column.kind}_total", formats["total"]))
    row += 1
    for note in document.notes:
        row += 1
        sheet.write_string(row, 0, note, formats["note"])
    sheet.set_paper(9)
    if document.wide:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _top(sheet: Any, document: Document, formats: dict[str, Any]) -> int:
    """What stands above a table; the row of its head."""
    sheet.write_string(0, 0, document.title, formats["title"])
    row = 1
    for label, text in [*document.facts, ("", document.made)]:
        sheet.write_string(row, 0, label, formats["label"])
        sheet.write_string(row, 1, text)
        row += 1
    for label, amount in document.figures:
        sheet.write_string(row, 0, label, formats["label"])
        _write(sheet, row, 1, Kind.YUAN, amount, formats["figure"])
        row += 1
    return row + 1


def _write(sheet: Any, row: int, number: int, kind: Kind, cell: Cell, style: Any) -> None:
    if cell is None:
        sheet.write_blank(row, number, None, style)
    elif isinstance(cell, str):
        sheet.write_string(row, number, cell, style)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, number, beijing(cell), style)
    elif isinstance(cell, date):
        sheet.write_datetime(row, number, cell, style)
    elif kind is Kind.YUAN:
        assert abs(cell) < _MOST_FEN, "a double has no fen left"
        sheet.write_number(row, number, cell / 100, style)
    else:
        sheet.write_number(row, number, cell, style)
