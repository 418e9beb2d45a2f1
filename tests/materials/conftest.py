from collections.abc import Iterator

import pytest

from infra.local.scanner_simulator import Scanner
from tests.tables import engine_address, hurried, in_memory, memory_tables, on_engine

__all__ = ["engine_address", "hurried", "in_memory", "memory_tables", "on_engine"]


@pytest.fixture
def simulator() -> Iterator[Scanner]:
    """A scanner that listens."""
    scanner = Scanner()
    scanner.start()
    yield scanner
    scanner.stop()
