import io
import re
from itertools import groupby

import pypdf
import pytest
import segno

from functions.documents import plaque as papers
from shared.kernel.ids import PlaqueId
from shared.listings.model import Plaque
from tests import builders
from tests.builders import NOW, SCHOOL, an_id
from tests.edge.conftest import settings

__all__ = ["settings"]

PLAQUE = Plaque(PlaqueId(an_id("plq")), SCHOOL, "admin", NOW)
ADDRESS = f"https://hui.example/verify/{an_id('plq')}"


@pytest.fixture(autouse=True)
def public_url(settings: pytest.MonkeyPatch) -> None:
    settings.setenv("PUBLIC_URL", "https://hui.example")


class TestAddress:
    def test_is_the_page_that_tells_whether_the_school_is_legal(self) -> None:
        assert papers.address(PLAQUE) == ADDRESS


class TestSvg:
    def test_is_the_code_of_that_address(self) -> None:
        out = io.BytesIO()
        segno.make(ADDRESS, error="q", micro=False).save(out, kind="svg", scale=8, border=4)
        assert papers.svg(PLAQUE) == out.getvalue().decode()


class TestPdf:
    def test_names_the_school_and_its_numbers(self) -> None:
        school = builders.a_school()
        [page] = pypdf.PdfReader(io.BytesIO(papers.pdf(PLAQUE, school))).pages
        text = page.extract_text().replace("\n", "")

        for said in (
            school.name,
            school.campuses[0].address,
            school.credit_code,
            school.licence_no,
            PLAQUE.plaque_id,
            "扫码查验",
        ):
            assert said in text

    def test_its_squares_are_the_code(self) -> None:
        """Read the rectangles that are drawn, and lay them on the grid again."""
        [page] = pypdf.PdfReader(io.BytesIO(papers.pdf(PLAQUE, builders.a_school()))).pages
        drawn = page.get_contents()
        assert drawn is not None
        numbers = re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) (-?[\d.]+) re f", drawn.get_data())
        found = [(float(x), float(y), float(width)) for x, y, width, _ in numbers]
        wanted = segno.make(ADDRESS, error="q", micro=False).matrix
        module = papers._CODE_MM * 72 / 25.4 / (len(wanted) + 8)
        left, top = min(x for x, _, _ in found), max(y for _, y, _ in found)
        grid = [bytearray(len(wanted)) for _ in wanted]
        for x, y, width in found:
            row, column = round((top - y) / module), round((x - left) / module)
            for step in range(round(width / module)):
                grid[row][column + step] = 1

        assert grid == [bytearray(int(bool(one)) for one in row) for row in wanted]
        assert len(found) == sum(dark for row in wanted for dark, _ in groupby(bool(one) for one in row))

    def test_the_same_plaque_gives_the_same_bytes(self) -> None:
        assert papers.pdf(PLAQUE, builders.a_school()) == papers.pdf(PLAQUE, builders.a_school())
