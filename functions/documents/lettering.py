"""Text on a page of fpdf2: what the font has, how wide it is, where a line breaks.

fpdf2's own cells take a document of a thousand lines ten seconds; this puts each line where it belongs in one.
"""

import re
from pathlib import Path
from typing import Any

FONT = Path(__file__).parent / "fonts" / "NotoSansSC-subset.ttf"
MISSING = "〓"
"""Stands for a character that the font hasn't."""

Colour = tuple[int, int, int]
INK: Colour = (23, 32, 44)

_PIECES = re.compile(r"[^\s\u2e80-\uffef]+|\s+|.")
_NOT_FIRST = frozenset("，。；：、！？）》」”’,.;:!?)]%")
_POINT_MM = 25.4 / 72


class Lettering:
    """Writes on a document. `missing` are the characters that the font hasn't, in the order of their coming."""

    def __init__(self, pdf: Any) -> None:
        pdf.add_font("noto", fname=str(FONT))
        self._pdf = pdf
        self._font = pdf.fonts["noto"]
        self.missing: dict[str, None] = {}

    def shown(self, text: str) -> str:
        """A text in characters that the font has, on one line."""
        text = " ".join(text.split())
        lost = {letter for letter in text if ord(letter) not in self._font.cmap}
        if not lost:
            return text
        self.missing.update(dict.fromkeys(letter for letter in text if letter in lost))
        return "".join(MISSING if letter in lost else letter for letter in text)

    def width(self, text: str, size: float) -> float:
        """How wide a text is, in millimetres, at a size in points."""
        widths = self._font.cw
        return float(sum(widths[ord(letter)] for letter in text)) * size * _POINT_MM / 1000

    def wrapped(self, text: str, size: float, width: float) -> list[str]:
        """A text in lines of at most this width: Chinese breaks anywhere but before a closing sign, words at spaces."""
        if self.width(text, size) <= width:
            return [text]
        lines: list[list[str]] = [[]]
        for piece in _PIECES.findall(text):
            for part in self._that_fit(piece, size, width):
                line = lines[-1]
                if line and self.width("".join(line) + part, size) > width:
                    carried = [line.pop()] if part in _NOT_FIRST and len(line) > 1 else []
                    lines.append(carried)
                if part.strip() or lines[-1]:
                    lines[-1].append(part)
        return ["".join(line).rstrip() for line in lines]

    def _that_fit(self, piece: str, size: float, width: float) -> list[str]:
        """A piece that is wider than a line, cut into its letters."""
        return list(piece) if self.width(piece, size) > width else [piece]

    def put(self, x: float, y: float, text: str, *, size: float, colour: Colour = INK, bold: bool = False) -> None:
        """Write one line of what the font has, its baseline at `y`."""
        from fpdf.enums import TextMode

        self._pdf.set_font("noto", size=size)
        self._pdf.set_text_color(*colour)
        if bold:  # the font has one weight: a stroke around each letter makes the other
            with self._pdf.local_context(text_mode=TextMode.FILL_STROKE, line_width=size / 200, draw_color=colour):
                self._pdf.text(x, y, text)
        else:
            self._pdf.text(x, y, text)

    def put_right(
        self, x: float, y: float, text: str, *, size: float, colour: Colour = INK, bold: bool = False
    ) -> None:
        """Write one line that ends at `x`."""
        self.put(x - self.width(text, size), y, text, size=size, colour=colour, bold=bold)
