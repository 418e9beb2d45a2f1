from typing import Any

import pytest

from tests.api.district import District
from tests.edge.conftest import at, settings
from tests.edge.doors import Clock
from tests.tables import engine_address, hurried, moto_tables, on_engine, on_moto

__all__ = ["at", "engine_address", "hurried", "moto_tables", "on_engine", "on_moto", "settings"]


@pytest.fixture
def district(on_moto: Any, at: Clock, hurried: list[int]) -> District:
    """A district with one school, and everybody at its doors."""
    return District(on_moto)
