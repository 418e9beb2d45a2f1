from tests.bank.instructed import bank
from tests.edge.conftest import at, settings
from tests.tables import engine_address, hurried, in_memory, memory_tables, on_engine

__all__ = ["at", "bank", "engine_address", "hurried", "in_memory", "memory_tables", "on_engine", "settings"]
