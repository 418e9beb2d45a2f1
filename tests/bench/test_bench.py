"""The benchmark runs, and its handlers make no more calls than they may. Time is for `make bench` to measure."""

from typing import Any

import pytest

from shared.dynamo import rows
from tests.bench import conflicting, whole
from tests.edge.conftest import at, settings
from tests.tables import engine_address, in_memory, memory_tables, on_engine

__all__ = ["at", "engine_address", "in_memory", "memory_tables", "on_engine", "settings"]

pytestmark = pytest.mark.usefixtures("at", "settings")
FEW = whole.WARM_UP + 1


class TestWhole:
    def test_a_release_takes_one_read_and_one_write(self, on_engine: Any) -> None:
        measured = whole.releases(rows.connection().client, rounds=FEW)

        assert measured.calls == ["TransactGetItems", "TransactWriteItems"]
        assert measured.ratio > 0

    def test_a_deposit_takes_one_read_and_one_write(self, on_engine: Any) -> None:
        measured = whole.deposits(rows.connection().client, rounds=FEW)

        assert measured.calls == ["TransactGetItems", "TransactWriteItems"]
        assert measured.ratio > 0


class TestConflicting:
    @pytest.mark.usefixtures("in_memory")
    def test_counts_what_is_refused_while_another_is_in_flight(self) -> None:
        assert 0.5 < conflicting.commits_per_attempt(schools=1, releases=24) <= 1
