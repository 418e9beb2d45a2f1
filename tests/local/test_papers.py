"""The papers and pictures of the demonstration: each what it says it is, and none like another."""

from dataclasses import replace
from datetime import date
from io import BytesIO

from fontTools.ttLib import TTFont
from PIL import Image
from pypdf import PdfReader

from functions.documents.lettering import FONT
from infra.local import papers
from infra.local.scanner_simulator import EICAR
from shared.filings import catalogue
from shared.filings.model import Filing, InstitutionType
from tests import builders

HOLDER = papers.Holder.of(builders.a_school())


class TestPapers:
    def test_a_paper_is_a_page_with_its_own_title_the_same_when_it_is_made_again(self) -> None:
        made = papers.paper("fire_inspection", HOLDER, "2026年年检")
        told = PdfReader(BytesIO(made.content), strict=True)

        assert (len(told.pages), told.metadata and told.metadata.title) == (1, "消防验收意见书")
        assert made.name == "消防验收意见书（2026年年检）.pdf"
        assert papers.paper("fire_inspection", HOLDER, "2026年年检") == made
        assert EICAR in papers.malicious(made.content)

    def test_papers_differ_by_item_by_school_by_seal_and_by_what_is_written(self) -> None:
        other = replace(HOLDER, name="另一所培训学校有限公司")
        made = [papers.paper(code, HOLDER, "年检").content for code in papers.WRITTEN]
        made += [papers.paper(code, other, "年检").content for code in papers.WRITTEN if code != "founder_identity"]
        made += [papers.paper("fire_inspection", HOLDER, "年检", sealed=False).content]
        made += [papers.paper("fire_inspection", HOLDER, "年检", differs=["结论：不合格"]).content]

        assert len(set(made)) == len(made)

    def test_there_is_one_for_every_item_that_the_catalogue_requires(self) -> None:
        asked = {
            item.code
            for filing in Filing
            for kind in InstitutionType
            for item in catalogue.in_force(filing, kind, on=date(2026, 9, 1)).items
            if item.required
        }
        assert asked == set(papers.WRITTEN)

    def test_a_bound_volume_is_one_file_for_several_items(self) -> None:
        made = papers.volume(["school_licence", "charge_rules"], HOLDER, "2026年年检")

        assert [one.code for one in made] == ["school_licence", "charge_rules"]
        assert len({(one.name, one.content) for one in made}) == 1

    def test_every_letter_of_a_paper_is_in_the_font(self) -> None:
        told = "".join(title + "".join(lines) for title, lines in papers.WRITTEN.values())
        with TTFont(FONT) as font:
            assert {one for one in told if ord(one) not in font.getBestCmap()} == set()


class TestPhoto:
    def test_the_photo_says_where_it_was_taken(self) -> None:
        assert Image.open(BytesIO(papers.photo("教室"))).getexif().get_ifd(0x8825)[1] == "N"

    def test_another_caption_is_another_picture(self) -> None:
        assert papers.photo("舞蹈教室") == papers.photo("舞蹈教室") != papers.photo("教室门口")
