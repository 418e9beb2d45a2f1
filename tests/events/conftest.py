from tests.edge.conftest import at, settings
from tests.people.misbehaving import wechat
from tests.tables import engine_address, hurried, moto_tables, on_engine, on_moto

__all__ = ["at", "engine_address", "hurried", "moto_tables", "on_engine", "on_moto", "settings", "wechat"]
