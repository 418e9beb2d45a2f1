from tests.edge.conftest import at, settings
from tests.tables import hurried, in_memory, memory_tables

__all__ = ["at", "hurried", "in_memory", "memory_tables", "settings"]
