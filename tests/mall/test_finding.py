"""What finding and comparing read: the same with ten times the schools; and the page that tells it."""

from typing import Any

from tests.edge.conftest import at, settings
from tests.edge.doors import Clock
from tests.mall import finding

__all__ = ["at", "settings"]


class TestWithTenTimesTheSchools:
    def test_every_request_reads_the_same_and_the_page_tells_it(self, on_engine: Any, at: Clock) -> None:
        costs = finding.costs()
        few, many = (costs[size] for size in finding.SIZES)

        assert {name: few[name] for name in finding.ASKED} == {name: many[name] for name in finding.ASKED}
        assert "Scan" not in {call for one in (*few.values(), *many.values()) for call in one.calls}
        assert finding.written() == finding.table(costs)
