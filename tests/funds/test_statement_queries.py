"""What is read back from the stored days, months and journals is what the entries say, to the fen."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.funds import periods, statement_queries, statements
from shared.funds.model import Entry, State
from shared.funds.periods import Basis, Period
from shared.funds.statement_queries import StatementTooLong
from shared.funds.statements import STATES, Ledger
from shared.funds.store import accounts, days, totals
from shared.kernel.ids import InstitutionId
from tests import steps, tables
from tests.builders import ENROLMENT, NOW, SCHOOL, TODAY, an_id
from tests.funds import histories
from tests.funds.histories import FIRST

pytestmark = pytest.mark.usefixtures("hurried")

OTHER = InstitutionId(an_id("ins", 2))
LAST = FIRST + timedelta(days=50)


def counted(*of: Entry) -> None:
    """Count entries as the stream does, a few at a time."""
    for school in {entry.institution_id for entry in of}:
        mine = [entry for entry in of if entry.institution_id == school]
        for start in range(0, len(mine), 40):
            totals.count(school, mine[start : start + 40])


@pytest.fixture
def history(in_memory: Any) -> list[Entry]:
    """The first school's history, counted; another's is there too."""
    mine, others = histories.a_history(11, entries=120), histories.a_history(12, entries=30, school=OTHER)
    others = [Entry(**{**vars(one), "pk": one.pk.replace("H", "O")}) for one in others]
    tables.put_in_memory(__name__, lambda: counted(*mine, *others))
    return mine


def boundaries(history: list[Entry], basis: Basis) -> Iterator[date]:
    """The day of each entry, and the day after the last."""
    yield from sorted({periods.day_of(entry, basis) for entry in history})
    yield LAST


def within(history: list[Entry], basis: Basis, period: Period) -> list[Entry]:
    return [entry for entry in history if period.first <= periods.day_of(entry, basis) < period.end]


@pytest.mark.parametrize("basis", Basis)
class TestBefore:
    def test_at_every_boundary_is_the_fold_of_what_was_before(self, history: list[Entry], basis: Basis) -> None:
        for day in boundaries(history, basis):
            fold = periods.sum_up(entry for entry in history if periods.day_of(entry, basis) < day)
            assert days.before(SCHOOL, day, basis) == fold if fold.entries else True

    def test_costs_two_reads_however_long_the_history_is(self, history: list[Entry], basis: Basis) -> None:
        calls: list[str] = []
        client = days.SumsRow._get_connection().connection.client
        client.meta.events.register_first("before-call.dynamodb.Query", lambda **_: calls.append("Query"))
        days.before(SCHOOL, date(2026, 9, 20), basis)

        assert calls == ["Query", "Query"]


@pytest.mark.parametrize("basis", Basis)
class TestOfSchool:
    @pytest.mark.parametrize("ledger", Ledger)
    def test_each_period_opens_and_closes_with_the_stored_balance(
        self, history: list[Entry], basis: Basis, ledger: Ledger
    ) -> None:
        for first in range(0, 50, 9):
            for length in (1, 10, 31):
                period = Period(FIRST + timedelta(days=first), FIRST + timedelta(days=first + length))
                told = statement_queries.of_school(SCHOOL, states=STATES[ledger], period=period, basis=basis).statement

                assert told.opening_fen == days.before(SCHOOL, period.first, basis).net_fen(STATES[ledger])
                assert told.closing_fen == days.before(SCHOOL, period.end, basis).net_fen(STATES[ledger])
                moving = [
                    one for one in within(history, basis, period) if periods.sum_up([one]).net_fen(STATES[ledger])
                ]
                assert [one.entry.key for one in told.lines] == [
                    one.key for one in sorted(moving, key=lambda one: statements.position(one, basis))
                ]

    def test_its_pages_are_the_whole(self, history: list[Entry], basis: Basis) -> None:
        period = Period(FIRST, LAST)
        whole = statement_queries.of_school(SCHOOL, states=STATES[Ledger.TUITION], period=period, basis=basis).statement
        lines: list[statements.Line] = []
        after = None
        while True:
            page = statement_queries.page_of_school(
                SCHOOL, states=STATES[Ledger.TUITION], period=period, basis=basis, limit=7, after=after
            )
            assert page.statement.opening_fen == (lines[-1].balance_fen if lines else 0)
            lines += page.statement.lines
            after = page.next
            if after is None:
                break

        assert lines == list(whole.lines)

    def test_of_days_without_anything_is_empty_and_keeps_its_balance(self, history: list[Entry], basis: Basis) -> None:
        later = Period(LAST + timedelta(days=30), LAST + timedelta(days=60))
        told = statement_queries.of_school(SCHOOL, states=STATES[Ledger.PAYABLE], period=later, basis=basis).statement

        assert told.lines == []
        assert told.opening_fen == told.closing_fen == periods.sum_up(history).of(State.PAYABLE).net_fen

    def test_with_too_many_lines_is_refused(
        self, history: list[Entry], basis: Basis, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(statement_queries, "MOST_LINES", 5)

        with pytest.raises(StatementTooLong):
            statement_queries.of_school(SCHOOL, states=STATES[Ledger.TUITION], period=Period(FIRST, LAST), basis=basis)

    def test_after_a_place_beyond_the_period_is_empty(self, history: list[Entry], basis: Basis) -> None:
        after = (LAST + timedelta(days=400), NOW, "k")
        told = statement_queries.page_of_school(
            SCHOOL, states=STATES[Ledger.TUITION], period=Period(FIRST, LAST), basis=basis, limit=5, after=after
        )

        assert (told.statement.lines, told.next) == ([], None)


@pytest.mark.parametrize("basis", Basis)
class TestTrialBalanceOf:
    @pytest.mark.parametrize("of", [SCHOOL, OTHER, days.DISTRICT])
    def test_is_balanced_on_each_day_and_follows_from_the_day_before(
        self, history: list[Entry], basis: Basis, of: str
    ) -> None:
        told = statement_queries.trial_balance_of(of, period=Period(FIRST, LAST), basis=basis)

        assert told.whole.balanced
        assert all(one.balanced for _, one in told.days)
        for (_, before), (_, after) in zip(told.days, told.days[1:], strict=False):
            assert {s: row.closing_fen for s, row in before.rows.items()} == {
                s: row.opening_fen for s, row in after.rows.items()
            }
        assert told.days[-1][1].rows[State.HELD].closing_fen == told.whole.rows[State.HELD].closing_fen

    def test_of_the_district_is_that_of_its_schools_together(self, history: list[Entry], basis: Basis) -> None:
        period = Period(FIRST + timedelta(days=5), LAST - timedelta(days=9))
        of = [statement_queries.trial_balance_of(one, period=period, basis=basis).whole for one in (SCHOOL, OTHER)]
        district = statement_queries.trial_balance_of(days.DISTRICT, period=period, basis=basis).whole

        for state in State:
            assert district.rows[state].closing_fen == sum(one.rows[state].closing_fen for one in of)
            assert district.rows[state].debit_fen == sum(one.rows[state].debit_fen for one in of)
        assert district.entries == sum(one.entries for one in of)

    def test_ends_with_the_totals(self, history: list[Entry], basis: Basis) -> None:
        told = statement_queries.trial_balance_of(SCHOOL, period=Period(FIRST, LAST), basis=basis).whole

        assert {state: row.closing_fen for state, row in told.rows.items()} == totals.get(SCHOOL).by_state


class TestOfEnrolment:
    @pytest.fixture(autouse=True)
    def _live(self, in_memory: Any) -> None:
        steps.register()
        steps.open_account(paid_fen=1000)
        late = datetime(2026, 8, 31, 2, tzinfo=UTC)
        steps.release(1)
        steps.release(2, confirmed_at=late, now=NOW + timedelta(days=1))

    def of(self, until: date, basis: Basis) -> statement_queries.OfEnrolment:
        account = accounts.get(ENROLMENT)
        return statement_queries.of_enrolment(account, until=until, basis=basis)

    @pytest.mark.parametrize("basis", Basis)
    def test_ends_with_what_is_stored(self, basis: Basis) -> None:
        told = self.of(TODAY + timedelta(days=9), basis)

        assert told.statement.closing_fen == accounts.get(ENROLMENT).held_fen == 334
        assert told.standing == statements.Standing(334, 0, 666, 0)

    def test_what_was_booked_late_was_not_known_before_but_had_its_effect(self) -> None:
        assert self.of(TODAY, Basis.BOOKING).statement.closing_fen == 667
        assert self.of(TODAY, Basis.EFFECTIVE).statement.closing_fen == 334
        assert self.of(date(2026, 8, 31), Basis.BOOKING).statement.lines == []
        assert [one.out_fen for one in self.of(date(2026, 8, 31), Basis.EFFECTIVE).statement.lines] == [333]

    def test_what_is_booked_while_it_is_read_is_not_in_it(self) -> None:
        account = accounts.get(ENROLMENT)
        steps.release(3, now=NOW + timedelta(days=4))

        told = statement_queries.of_enrolment(account, until=TODAY + timedelta(days=9), basis=Basis.BOOKING)
        assert told.statement.closing_fen == 334


class TestCount:
    def test_of_a_batch_on_many_days_is_split_over_transactions(self, in_memory: Any) -> None:
        many = histories.a_history(3, entries=80, days=365)
        assert totals.count(SCHOOL, many) == 80
        assert totals.count(SCHOOL, many) == 0

        assert days.before(SCHOOL, date(2028, 1, 1), Basis.EFFECTIVE).entries == 80
        assert days.before(SCHOOL, date(2028, 1, 1), Basis.BOOKING) == days.before(
            SCHOOL, date(2028, 1, 1), Basis.EFFECTIVE
        )
