from tests.edge.conftest import at, settings
from tests.files.bucket import bucket
from tests.tables import hurried, in_memory, memory_tables

__all__ = ["at", "bucket", "hurried", "in_memory", "memory_tables", "settings"]
