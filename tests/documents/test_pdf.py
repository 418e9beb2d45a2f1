import io
from dataclasses import replace
from typing import Any

import pypdf
import pytest

from functions.documents import pdf
from tests.documents.examples import a_document, a_row


def pages(**changes: Any) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf.write(a_document(**changes)))).pages]


class TestWrite:
    def test_says_everything_that_the_document_says(self) -> None:
        [text] = pages()

        for said in (
            "学费监管对账单",
            "期末余额",
            "-¥8.88",
            "星河舞蹈",
            "2026-09-01 10:00",
            "缴费入账",
            "1.00",
            "合计",
        ):
            assert said in text
        assert "余额为监管中加退费中。" in text
        assert "第 1 页 / 共 1 页" in text
        assert "以台账和银行流水为准" in text

    def test_has_its_head_and_its_number_on_every_page(self) -> None:
        told = pages(rows=[a_row(f"第 {number} 笔") for number in range(120)])

        assert len(told) == 3
        for number, text in enumerate(told, 1):
            assert f"第 {number} 页 / 共 3 页" in text
            assert "余额(元)" in text
        assert "".join(told).count(" 笔\n") + "".join(told).count(" 笔") >= 120

    def test_has_a_code_with_what_it_says_beside_it_on_one_page(self) -> None:
        code = ("https://hui.example/verify/receipt/x", "扫码查验真伪")
        bare = pages(rows=[a_row() for _ in range(34)])
        told = pages(rows=[a_row() for _ in range(34)], code=code)

        assert (len(bare), len(told)) == (1, 2)
        assert code[0] in told[1]
        assert code[1] in told[1]

    def test_says_its_own_foot_in_place_of_the_ledgers(self) -> None:
        [text] = pages(foot="按双方接受的条款出具")

        assert "按双方接受的条款出具" in text
        assert "以台账和银行流水为准" not in text

    def test_a_character_that_the_font_has_not_is_shown_as_a_mark_and_named_in_a_note(self) -> None:
        [text] = pages(facts=[("学员", "王𬸚䶮喆")])

        assert "王〓〓喆" in text
        assert "〓：此处的字不在打印字库中，字符编码 U+2CE1A, U+4DAE。" in text

    @pytest.mark.parametrize("name", ["欧阳玥", "李喆", "王堃", "张祎", "芃芃", "赵昇", "慕容珺", "阿依古丽·买买提"])
    def test_names_of_today_are_in_the_font(self, name: str) -> None:
        [text] = pages(facts=[("学员", name)])

        assert name in text
        assert "〓" not in text

    def test_an_empty_table_says_so(self) -> None:
        [text] = pages(rows=[])

        assert "没有往来。" in text

    def test_in_english_speaks_english(self) -> None:
        [text] = pages(language="en", facts=[("School", "𬸚")])

        assert "Page 1 of 1" in text
        assert "U+2CE1A" in text
        assert "第" not in text.partition("Page")[2]

    def test_a_long_word_is_broken_and_nothing_is_lost(self) -> None:
        [text] = pages(rows=[a_row("x" * 150), a_row("甲，" * 60)])

        assert text.count("x") == 150
        assert text.count("甲，") == 60

    def test_line_ends_in_a_name_do_not_break_the_page(self) -> None:
        [text] = pages(facts=[("机构", "星河\n舞蹈\t学校")])

        assert "星河 舞蹈 学校" in text

    def test_the_same_document_is_the_same_to_the_byte(self) -> None:
        assert pdf.write(a_document()) == pdf.write(a_document())
        assert pdf.write(a_document()) != pdf.write(replace(a_document(), title="另一份"))

    def test_stays_small_with_its_font_inside(self) -> None:
        content = pdf.write(a_document())

        assert b"/FontFile2" in content
        assert len(content) < 60_000
