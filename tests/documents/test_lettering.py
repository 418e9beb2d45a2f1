import pytest
from fpdf import FPDF

from functions.documents.lettering import Lettering


@pytest.fixture(scope="module")
def letters() -> Lettering:
    return Lettering(FPDF())


class TestWrapped:
    def test_what_fits_stays_in_one_line(self, letters: Lettering) -> None:
        assert letters.wrapped("缴费入账", 10, 20) == ["缴费入账"]

    def test_chinese_breaks_anywhere(self, letters: Lettering) -> None:
        assert letters.wrapped("课时费拨付给机构", 10, 11) == ["课时费", "拨付给", "机构"]

    def test_no_line_begins_with_a_closing_sign(self, letters: Lettering) -> None:
        assert letters.wrapped("课时费，拨付给", 10, 11) == ["课时", "费，拨", "付给"]

    def test_words_break_at_spaces(self, letters: Lettering) -> None:
        assert letters.wrapped("released to the school", 10, 24) == ["released to", "the school"]

    def test_a_word_without_a_space_is_cut(self, letters: Lettering) -> None:
        lines = letters.wrapped("ses_01J8ZQ4T9F6X3M2C7V5B1N8K0D", 8, 25)

        assert len(lines) > 1
        assert "".join(lines) == "ses_01J8ZQ4T9F6X3M2C7V5B1N8K0D"
        assert all(letters.width(line, 8) <= 25 for line in lines)
