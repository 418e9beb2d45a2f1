from tests.tables import engine_address, hurried, in_memory, memory_tables, on_engine

__all__ = ["engine_address", "hurried", "in_memory", "memory_tables", "on_engine"]
