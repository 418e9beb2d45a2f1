import pytest

from tests.console.visitors import Visitor, sign_in
from tests.edge.conftest import at, settings
from tests.tables import engine_address, hurried, in_memory, memory_tables, on_engine

__all__ = ["at", "engine_address", "hurried", "in_memory", "memory_tables", "on_engine", "settings"]


@pytest.fixture
def supervisor(in_memory: object) -> Visitor:
    """A supervisor who is signed in."""
    return sign_in("supervisor")
