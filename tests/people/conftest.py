from tests.people.misbehaving import wechat
from tests.tables import engine_address, hurried, moto_tables, on_engine, on_moto

__all__ = ["engine_address", "hurried", "moto_tables", "on_engine", "on_moto", "wechat"]
