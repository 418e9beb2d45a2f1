from random import Random
from typing import Any

import pytest

from functions.streams import keep_totals
from shared.funds import queries as funds
from shared.funds import usecases
from shared.funds.model import State
from shared.funds.store import days
from shared.funds.store.days import DISTRICT
from shared.funds.totals_model import Day
from shared.kernel.ids import InstitutionId
from tests import builders, steps, tables
from tests.builders import ENROLMENT, SCHOOL, an_id
from tests.streams.records import Record, deliver, poison, put_aside, records_of
from tests.tables import busy, conflicts, lost_answers

pytestmark = pytest.mark.usefixtures("hurried")

OTHER = InstitutionId(an_id("ins", 2))


@pytest.fixture
def batch(in_memory: Any) -> list[Record]:
    """Two schools: one with a paid enrolment and two released lessons, the other with money in suspense."""

    def put() -> None:
        steps.register()
        steps.open_account(paid_fen=1000)
        steps.release(1)
        steps.release(2)
        other = builders.a_tuition_account(2)
        fact = builders.a_deposit(500, bank_reference="BK000777", account_no=other.account_no)
        usecases.post_deposit(fact=fact, account=other, now=builders.NOW)

    tables.put_in_memory(__name__, put)
    return records_of(in_memory, "funds")


def told(school: InstitutionId = SCHOOL) -> dict[State, int]:
    """A school's money by state, what is zero left out."""
    return {state: amount for state, amount in funds.get_totals(school).by_state.items() if amount}


BOTH = {State.OUTSIDE: -1000, State.HELD: 334, State.PAYABLE: 666}
OTHERS = {State.OUTSIDE: -500, State.SUSPENSE: 500}


class TestKeepTotals:
    def test_sums_up_each_school(self, batch: list[Record]) -> None:
        assert deliver(keep_totals.keep_totals, batch) == []

        assert (told(), told(OTHER)) == (BOTH, OTHERS)
        totals = funds.get_totals(SCHOOL)
        assert (totals.deposited_fen, totals.released_fen, totals.entries_counted) == (1000, 666, 3)
        assert steps.violations() == {}

    def test_sums_up_each_month_and_says_what_silence_released(self, batch: list[Record]) -> None:
        deliver(keep_totals.keep_totals, batch)
        steps.release(3, automatic=True)
        steps.count_all()

        first = builders.NOW.date().replace(day=1)
        assert days.list_months(SCHOOL, first=first, last=first) == [Day(first, 1000, 1000, 0, 0, 3, 1)]
        assert days.list_months(DISTRICT, first=first, last=first) == [Day(first, 1500, 1000, 0, 0, 3, 1)]

    def test_writes_each_schools_journal(self, batch: list[Record]) -> None:
        deliver(keep_totals.keep_totals, batch)

        lines = funds.list_journal(SCHOOL, limit=9, cursor=None).rows
        assert sorted(line.key for line in lines) == [
            "bank#BK000001-1000/entry",
            f"{ENROLMENT}/entry#release#{an_id('ses', 1)}",
            f"{ENROLMENT}/entry#release#{an_id('ses', 2)}",
        ]

    @pytest.mark.parametrize("seed", range(4))
    def test_in_any_order_and_in_any_pieces_comes_to_the_same(self, batch: list[Record], seed: int) -> None:
        pieces = [*batch, *batch]
        Random(seed).shuffle(pieces)
        while pieces:
            size = Random(seed + len(pieces)).randrange(1, 4)
            assert deliver(keep_totals.keep_totals, pieces[:size]) == []
            del pieces[:size]

        assert (told(), told(OTHER)) == (BOTH, OTHERS)
        assert funds.get_totals(SCHOOL).entries_counted == 3

    def test_that_comes_again_changes_nothing(self, batch: list[Record]) -> None:
        deliver(keep_totals.keep_totals, batch)
        before = tables.dump_memory()

        assert deliver(keep_totals.keep_totals, batch) == []
        assert tables.dump_memory() == before

    def test_that_comes_twice_in_one_batch_counts_once(self, batch: list[Record]) -> None:
        assert deliver(keep_totals.keep_totals, [*batch, *batch]) == []

        assert told() == BOTH

    def test_parks_what_can_not_be_read_and_counts_the_others(self, batch: list[Record]) -> None:
        assert deliver(keep_totals.keep_totals, [batch[0], poison(77), *batch[1:]]) == []

        assert [one[:2] for one in put_aside()] == [("keep_totals", 77)]
        assert (told(), told(OTHER)) == (BOTH, OTHERS)

    def test_parks_what_can_be_read_but_not_counted_and_counts_the_others(self, batch: list[Record]) -> None:
        bad = poison(77)
        bad["dynamodb"]["NewImage"] = {**batch[0]["dynamodb"]["NewImage"], "institution": {"S": "x" * 3000}}

        assert deliver(keep_totals.keep_totals, [batch[0], bad, *batch[1:]]) == []

        assert [one[:2] for one in put_aside()] == [("keep_totals", 77)]
        assert (told(), told(OTHER)) == (BOTH, OTHERS)

    def test_reports_all_while_dynamodb_is_busy(self, batch: list[Record]) -> None:
        with busy("TransactWriteItems"):
            assert len(deliver(keep_totals.keep_totals, [*batch, poison(77)])) == len(batch)

        assert [one[:2] for one in put_aside()] == [("keep_totals", 77)]
        assert deliver(keep_totals.keep_totals, batch) == []
        assert told() == BOTH

    def test_half_done_is_finished_when_it_comes_again(self, batch: list[Record]) -> None:
        with conflicts("TransactWriteItems", times=8):  # all tries for the first school
            assert len(deliver(keep_totals.keep_totals, batch)) == len(batch)

        deliver(keep_totals.keep_totals, batch)
        assert (told(), told(OTHER)) == (BOTH, OTHERS)

    def test_whose_answer_was_lost_counts_once(self, batch: list[Record]) -> None:
        with lost_answers("TransactWriteItems"):
            assert len(deliver(keep_totals.keep_totals, batch)) == len(batch)

        assert deliver(keep_totals.keep_totals, batch) == []
        assert (told(), told(OTHER)) == (BOTH, OTHERS)
