from tests.bank.instructed import bank
from tests.tables import engine_address, hurried, in_memory, memory_tables, on_engine

__all__ = ["bank", "engine_address", "hurried", "in_memory", "memory_tables", "on_engine"]
