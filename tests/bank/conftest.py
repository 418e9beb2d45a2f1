from tests.bank.instructed import bank
from tests.tables import engine_address, hurried, moto_tables, on_engine, on_moto

__all__ = ["bank", "engine_address", "hurried", "moto_tables", "on_engine", "on_moto"]
