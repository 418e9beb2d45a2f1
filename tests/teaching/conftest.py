from tests.tables import hurried, moto_tables, on_moto

__all__ = ["hurried", "moto_tables", "on_moto"]
