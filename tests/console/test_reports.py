import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pypdf
import pytest

from functions.documents import monthly_report
from functions.documents.report_parts import OfSchool
from shared.funds import refund_money, refund_notes
from shared.funds import usecases as funds
from shared.funds.model import State
from shared.funds.refund_model import Refund, RefundStatus
from shared.funds.totals_model import Day
from shared.people.model import StaffRole
from tests import builders, steps
from tests.builders import NOW, SCHOOL
from tests.console.visitors import Visitor, sign_in, text_of
from tests.edge.doors import Answer
from tests.shelf import Shelf, shelf

__all__ = ["shelf"]

HOME = "/console/reports"
THIS_WEEK, THIS_MONTH = "kind=weekly&on=2026-09-01", "kind=monthly&on=2026-09-30"
HOSTILE = "=HYPERLINK(1)"


@pytest.fixture
def officer(in_memory: Any) -> Visitor:
    """A finance officer in a district of two schools: one paid out and refunded, one with nothing."""
    school = steps.register(short_name=HOSTILE, licence_valid_to=date(2026, 11, 29))
    steps.register(2, licence_valid_to=date(2026, 11, 30))
    offering = steps.put_on_sale()
    for number in (1, 2):
        steps.enrol(offering, number)
        steps.pay(builders.an_enrolment_made(number).enrolment_id, 288_000)
    steps.release(1)
    steps.release(2, automatic=True)
    steps.count_all()
    payout = steps.build_payout()
    assert payout is not None
    steps.count_all()
    steps.settle(payout)
    minimum = builders.a_deposit(8_000, bank_reference="BK-MINIMUM")
    funds.post_deposit(fact=minimum, account=builders.a_minimum_account(), now=NOW)
    pay_back(steps.a_held_refund(2))
    steps.count_all()
    assert school.institution_id == SCHOOL
    return sign_in("caiwu", StaffRole.FINANCE_OFFICER)


def pay_back(refund: Any) -> None:
    """The bank makes every payment of a refund."""
    for number, payment in enumerate(refund_money.payments(refund)):
        fact = builders.a_refund_paid(payment, bank_reference=f"BKR-{number}")
        refund_money.settle(fact=fact, now=NOW)
    refund_notes.note_instructed(refund_id=refund.refund_id)
    refund_notes.note_outcome(refund_id=refund.refund_id, now=NOW)


def rows_of(answer: Answer) -> list[list[str]]:
    assert answer.text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def fetched(shelf: Shelf, answer: Answer) -> bytes:
    """The file that an answer sends to."""
    assert answer.status == 303
    return shelf.fetch(answer.headers["location"])[1]


def a_refund(**changes: Any) -> Refund:
    """One that was asked for on the first of September."""
    refund = steps.ask_for_refund(1)
    return replace(refund, requested_at=NOW, **changes)


class TestWeekly:
    def test_tells_each_schools_money_and_the_sum(self, officer: Visitor) -> None:
        shown = text_of(officer.get(f"{HOME}?{THIS_WEEK}"))

        money = "¥5760.00 ¥120.00 ¥120.00 ¥2880.00 ¥2760.00 ¥2760.00 ¥80.00"
        assert f"{HOSTILE} {money}" in shown.replace(",", "")
        assert f"合计 {money}" in shown.replace(",", "")
        assert "期间尚未结束" in shown

    def test_is_of_last_week_unless_asked_otherwise(self, officer: Visitor) -> None:
        shown = text_of(officer.get(HOME))

        assert "2026-08-24 至 2026-08-30" in shown
        assert "合计 ¥0.00 ¥0.00 ¥0.00 ¥0.00 ¥0.00 ¥0.00 ¥0.00" in shown

    def test_of_a_later_week_still_has_what_stood_at_its_end(self, officer: Visitor) -> None:
        shown = text_of(officer.get(f"{HOME}?kind=weekly&on=2026-09-09")).replace(",", "")

        assert "合计 ¥0.00 ¥0.00 ¥0.00 ¥0.00 ¥2760.00 ¥2760.00 ¥80.00" in shown

    def test_as_csv_has_a_mark_and_no_formula(self, officer: Visitor) -> None:
        head, first, second = rows_of(officer.get(f"{HOME}.csv?{THIS_WEEK}"))

        assert head[0] == "机构"
        assert first == [f"'{HOSTILE}", "5760.00", "120.00", "120.00", "2880.00", "2760.00", "2760.00", "80.00"]
        assert second[1:] == ["0.00"] * 7

    def test_as_a_workbook_has_numbers(self, officer: Visitor, shelf: Shelf) -> None:
        answer = officer.get(f"{HOME}.xlsx?{THIS_WEEK}")

        book = openpyxl.load_workbook(io.BytesIO(fetched(shelf, answer)))
        [sheet] = book.worksheets
        rows = [row for row in sheet.iter_rows(values_only=True) if row[0] == HOSTILE]
        assert rows == [(HOSTILE, 5760, 120, 120, 2880, 2760, 2760, 80)]


class TestMonthly:
    def test_tells_coverage_and_silence(self, officer: Visitor) -> None:
        _, first, _ = rows_of(officer.get(f"{HOME}.csv?{THIS_MONTH}&table=1"))

        assert first == [f"'{HOSTILE}", "2760.00", "80.00", "100.00", "80.0 %", "2", "1", "50.0 %"]

    def test_tells_refunds_in_time(self, officer: Visitor) -> None:
        told = rows_of(officer.get(f"{HOME}.csv?{THIS_MONTH}&table=2"))

        assert told[1:] == [[f"'{HOSTILE}", "1", "1", "0", "0", "0", "0", "0.0"]]

    def test_tells_licences_that_end_within_60_days_of_it_and_no_others(self, officer: Visitor) -> None:
        told = rows_of(officer.get(f"{HOME}.csv?{THIS_MONTH}&table=3"))

        assert [(row[2], row[3]) for row in told[1:]] == [("2026-11-29", "60")]

    def test_tells_prices_by_category(self, officer: Visitor) -> None:
        told = rows_of(officer.get(f"{HOME}.csv?{THIS_MONTH}&table=4"))

        assert told[1:] == [["舞蹈", "1", "60.00", "60.00", "60.00", "60.00"]]

    def test_of_an_earlier_month_knows_what_was_required_then(self, officer: Visitor) -> None:
        _, first, _ = rows_of(officer.get(f"{HOME}.csv?kind=monthly&on=2026-08-01"))

        assert first[1:5] == ["0.00", "0.00", "0.00", "–"]

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_as_files_has_every_table(self, officer: Visitor, shelf: Shelf, language: str) -> None:
        reader = officer.in_english() if language == "en" else officer
        book = openpyxl.load_workbook(io.BytesIO(fetched(shelf, reader.get(f"{HOME}.xlsx?{THIS_MONTH}"))))
        told = fetched(shelf, reader.get(f"{HOME}.pdf?{THIS_MONTH}"))

        assert len(book.worksheets) == 4
        assert len(pypdf.PdfReader(io.BytesIO(told)).pages) >= 1


class TestDaily:
    def test_tells_low_balances_and_that_no_break_is_open(self, officer: Visitor) -> None:
        shown = text_of(officer.get(f"{HOME}?kind=daily"))

        assert "没有未结差异" in shown
        assert f"{HOSTILE} ¥80.00 ¥100.00 ¥20.00 80.0 %" in shown

    def test_is_always_of_today(self, officer: Visitor) -> None:
        assert "2026-09-01" in text_of(officer.get(f"{HOME}?kind=daily&on=2026-08-01"))


class TestRefused:
    @pytest.mark.parametrize("query", ["kind=yearly", "kind=daily&table=3", "kind=weekly&table=0", "table=x"])
    def test_what_there_is_not(self, officer: Visitor, query: str) -> None:
        assert officer.get(f"{HOME}.csv?{query}").status == 404

    @pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "1999-12-31"])
    def test_a_day_that_is_none(self, officer: Visitor, day: str) -> None:
        answer = officer.get(f"{HOME}?kind=weekly&on={day}")

        assert (answer.status, "日期无法识别" in answer.text) == (422, True)

    def test_a_reviewer(self, officer: Visitor) -> None:
        assert sign_in("shenhe", StaffRole.REVIEWER).get(HOME).status == 403


class TestTimely:
    @pytest.mark.parametrize(
        ("ended_on", "counts"),
        [(16, [1, 1, 0, 0, 0, 0, "15.0"]), (17, [1, 0, 1, 0, 0, 0, "16.0"]), (None, [1, 0, 0, 1, 0, 0, "–"])],
    )
    def test_is_paid_by_its_last_day(self, officer: Visitor, ended_on: int | None, counts: list[Any]) -> None:
        refund = a_refund(
            status=RefundStatus.PAID if ended_on else RefundStatus.INSTRUCTED,
            pay_by=date(2026, 9, 16),
            ended_at=datetime(2026, 9, ended_on, 2, tzinfo=UTC) if ended_on else None,
        )
        of = OfSchool(builders.a_school(), Day(date(2026, 9, 1)), dict.fromkeys(State, 0), refunds=[refund])

        table = monthly_report.refunds_in_time(lambda zh, en: zh, [of], date(2026, 9, 17))

        assert list(table.rows[0])[1:] == counts

    def test_is_still_under_way_on_its_last_day(self, officer: Visitor) -> None:
        refund = a_refund(status=RefundStatus.INSTRUCTED, pay_by=NOW.date() + timedelta(days=15))
        of = OfSchool(builders.a_school(), Day(date(2026, 9, 1)), dict.fromkeys(State, 0), refunds=[refund])

        table = monthly_report.refunds_in_time(lambda zh, en: zh, [of], date(2026, 9, 16))

        assert list(table.rows[0])[4:6] == [0, 1]
