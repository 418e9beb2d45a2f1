import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pypdf
import pytest
import urllib3

from functions.documents import delivery
from functions.edge import files
from infra import buckets
from tests import steps
from tests.api.district import District, enrolling
from tests.builders import ENROLMENT, NOW
from tests.edge.doors import Door
from tests.shelf import Shelf, shelf

__all__ = ["shelf"]

LATE = datetime(2026, 8, 31, 2, tzinfo=UTC)


@pytest.fixture
def enrolment(district: District) -> str:
    """The guardian's enrolment of 2,880 yuan: paid, the first lesson released, the second booked late."""
    offering = district.opens()
    district.teaches(sessions=2)
    made = steps.enrol(offering)
    steps.pay(made.enrolment_id, 288_000)
    steps.release(1)
    steps.release(2, confirmed_at=LATE, now=NOW + timedelta(days=1))
    steps.count_all()
    return made.enrolment_id


def of(enrolment: str, ending: str = "", query: str = "") -> str:
    return f"/v1/enrolments/{enrolment}/statement{ending}{query}"


SCHOOL = "/v1/school/statement"
SEPTEMBER = "from=2026-09-01&to=2026-10-01"


class TestGetStatement:
    def test_explains_each_line_and_ends_with_what_is_held(self, district: District, enrolment: str) -> None:
        told = district.guardian.get(of(enrolment, query="?as_of=2026-09-30")).body

        assert [(one["what"], one["in_fen"], one["out_fen"], one["balance_fen"]) for one in told["data"]] == [
            ("缴费入账", 288_000, 0, 288_000),
            ("课时费拨付给机构（第 1 课时；监护人已确认）", 0, 6_000, 282_000),
            ("课时费拨付给机构（第 2 课时；监护人已确认）", 0, 6_000, 276_000),
        ]
        assert told["closing_fen"] == told["held_fen"] == 276_000
        assert told["released_fen"] == 12_000

    def test_at_a_day_by_booking_and_by_effect(self, district: District, enrolment: str) -> None:
        by_booking = district.guardian.get(of(enrolment, query="?as_of=2026-09-01")).body
        by_effect = district.guardian.get(of(enrolment, query="?as_of=2026-09-01&basis=effective")).body

        assert [len(by_booking["data"]), by_booking["closing_fen"]] == [2, 282_000]
        assert [one["balance_fen"] for one in by_effect["data"]] == [-6_000, 282_000, 276_000]

    def test_is_of_today_unless_told_otherwise(self, district: District, enrolment: str) -> None:
        assert district.guardian.get(of(enrolment)).body["as_of"] == "2026-09-01"

    def test_speaks_english(self, district: District, enrolment: str) -> None:
        told = district.guardian.with_headers(accept_language="en").get(of(enrolment)).body

        assert told["data"][0]["what"] == "Payment received"

    @pytest.mark.parametrize("ending", ["", ".pdf", ".xlsx"])
    def test_of_another_guardian_is_missing(
        self, district: District, enrolment: str, shelf: Shelf, ending: str
    ) -> None:
        district.refuses(district.stranger, lambda door: door.get(of(enrolment, ending)), 404, "unknown_enrolment")
        assert shelf.kept == {}

    @pytest.mark.parametrize("query", ["?as_of=yesterday", "?basis=cash", "?until=2026-09-01"])
    def test_of_what_is_not_a_day_or_a_basis_is_refused(self, district: District, enrolment: str, query: str) -> None:
        district.refuses(district.guardian, lambda door: door.get(of(enrolment, query=query)), 422, "invalid_request")

    def test_is_for_guardians(self, district: District, enrolment: str) -> None:
        district.refuses(district.admin, lambda door: door.get(of(enrolment)), 403, "not_for_your_role")


class TestPrintStatement:
    def test_is_a_pdf_with_the_lines_and_her_childs_name(
        self, district: District, enrolment: str, shelf: Shelf
    ) -> None:
        answer = district.guardian.get(of(enrolment, ".pdf", "?as_of=2026-09-30"))
        name, content = shelf.fetch(answer.headers["location"])
        text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)

        assert answer.status == 303
        assert (name[:6], name[-15:]) == ("学费对账单-", "-2026-09-30.pdf")
        for said in (
            "学费监管对账单",
            "¥2,760.00",
            "2,820.00",
            "第 2 课时",
            "第 1 页 / 共 1 页",
            "按记账日",
            "小示例",
        ):
            assert said in text

    def test_too_long_is_refused(
        self, district: District, enrolment: str, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(delivery, "MOST_PRINTED_ROWS", 1)

        district.refuses(district.guardian, lambda door: door.get(of(enrolment, ".pdf")), 409, "document_too_long")


class TestExportStatement:
    def test_is_a_workbook_whose_numbers_are_the_ledgers(
        self, district: District, enrolment: str, shelf: Shelf
    ) -> None:
        answer = district.guardian.get(of(enrolment, ".xlsx", "?as_of=2026-09-30"))
        _, content = shelf.fetch(answer.headers["location"])
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        assert sheet is not None
        rows = list(sheet.iter_rows(values_only=True))
        [total] = [row for row in rows if row[2] == "合计"]

        assert total[4:] == (2880, 120, 2760)
        assert [row[6] for row in rows if row[0] and isinstance(row[0], datetime)] == [2880, 2820, 2760]


class TestGetSchoolStatement:
    def test_has_the_money_at_the_bank_by_pages(self, district: District, enrolment: str) -> None:
        steps.pay(ENROLMENT, 500)  # more than is due: to suspense
        steps.count_all()

        first = district.admin.get(f"{SCHOOL}?{SEPTEMBER}&limit=1").body
        second = district.admin.get(f"{SCHOOL}?{SEPTEMBER}&limit=1&cursor={first['next_cursor']}").body

        balances = [(page["opening_fen"], page["closing_fen"]) for page in (first, second)]
        assert balances in ([(0, 288_000), (288_000, 288_500)], [(0, 500), (500, 288_500)])
        assert second["next_cursor"] is None
        assert first["counted_through"] == "2026-09-01T10:00:00+08:00"  # of what was counted last

    def test_of_what_is_released_by_effect(self, district: District, enrolment: str) -> None:
        query = "from=2026-08-01&to=2026-09-01&ledger=payable&basis=effective"

        told = district.admin.get(f"{SCHOOL}?{query}").body
        assert [(one["effective_on"], one["in_fen"]) for one in told["data"]] == [("2026-08-31", 6_000)]

    def test_of_days_without_anything_is_empty(self, district: District, enrolment: str) -> None:
        told = district.admin.get(f"{SCHOOL}?from=2027-01-01&to=2027-02-01").body

        assert (told["data"], told["opening_fen"], told["closing_fen"]) == ([], 288_000, 288_000)

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("from=2026-09-02&to=2026-09-02", "period_empty"),
            ("from=2026-09-02&to=2026-09-01", "period_empty"),
            ("from=2026-01-01&to=2027-06-01", "period_too_long"),
            ("from=0001-01-01&to=0001-02-01", "invalid_request"),
            ("from=2026-09-01", "invalid_request"),
            (f"{SEPTEMBER}&ledger=outside", "invalid_request"),
            (f"{SEPTEMBER}&cursor=nonsense", "bad_cursor"),
            (f"{SEPTEMBER}&cursor=WzFd", "bad_cursor"),
        ],
    )
    def test_of_what_is_no_period_or_no_place_in_it_is_refused(
        self, district: District, enrolment: str, query: str, code: str
    ) -> None:
        district.refuses(district.admin, lambda door: door.get(f"{SCHOOL}?{query}"), 422, code)

    def test_is_the_administrators_and_not_a_teachers(self, district: District, enrolment: str) -> None:
        address = f"{SCHOOL}?{SEPTEMBER}"
        district.refuses(district.teacher, lambda door: door.get(address), 403, "not_for_your_role")

    @pytest.mark.parametrize("ending", [".pdf", ".xlsx"])
    def test_is_handed_over_as_a_file(self, district: District, enrolment: str, shelf: Shelf, ending: str) -> None:
        answer = district.admin.get(f"{SCHOOL}{ending}?{SEPTEMBER}")
        name, content = shelf.fetch(answer.headers["location"])

        assert answer.status == 303
        assert name == f"星河舞蹈0001-学费监管账户-2026-09-01-2026-09-30{ending}"
        assert content.startswith(b"%PDF" if ending == ".pdf" else b"PK")


class TestTheAddress:
    @pytest.fixture
    def s3(self, on_engine: Any, engine_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        from infra.local import engine

        monkeypatch.setenv("AWS_ENDPOINT_URL", engine_address)
        files.client.cache_clear()
        buckets.create_all(engine.clients(engine_address).s3)
        yield
        files.client.cache_clear()

    @pytest.mark.usefixtures("s3")
    def test_gives_the_file_to_who_has_no_token(self, on_engine: Any, at: object) -> None:
        district = District(on_engine)
        offering = district.opens()
        enrolment_id = enrolling(offering)(district.guardian).body["enrolment_id"]

        address = district.guardian.get(of(enrolment_id, ".pdf")).headers["location"]
        answer = urllib3.request("GET", address)

        assert address.startswith("http://127.0.0.1:")
        assert (answer.status, answer.data[:5]) == (200, b"%PDF-")
        assert "X-Amz-Expires=300" in address


def test_doors_are_closed_to_who_has_not_signed_in(district: District) -> None:
    door: Door = district.nobody
    for path in (of(ENROLMENT), of(ENROLMENT, ".pdf"), f"{SCHOOL}?{SEPTEMBER}", f"{SCHOOL}.xlsx?{SEPTEMBER}"):
        assert door.get(path).code == "token_missing"
