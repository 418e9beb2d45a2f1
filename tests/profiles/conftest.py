from tests.edge.conftest import at, settings
from tests.tables import engine_address, hurried, in_memory, memory_tables, on_engine

__all__ = ["at", "engine_address", "hurried", "in_memory", "memory_tables", "on_engine", "settings"]
