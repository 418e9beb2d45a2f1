from typing import Any

import pytest

from tests.api.district import District
from tests.edge.conftest import at, settings
from tests.edge.doors import Clock
from tests.tables import engine_address, hurried, in_memory, memory_tables, on_engine

__all__ = ["at", "engine_address", "hurried", "in_memory", "memory_tables", "on_engine", "settings"]


@pytest.fixture
def district(in_memory: Any, at: Clock, hurried: list[int]) -> District:
    """A district with one school, and everybody at its doors."""
    return District(in_memory)
