"""What the funds table's stream tells a guardian of her refund, and what the sweep makes up for."""

from datetime import timedelta
from typing import Any

import pytest

from functions.schedules import sweep
from functions.streams import raise_alerts
from shared.messages import queries
from shared.messages.model import Kind
from tests import steps, tables
from tests.builders import ENROLMENT, GUARDIAN
from tests.edge.conftest import at
from tests.edge.doors import Clock
from tests.schedules.running import run
from tests.streams.records import deliver, records_of

__all__ = ["at"]

pytestmark = pytest.mark.usefixtures("hurried")


def put_held() -> None:
    """An enrolment is paid, and its refund agreed to and held."""
    steps.register()
    steps.enrol(steps.put_on_sale())
    steps.pay(ENROLMENT, 288_000)
    steps.hold_refund(steps.agree_to_refund(steps.ask_for_refund()))


@pytest.fixture
def held(in_memory: Any) -> Any:
    tables.put_in_memory(__name__, put_held)
    return in_memory


def told() -> list[tuple[Kind, Any]]:
    found = queries.list_of(GUARDIAN, limit=9, cursor=None).rows
    return [(one.kind, one.figures["amount_fen"]) for one in found]


class TestRefund:
    def test_that_is_held_is_told_once_however_often_the_record_comes(self, held: Any) -> None:
        for _ in range(2):
            assert deliver(raise_alerts.raise_alerts, records_of(held, "funds", kinds=("entry",))) == []

        assert told() == [(Kind.REFUND_HELD, 288_000)]

    def test_that_the_stream_lost_is_told_by_the_sweep_which_counts_it(self, held: Any, at: Clock) -> None:
        at.now += timedelta(hours=17)

        assert run(sweep.sweep)["messages_posted"] == 1
        assert run(sweep.sweep)["messages_posted"] == 0
        assert told() == [(Kind.REFUND_HELD, 288_000)]
