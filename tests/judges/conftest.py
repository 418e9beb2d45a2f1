from tests.tables import in_memory, memory_tables

__all__ = ["in_memory", "memory_tables"]
