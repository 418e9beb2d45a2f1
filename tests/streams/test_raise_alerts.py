from dataclasses import replace
from typing import Any

import pytest

from functions.streams import raise_alerts
from shared.alerts import store as alerts
from shared.funds import reversals, usecases
from shared.funds.posting import ReferenceReused
from shared.funds.store import books
from shared.policy import queries as policies
from tests import builders, steps, tables
from tests.builders import NOW, SCHOOL
from tests.streams.records import Record, deliver, poison, put_aside, records_of
from tests.tables import busy

pytestmark = pytest.mark.usefixtures("hurried")


@pytest.fixture
def batch(in_memory: Any) -> list[Record]:
    """A deposit too large by a fen, the same with another amount, an uninstructed withdrawal, a matched deposit."""

    def put() -> None:
        steps.open_account()
        steps.open_account(2, paid_fen=1000)
        steps.pay(builders.ENROLMENT, 1001, reference="BK000001")
        with pytest.raises(ReferenceReused):
            steps.pay(builders.ENROLMENT, 999, reference="BK000001")
        steps.count_all()
        usecases.post_withdrawal(fact=builders.a_withdrawal(700), account=builders.a_tuition_account(), now=NOW)

    tables.put_in_memory(__name__, put)
    return records_of(in_memory, "funds", kinds=("entry", "conflict"))


def raised() -> list[tuple[str, str, int]]:
    """Every alert of the district: its rule, its severity, the largest of its figures."""
    found = alerts.list_alerts(alerts.DISTRICT, limit=99, cursor=None).rows
    return sorted(
        (one.rule.value, one.severity.value, max(told for told in one.figures.values() if isinstance(told, int)))
        for one in found
    )


EXPECTED = [
    ("large_outflow", "red", 2001),
    ("reference_conflict", "red", 1001),
    ("unmatched_deposit", "yellow", 1),
]


class TestRaiseAlerts:
    def test_of_entries_and_of_conflicts(self, batch: list[Record]) -> None:
        assert deliver(raise_alerts.raise_alerts, batch) == []

        assert raised() == EXPECTED
        assert len(alerts.list_alerts(SCHOOL, limit=99, cursor=None).rows) == 3

    def test_of_a_deposit_that_was_split_to_the_fen_are_none(self, in_memory: Any) -> None:
        def put() -> None:
            first, second = (steps.open_account(number) for number in (1, 2))
            both = f"{first.payment_reference} {second.payment_reference}"
            fact = builders.a_deposit(2000, remittance=both)
            usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)

        tables.put_in_memory(f"{__name__}-split", put)

        assert deliver(raise_alerts.raise_alerts, records_of(in_memory, "funds")) == []
        assert raised() == []

    def test_of_a_reversal_of_what_was_refunded_tell_what_is_missing(self, in_memory: Any) -> None:
        def put() -> None:
            steps.register()
            steps.open_account(paid_fen=1000)
            steps.hold_back()
            reference = f"BK{builders.ENROLMENT[-6:]}-1000"
            reversals.reverse(fact=builders.a_reversal(1000, original_reference=reference), now=NOW)

        tables.put_in_memory(f"{__name__}-missing", put)
        deliver(raise_alerts.raise_alerts, records_of(in_memory, "funds"))

        assert ("money_missing", "red", 1000) in raised()

    def test_in_any_order_is_the_same(self, batch: list[Record]) -> None:
        deliver(raise_alerts.raise_alerts, batch[::-1])

        assert raised() == EXPECTED

    def test_of_records_that_come_again_raises_nothing_more(self, batch: list[Record]) -> None:
        deliver(raise_alerts.raise_alerts, batch)
        before = tables.dump_memory()

        assert deliver(raise_alerts.raise_alerts, [*batch, *batch[::-1]]) == []
        assert tables.dump_memory() == before

    def test_parks_a_poison_record_and_goes_on(self, batch: list[Record]) -> None:
        strange = poison(78)
        strange["dynamodb"]["NewImage"].pop("kind")

        assert deliver(raise_alerts.raise_alerts, [poison(77), strange, *batch]) == []

        assert [one[:2] for one in put_aside()] == [("raise_alerts", 77), ("raise_alerts", 78)]
        assert raised() == EXPECTED

    def test_reports_what_can_not_be_raised_now(self, batch: list[Record]) -> None:
        with busy("TransactWriteItems"):
            reported = deliver(raise_alerts.raise_alerts, batch)

        assert len(reported) == 4  # the matched deposit gives no reason for an alert, but one for a cover
        deliver(raise_alerts.raise_alerts, batch)
        assert raised() == EXPECTED

    def test_judges_by_the_policy_of_the_day_it_happened(
        self, batch: list[Record], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []

        def in_force(*, at: Any) -> Any:
            asked.append(at)
            return replace(builders.POLICY, version="of that day")

        monkeypatch.setattr(policies, "in_force", in_force)
        deliver(raise_alerts.raise_alerts, batch)

        assert set(asked) == {NOW}
        found = alerts.list_alerts(SCHOOL, limit=99, cursor=None).rows
        assert {one.rule_version for one in found} == {"of that day"}

    def test_knows_every_kind_that_its_filter_lets_through(self, batch: list[Record]) -> None:
        kinds = {record["dynamodb"]["NewImage"]["kind"]["S"] for record in batch}

        assert kinds == {"entry", "conflict"}
        assert len(books.read().conflicts) == 1
