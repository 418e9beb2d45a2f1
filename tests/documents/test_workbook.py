import io
import zipfile
from typing import Any

import hypothesis
import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.documents import workbook
from functions.documents.model import Document, Table
from tests.documents.examples import COLUMNS, a_document, a_row


def read(document: Document) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook.write(document)))


def rows(document: Document) -> list[tuple[Any, ...]]:
    """The cells from the table's head on."""
    told = list(read(document).active.iter_rows(values_only=True))
    head = next(number for number, row in enumerate(told) if row[0] == "生效日")
    return told[head:]


class TestWrite:
    def test_amounts_are_numbers_in_yuan_and_days_are_days(self) -> None:
        head, row, total, *_ = rows(a_document([a_row(amount_fen=-123_456_789)]))

        assert head == ("生效日", "记账时间", "摘要", "笔数", "余额(元)")
        assert list(map(str, row[:2])) == ["2026-09-01 00:00:00", "2026-09-01 10:00:00"]
        assert row[2:] == ("缴费入账", 1, -1_234_567.89)
        assert total == (None, None, "合计", 1, -1_234_567.89)

    @hypothesis.settings(max_examples=20)
    @given(st.lists(st.integers(-(10**13) // 20 + 1, 10**13 // 20 - 1), min_size=1, max_size=20))
    @example([10**13 - 1])
    @example([1 - 10**13])
    def test_every_amount_reads_back_to_the_fen(self, amounts: list[int]) -> None:
        _, *told = rows(a_document([a_row(amount_fen=amount) for amount in amounts], notes=[]))

        assert [round(row[4] * 100) for row in told[:-1]] == amounts

    def test_an_amount_that_a_double_can_not_hold_is_a_bug(self) -> None:
        with pytest.raises(AssertionError):
            workbook.write(a_document([a_row(amount_fen=10**13)]))

    @pytest.mark.parametrize(
        "text", ["=1+1", "+86", "-5", "@SUM(A1)", "=HYPERLINK(1)", "http://x.example", "{=1}", "007"]
    )
    def test_text_is_never_a_formula_a_link_or_a_number(self, text: str) -> None:
        content = workbook.write(a_document([a_row(text)], facts=[("机构", text)]))
        cell = next(
            cell for row in read(a_document([a_row(text)])).active.iter_rows() for cell in row if cell.value == text
        )

        assert (cell.data_type, cell.hyperlink) == ("s", None)
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            assert b"<f>" not in opened.read("xl/worksheets/sheet1.xml")

    def test_the_head_stays_in_view(self) -> None:
        sheet = read(a_document()).active

        assert sheet[sheet.freeze_panes].offset(row=-1).value == "生效日"

    def test_each_table_has_a_sheet(self) -> None:
        tables = [Table(name, COLUMNS, [a_row()]) for name in ("合计", "逐日")]

        assert read(a_document(tables=tables)).sheetnames == ["合计", "逐日"]

    def test_the_same_document_is_the_same_to_the_byte(self) -> None:
        assert workbook.write(a_document()) == workbook.write(a_document())
