import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pypdf
import pytest

from functions.console import statements
from shared.funds import statement_queries
from shared.funds.model import State
from shared.people.model import StaffRole
from tests import steps
from tests.builders import ENROLMENT, NOW, SCHOOL, an_id
from tests.console.visitors import Visitor, addresses_in, heading_of, sign_in, text_of
from tests.shelf import Shelf, shelf

__all__ = ["shelf"]

HOME = f"/console/schools/{SCHOOL}/statement"
MINE = f"/console/enrolments/{ENROLMENT}/statement"
TRIAL = "/console/trial-balance"
DAYS = "from=2026-08-20&to=2026-09-30"


@pytest.fixture
def officer(in_memory: Any) -> Visitor:
    """A finance officer in a district with one enrolment: paid, one lesson released, one booked late."""
    steps.register()
    steps.enrol(steps.put_on_sale())
    steps.pay(ENROLMENT, 288_000, payer_name="=HYPERLINK(1)")
    steps.release(1)
    steps.release(2, confirmed_at=datetime(2026, 8, 31, 2, tzinfo=UTC), now=NOW + timedelta(days=1))
    steps.count_all()
    return sign_in("caiwu", StaffRole.FINANCE_OFFICER)


def text_of_pdf(content: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


class TestShowSchoolStatement:
    def test_has_opening_lines_and_closing(self, officer: Visitor) -> None:
        told = text_of(officer.get(f"{HOME}?{DAYS}&ledger=payable"))

        assert "期初余额 ¥0.00 收入 ¥120.00 支出 ¥0.00 期末余额 ¥120.00" in told
        assert told.count("课时费拨付给机构") == 2

    def test_by_effect_has_what_was_booked_late_on_its_day(self, officer: Visitor) -> None:
        august = "from=2026-08-20&to=2026-08-31&ledger=payable"

        assert "这段时间没有资金往来" in text_of(officer.get(f"{HOME}?{august}"))
        assert "期末余额 ¥60.00" in text_of(officer.get(f"{HOME}?{august}&basis=effective"))

    @pytest.mark.parametrize("state", [state for state in State if state is not State.OUTSIDE])
    def test_may_be_of_the_money_in_any_state(self, officer: Visitor, state: State) -> None:
        assert officer.get(f"{HOME}?{DAYS}&ledger={state}").status == 200

    def test_is_of_the_last_month_unless_told_otherwise(self, officer: Visitor) -> None:
        assert 'name="from" type="date" value="2026-08-02"' in officer.get(HOME).text

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("from=2026-09-02&to=2026-09-01", "结束日期应晚于开始日期。"),
            ("from=2024-01-01&to=2026-09-01", "一次最多查询 366 天。"),
            ("from=tomorrow", "日期无法识别"),
            ("to=0001-01-01", "日期无法识别"),
        ],
    )
    def test_of_no_period_says_so_above_the_form(self, officer: Visitor, query: str, sentence: str) -> None:
        answer = officer.get(f"{HOME}?{query}")

        assert answer.status == 422
        assert sentence in text_of(answer)

    def test_of_too_much_says_so(self, officer: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(statement_queries, "MOST_LINES", 1)

        answer = officer.get(f"{HOME}?{DAYS}&ledger=payable")
        assert (answer.status, "请缩短期间" in text_of(answer)) == (409, True)

    def test_shows_the_first_lines_of_many_and_the_totals_of_all(
        self, officer: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(statements, "_SHOWN", 1)
        told = text_of(officer.get(f"{HOME}?{DAYS}&ledger=payable"))

        assert (told.count("课时费拨付给机构"), "此处显示前 1 笔" in told, "期末余额 ¥120.00" in told) == (
            1,
            True,
            True,
        )

    def test_speaks_english(self, officer: Visitor) -> None:
        assert heading_of(officer.in_english().get(HOME)) == "Supervised tuition account statement"

    @pytest.mark.parametrize("query", ["ledger=outside", "ledger=cash"])
    def test_of_no_ledger_is_refused(self, officer: Visitor, query: str) -> None:
        assert officer.get(f"{HOME}?{query}").status == 422

    def test_of_no_school_is_missing(self, officer: Visitor) -> None:
        assert officer.get(f"/console/schools/{an_id('ins', 9)}/statement").status == 404

    @pytest.mark.parametrize("address", [HOME, MINE, TRIAL, f"{HOME}.pdf", f"{MINE}.xlsx", f"{TRIAL}.csv"])
    def test_accounts_are_not_a_reviewers(self, officer: Visitor, address: str) -> None:
        reviewer = sign_in("shenhe", StaffRole.REVIEWER)

        assert reviewer.get(address).status == 403


class TestFiles:
    def test_a_school_statement_as_pdf(self, officer: Visitor, shelf: Shelf) -> None:
        answer = officer.get(f"{HOME}.pdf?{DAYS}")
        name, content = shelf.fetch(answer.headers["location"])

        assert (answer.status, name) == (303, "星河舞蹈0001-学费监管账户-2026-08-20-2026-09-30.pdf")
        assert "¥2,880.00" in text_of_pdf(content)

    def test_a_trial_balance_as_workbook_has_a_sheet_of_states_of_schools_of_days(
        self, officer: Visitor, shelf: Shelf
    ) -> None:
        name, content = shelf.fetch(officer.get(f"{TRIAL}.xlsx?{DAYS}").headers["location"])
        book = openpyxl.load_workbook(io.BytesIO(content))

        assert name == "试算平衡表-全区-2026-08-20-2026-09-30.xlsx"
        assert book.sheetnames == ["合计", "各机构期末", "逐日期末"]
        [total] = [row for row in book["合计"].iter_rows(values_only=True) if row[0] == "合计"]
        assert total == ("合计", 0, 3000, 3000, 0)

    def test_a_trial_balance_as_pdf(self, officer: Visitor, shelf: Shelf) -> None:
        _, content = shelf.fetch(officer.get(f"{TRIAL}.pdf?{DAYS}&school={SCHOOL}").headers["location"])

        assert "-2,880.00" in text_of_pdf(content)

    def test_an_enrolment_statement_names_no_child(self, officer: Visitor, shelf: Shelf) -> None:
        _, content = shelf.fetch(officer.get(f"{MINE}.pdf").headers["location"])
        text = text_of_pdf(content)

        assert "少儿中国舞基础" in text
        assert "学员" not in text

    def test_a_csv_sums_up_to_the_closing_balance(self, officer: Visitor) -> None:
        answer = officer.get(f"{HOME}.csv?{DAYS}&ledger=held")
        rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))

        assert rows[0][2:] == ["摘要", "流水或课次", "收入(元)", "支出(元)", "余额(元)"]
        assert [row[4:] for row in rows[1:]] == [
            ["2880.00", "", "2880.00"],
            ["", "60.00", "2820.00"],
            ["", "60.00", "2760.00"],
        ]

    @pytest.mark.parametrize("address", [f"{MINE}.csv", f"{TRIAL}.csv?{DAYS}"])
    def test_other_tables_as_csv(self, officer: Visitor, address: str) -> None:
        answer = officer.get(address)

        assert (answer.status, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")


class TestShowEnrolmentStatement:
    def test_is_of_a_day(self, officer: Visitor) -> None:
        assert "仍在监管 ¥2,820.00" in text_of(officer.get(f"{MINE}?as_of=2026-09-01"))
        assert "仍在监管 ¥2,760.00" in text_of(officer.get(f"{MINE}?as_of=2026-09-01&basis=effective"))
        assert "到这一天还没有资金往来" in text_of(officer.get(f"{MINE}?as_of=2026-08-01"))

    def test_of_a_day_that_is_none_is_refused(self, officer: Visitor) -> None:
        assert officer.get(f"{MINE}?as_of=31").status == 422


class TestShowTrialBalance:
    def test_of_the_district_is_balanced_and_leads_to_its_schools(self, officer: Visitor) -> None:
        answer = officer.get(f"{TRIAL}?{DAYS}")
        told = text_of(answer)

        assert "平衡" in heading_of(answer)
        assert "监管中 ¥0.00 ¥120.00 ¥2,880.00 ¥2,760.00" in told
        assert "合计 ¥0.00 ¥3,000.00 ¥3,000.00 ¥0.00" in told
        assert any(f"school={SCHOOL}" in one for one in addresses_in(answer))

    def test_of_a_school_leads_to_the_entries_of_each_state(self, officer: Visitor) -> None:
        answer = officer.get(f"{TRIAL}?{DAYS}&school={SCHOOL}")
        [entries] = [one for one in addresses_in(answer) if "ledger=held" in one]

        assert "缴费入账" in text_of(officer.get(entries))

    def test_of_a_day_without_entries_keeps_its_balances(self, officer: Visitor) -> None:
        told = text_of(officer.get(f"{TRIAL}?from=2026-12-01&to=2026-12-01"))

        assert "监管中 ¥2,760.00 ¥0.00 ¥0.00 ¥2,760.00" in told

    def test_of_no_period_says_so(self, officer: Visitor) -> None:
        assert officer.get(f"{TRIAL}?from=2026-09-02&to=2026-09-01").status == 422

    @pytest.mark.parametrize("school", ["ins_1", an_id("ins", 9)])
    def test_of_no_school_is_missing(self, officer: Visitor, school: str) -> None:
        assert officer.get(f"{TRIAL}?school={school}").status == 404
