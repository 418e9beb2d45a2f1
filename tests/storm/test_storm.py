"""A short storm; `make storm` is a long one."""

import pytest

from tests.edge.conftest import at, settings
from tests.storm import storm
from tests.tables import engine_address, on_engine

__all__ = ["at", "engine_address", "on_engine", "settings"]


@pytest.mark.usefixtures("on_engine", "at", "settings")
def test_the_ledger_has_what_the_bank_has_to_the_fen(engine_address: str) -> None:
    found = storm.live(engine_address, seconds=6)

    assert (found.violations, found.bugs) == ({}, [])
    assert found.ledger_fen == found.bank_fen > 0
    assert found.done["enrol"] > 0
    assert found.done["release"] > 0
