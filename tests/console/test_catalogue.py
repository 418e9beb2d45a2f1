"""The catalogue as a page: open to everybody, in both languages."""

import pytest

from tests.console.visitors import Visitor, addresses_in, heading_of, sign_in, text_of

pytestmark = pytest.mark.usefixtures("in_memory")


class TestShowCatalogue:
    def test_who_is_not_signed_in_reads_it(self) -> None:
        answer = Visitor().get("/console/catalogue")

        assert answer.status == 200
        assert heading_of(answer) == "材料目录：设立申请 linzi-2026.1"
        assert "消防验收或安全检查合格证明 ● 必交" in text_of(answer)
        assert "审核员 · 5 个工作日" in text_of(answer)

    def test_of_another_filing_by_a_non_profit_in_english(self) -> None:
        visitor = Visitor("hui_lang=en")
        address = "/console/catalogue?of=annual_inspection&by=non_profit"
        assert address in {
            one.replace("&amp;", "&") for one in addresses_in(visitor.get("/console/catalogue?of=annual_inspection"))
        }

        answer = visitor.get(address)

        assert "Registration certificate of a civil non-profit" in text_of(answer)
        assert "Audited accounts of last year" in text_of(answer)

    def test_leads_back_to_the_console_for_staff_and_to_the_start_for_others(self) -> None:
        inside, outside = sign_in().get("/console/catalogue"), Visitor().get("/console/catalogue")

        assert {"/console/filings", "/console/sign-out"} <= addresses_in(inside)
        assert "/" in addresses_in(outside)
        assert "/console/filings" not in addresses_in(outside)
        assert Visitor("hui_session=over").get("/console/catalogue").status == 200

    def test_what_is_not_known_is_an_application_by_a_company(self) -> None:
        assert "营业执照" in text_of(Visitor().get("/console/catalogue?of=x&by=y"))
