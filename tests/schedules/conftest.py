from tests.bank.instructed import bank
from tests.edge.conftest import at, settings
from tests.tables import engine_address, hurried, moto_tables, on_engine, on_moto

__all__ = ["at", "bank", "engine_address", "hurried", "moto_tables", "on_engine", "on_moto", "settings"]
