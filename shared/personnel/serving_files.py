"""Reads a file of serving public-school teachers: CSV with 姓名 and 资格证号, as spreadsheets save it. Pure."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from shared.kernel import errors
from shared.personnel import rules
from shared.personnel.model import ServingLine

MOST_BYTES = 512 * 1024
MOST_LINES = 5_000
"""What one call writes well within its time; a longer list comes in several files."""

_NAMES = {"姓名": "name", "name": "name", "资格证号": "number", "qualification_no": "number"}
_ENCODINGS = ("utf-8-sig", "gb18030")  # what browsers and Chinese spreadsheets save


class ServingFileEmpty(errors.Invalid):
    code = "serving_file_empty"
    zh = "请选择文件：表头下面至少要有一行。"
    en = "Choose a file: it needs at least one line below its headings."


class ServingFileTooLarge(errors.Invalid):
    code = "serving_file_too_large"
    zh = "文件过大：{value}，一次最多 {limit}。请分成几个文件。"
    en = "The file is too large: {value}, at most {limit} at once. Split it."


class ServingFileUnreadable(errors.Invalid):
    code = "serving_file_unreadable"
    zh = "无法读取：须为 CSV 文件（UTF-8 或 GBK 编码），第一行为表头“姓名,资格证号”。"
    en = "It can't be read: a CSV file (UTF-8 or GBK) is needed, whose first line is “name,qualification_no”."


@dataclass(frozen=True)
class WrongLine:
    """A line of the file, counted from 1 with the headings, and what is wrong with it."""

    number: int
    zh: str
    en: str


class ServingLinesWrong(errors.Invalid):
    """Lines that can't be taken over, so none is. `wrong` has all of them."""

    code = "serving_lines_wrong"
    zh = "有 {value} 行不符合要求，整个文件未导入。"
    en = "{value} lines are wrong; nothing of the file was imported."

    def __init__(self, wrong: Sequence[WrongLine]) -> None:
        super().__init__(pointer="/file", value=len(wrong))
        self.wrong = tuple(wrong)


def read(raw: bytes) -> list[ServingLine]:
    """The lines of a file, in its order.

    Raises ServingFileEmpty, ServingFileTooLarge, ServingFileUnreadable, ServingLinesWrong.
    """
    if len(raw) > MOST_BYTES:
        raise ServingFileTooLarge(pointer="/file", value=f"{len(raw)} B", limit=f"{MOST_BYTES} B")
    if not raw.strip():
        raise ServingFileEmpty(pointer="/file")
    rows = _rows(raw)
    columns = [_NAMES.get(cell.strip().lower(), "") for cell in rows[0][1]]
    if sorted(filter(None, columns)) != ["name", "number"]:
        raise ServingFileUnreadable(pointer="/file")
    below = rows[1:]
    if not below:
        raise ServingFileEmpty(pointer="/file")
    if len(below) > MOST_LINES:
        raise ServingFileTooLarge(pointer="/file", value=f"{len(below)}", limit=f"{MOST_LINES}")
    return _lines(below, columns.index("name"), columns.index("number"))


def _rows(raw: bytes) -> list[tuple[int, list[str]]]:
    """The rows that say something, each with its number. Raises ServingFileUnreadable, ServingFileEmpty."""
    reader = csv.reader(io.StringIO(_text(raw), newline=""), strict=True)
    try:
        rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error:
        raise ServingFileUnreadable(pointer="/file") from None
    if not rows:
        raise ServingFileEmpty(pointer="/file")
    return rows


def _text(raw: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ServingFileUnreadable(pointer="/file")


def _lines(rows: Sequence[tuple[int, Sequence[str]]], name_at: int, number_at: int) -> list[ServingLine]:
    found: list[ServingLine] = []
    wrong: list[WrongLine] = []
    first_at: dict[str, int] = {}
    for at, cells in rows:
        told = [cells[one].strip() if one < len(cells) else "" for one in (name_at, number_at)]
        try:
            line = ServingLine(rules.normal_name(told[0]), rules.normal_number(told[1]))
        except errors.Invalid as refusal:
            wrong.append(WrongLine(at, refusal.sentence("zh"), refusal.sentence("en")))
            continue
        if line.number in first_at:
            before = first_at[line.number]
            wrong.append(
                WrongLine(at, f"资格证号与第 {before} 行重复。", f"The number stands in line {before} already.")
            )
            continue
        first_at[line.number] = at
        found.append(line)
    if wrong:
        raise ServingLinesWrong(wrong)
    return found
