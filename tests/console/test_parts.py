"""The parts that pages are made of: charts, tables for spreadsheets, links, words."""

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.console import charts, csv_files, links, money_words, policy_words, words
from functions.edge import static
from shared.alerts.model import Rule, Severity
from shared.bank.store import Outcome as BankOutcome
from shared.funds.model import EnrolmentStatus, EntryKind, State, SuspenseReason, Unmarked
from shared.funds.payout_model import PayoutStatus
from shared.funds.totals_model import Day
from shared.institutions.model import Status
from shared.people.model import StaffRole
from shared.policy.model import Source
from shared.teaching.model import LessonStatus, Outcome

HTMX_SHA256 = (
    "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"  # dist/htmx.min.js of htmx.org 2.0.11 on npm
)
MONDAY = date(2026, 9, 7)
amounts = st.integers(0, 10**13)


class TestWeeks:
    def test_are_from_monday_to_sunday_empty_ones_too(self) -> None:
        days = [
            Day(MONDAY, 100, 10, 1, 0),
            Day(MONDAY + timedelta(days=6), 200, 20, 2, 0),
            Day(date(2026, 9, 14), 5, 0, 0, 0),
        ]

        told = charts.weeks(days, last=date(2026, 9, 16), count=3)

        assert [(week.first.day, week.deposited_fen, week.released_fen, week.paid_out_fen) for week in told] == [
            (31, 0, 0, 0),
            (7, 300, 30, 3),
            (14, 5, 0, 0),
        ]

    @given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(1, 20))
    def test_begin_on_their_first_day(self, last: date, count: int) -> None:
        told = charts.weeks([], last=last, count=count)

        assert len(told) == count
        assert told[0].first == charts.first_day(last, count=count)
        assert told[-1].first <= last <= told[-1].last


class TestBars:
    @given(st.lists(st.tuples(amounts, amounts), max_size=20))
    def test_stand_inside_the_picture_and_are_as_high_as_their_amounts(self, of: list[tuple[int, int]]) -> None:
        told = [charts.Week(MONDAY, MONDAY, deposited, released, 0) for deposited, released in of]

        made = charts.bars(told)

        top = made.lines[-1].amount_fen
        for column in made.columns:
            for (y, height), amount in (
                (column.deposited, column.week.deposited_fen),
                (column.released, column.week.released_fen),
            ):
                assert 0 <= y <= made.base
                assert y + height == pytest.approx(made.base, abs=0.2)
                assert height == pytest.approx((made.base - made.lines[-1].y) * amount / top, abs=0.2)
            assert made.left <= column.x
            assert column.middle + 1 + column.width <= made.width

    @given(amounts)
    def test_the_grid_is_of_whole_yuan_and_no_lower_than_the_bars(self, amount: int) -> None:
        lines = charts.bars([charts.Week(MONDAY, MONDAY, amount, 0, 0)]).lines

        assert lines[-1].amount_fen >= amount
        assert [line.amount_fen * 4 for line in lines] == [lines[-1].amount_fen * step for step in range(5)]

    def test_a_week_in_which_more_was_reversed_than_came_in_has_no_bar(self) -> None:
        [column] = charts.bars([charts.Week(MONDAY, MONDAY, -5_000, 0, 0)]).columns
        assert column.deposited[1] == 0


class TestParts:
    def test_divide_all_the_money(self) -> None:
        told = charts.parts({State.HELD: 750, State.SUSPENSE: 250}, charts.TUITION_STATES)

        assert [(part.state, part.x, part.width) for part in told] == [
            (State.HELD, 0, 750),
            (State.SUSPENSE, 750, 250),
        ]

    def test_missing_money_is_no_part(self) -> None:
        assert charts.parts({State.SUSPENSE: -5}, charts.TUITION_STATES) == []


class TestSafe:
    @pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "＝1", "\n@"])
    def test_a_formula_is_a_text(self, cell: str) -> None:
        assert csv_files.safe(cell) == f"'{cell}"

    @pytest.mark.parametrize("cell", ["", "云裳舞蹈", "a=1", "2026-09-01", "BK-1"])
    def test_a_text_stays_as_it_is(self, cell: str) -> None:
        assert csv_files.safe(cell) == cell

    @given(st.integers(-(10**15), 10**15))
    def test_an_amount_is_a_figure_of_yuan(self, fen: int) -> None:
        told = csv_files.safe(csv_files.Yuan.of(fen))

        assert int(told.replace(".", "")) == fen
        assert told[-3] == "."

    @given(st.text())
    def test_no_text_is_ever_a_formula(self, cell: str) -> None:
        assert not csv_files.safe(cell).lstrip(" ").startswith(("=", "+", "-", "@"))


class TestLink:
    def test_leaves_out_what_is_empty(self) -> None:
        assert links.link("/console", cursor=None, school="", day="2026-09-01") == "/console?day=2026-09-01"

    def test_a_changed_file_has_another_address(self) -> None:
        assert links.asset("console.css") == f"/assets/console.css?v={static.version('console.css')}"

    @given(st.text())
    def test_the_next_page_is_one_of_ours(self, text: str) -> None:
        assert links.safe_next(text).startswith("/console")
        assert links.safe_next("/console" + text).partition("?")[0].replace("/", "").isascii()


class TestWords:
    @pytest.mark.parametrize(
        ("codes", "told"),
        [
            (State, money_words.STATES),
            (EntryKind, money_words.KINDS),
            (EnrolmentStatus, money_words.ENROLMENTS),
            (PayoutStatus, money_words.PAYOUTS),
            (LessonStatus, words.LESSONS),
            (Unmarked, words.UNMARKED),
            (Outcome, words.OUTCOMES),
            (Status, words.SCHOOLS),
            (SuspenseReason, money_words.SUSPENSE),
            (Severity, words.SEVERITIES),
            (Rule, words.RULES),
            (StaffRole, words.ROLES),
            (BankOutcome, money_words.BANK),
        ],
    )
    def test_every_code_has_its_words_in_both_languages(
        self, codes: type[Enum], told: Mapping[Enum, words.Both]
    ) -> None:
        assert set(codes) == set(told)
        assert all(zh and en for zh, en in told.values())

    def test_every_source_of_a_figure_has_its_words(self) -> None:
        assert set(Source) == set(words.SOURCES)

    @pytest.mark.parametrize(
        ("name", "unit"),
        [("unpaid_hours", "hours"), ("confirmation_working_days", "working_days"), ("max_months", "months")],
    )
    def test_a_figure_says_what_it_counts(self, name: str, unit: str) -> None:
        assert policy_words.unit(name) == unit


class TestVendored:
    def test_htmx_is_the_pinned_release(self) -> None:
        text = static.get("htmx.min.js").text

        assert 'version:"2.0.11"' in text
        assert hashlib.sha256(text.encode()).hexdigest() == HTMX_SHA256
        assert "Zero-Clause BSD" in static.get("htmx.LICENSE.txt").text
