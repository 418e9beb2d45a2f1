import pytest

from tests.console.visitors import Visitor, sign_in
from tests.edge.conftest import at, settings
from tests.tables import hurried, in_memory, memory_tables

__all__ = ["at", "hurried", "in_memory", "memory_tables", "settings"]


@pytest.fixture
def supervisor(in_memory: object) -> Visitor:
    """A supervisor who is signed in."""
    return sign_in("supervisor")
