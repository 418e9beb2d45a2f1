"""Each operation against its budget; and the page that tells it."""

from collections.abc import Iterator

import pytest

from infra.local import engine
from shared.dynamo import rows
from shared.funds import usecases
from tests import builders, steps
from tests.builders import NOW
from tests.funds import budget
from tests.funds.budget import OPERATIONS, Cost, Operation


@pytest.fixture(scope="module")
def costs(engine_address: str) -> Iterator[dict[Operation, Cost]]:
    """What each operation costs."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in engine.CREDENTIALS.items():
            patch.setenv(name, value)
        rows.connect(engine_address)
        client = engine.clients(engine_address).dynamodb
        yield {operation: budget.measure(client, engine_address, operation) for operation in OPERATIONS}
        rows.connect(None)


class TestMeasure:
    @pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
    def test_is_within_its_budget_and_one_write_after_its_reads(
        self, operation: Operation, costs: dict[Operation, Cost]
    ) -> None:
        cost = costs[operation]

        assert 0 < cost.items <= operation.items
        assert 0 < cost.units <= operation.units
        assert len(cost.writes) == 1
        assert len(cost.reads) <= operation.reads

    def test_the_page_tells_what_is_measured(self, costs: dict[Operation, Cost]) -> None:
        assert budget.written() == budget.table(costs)

    def test_moving_money_writes_to_no_index_but_a_lists_and_an_approvals(self, costs: dict[Operation, Cost]) -> None:
        assert [one for one, cost in costs.items() if cost.index_units] == [one for one in OPERATIONS if one.indexed]


class TestWhatIsDoneTwice:
    @pytest.mark.usefixtures("on_engine")
    def test_costs_reads_only(self) -> None:
        steps.register()
        steps.open_account(paid_fen=1000)
        fact = builders.a_deposit(bank_reference="BK-TWICE")
        usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)
        steps.release()

        with budget.metered() as cost:
            usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)
            steps.release()

        assert (cost.items, cost.units, cost.reads) == (0, 0, ["TransactGetItems", "TransactGetItems"])


class TestHistory:
    @pytest.mark.usefixtures("on_engine")
    def test_makes_a_release_no_dearer(self) -> None:
        steps.register()
        steps.open_account(paid_fen=288_000, price_fen=288_000, lessons=48)
        with budget.metered() as first:
            steps.release(1)
        for lesson in range(2, 41):
            steps.release(lesson)
        with budget.metered() as later:
            steps.release(41)

        assert first == later
