"""QR codes on a page of fpdf2."""

from itertools import groupby
from typing import Any

QUIET = 4  # modules of white around a code, as the standard asks


def code(text: str) -> Any:
    """The code of a text, read with a quarter of it lost."""
    import segno

    return segno.make(text, error="q", micro=False)


def draw(page: Any, text: str, *, left: float, top: float, size: float) -> None:
    """The code as squares, its white border inside `size`; in millimetres."""
    rows = code(text).matrix
    module = size / (len(rows) + 2 * QUIET)
    page.set_fill_color(0, 0, 0)
    for number, row in enumerate(rows, QUIET):
        start = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                x, y = left + (QUIET + start) * module, top + number * module
                page.rect(x, y, length * module, module + 0.01, style="F")  # no hairline between two rows
            start += length
