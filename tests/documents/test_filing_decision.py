"""A decision on a filing as a document."""

from datetime import date
from io import BytesIO

import pypdf
import pytest

from functions.documents import filing_decision, pdf
from shared.filings.model import Decision, Finding, Material, Outcome, State, Visit
from tests.builders import NOW
from tests.filings.test_rules import a_case, a_ref


class TestOf:
    @pytest.mark.parametrize(
        ("language", "words"),
        [
            (
                "zh",
                ["设立申请审批决定书 临教审〔2026〕0001号", "决定 通过", "消防验收或安全检查合格证明", "灭火器过期"],
            ),
            ("en", ["Decision on an application", "Passed", "Fire inspection", "met 1/5"]),
        ],
    )
    def test_says_what_was_decided_under_its_number(self, language: str, words: list[str]) -> None:
        case = a_case(
            State.DECIDED,
            decision=Decision(Outcome.PASS, "符合设立条件", "2026-0001", "supervisor", NOW),
            materials={"fire_inspection": Material((a_ref(),), date(2027, 12, 31), 1)},
            findings=(Finding(1, "灭火器过期", date(2026, 9, 21), "已更换", NOW, NOW, "reviewer"),),
            visit=Visit(date(2026, 9, 1), "reviewer", {"premises": True}, ""),
        )

        document = filing_decision.of(case, credit_code="91370305MA3C00001X", language=language)
        text = pypdf.PdfReader(BytesIO(pdf.write(document))).pages[0].extract_text()

        assert [one for one in words if one not in text] == []
