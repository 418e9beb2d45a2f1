import os
from collections.abc import Iterator

import pytest

from functions.edge import wiring
from shared.funds import seals
from shared.kernel import clock
from tests.builders import NOW
from tests.edge.doors import Clock
from tests.tables import engine_address, hurried, in_memory, memory_tables, on_engine

__all__ = ["engine_address", "hurried", "in_memory", "memory_tables", "on_engine"]

BANK_KEY = "whsec_dGhlIGJhbmsgc2lnbnMgd2l0aCB0aGlzIG9uZQ=="
SEAL_KEY = "whsk_QSBrZXkgdGhhdCBzZWFscyBkYXlzLCBpbiB0ZXN0cy4="
SETTINGS = {
    "SEAL_KEY": SEAL_KEY,
    "SEAL_PUBLIC_KEYS": seals.public_key(SEAL_KEY),
    "BANK_WEBHOOK_KEYS": BANK_KEY,
    "NOTICE_SIGNING_KEY": "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "JWT_KEY": "a-key-for-tests-of-more-than-32-bytes",
    "WECHAT_APP_ID": "wx0000000000000000",
    "WECHAT_SECRET": "a-secret-for-tests",
    "WECHAT_URL": "http://127.0.0.1:9",
    "ENVIRONMENT_NAME": "测试环境 / Test",
}


@pytest.fixture(autouse=True)
def at() -> Iterator[Clock]:
    """The clock of every function, to be moved by the test."""
    moved = Clock(NOW)
    wiring.use(clock=moved)
    yield moved
    wiring.use(clock=clock.system_clock, randomness=os.urandom)
    wiring.wechat.cache_clear()


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The settings of a function, to be changed by the test."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    return monkeypatch
