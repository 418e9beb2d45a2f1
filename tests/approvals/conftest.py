from tests.tables import hurried, in_memory, memory_tables

__all__ = ["hurried", "in_memory", "memory_tables"]
