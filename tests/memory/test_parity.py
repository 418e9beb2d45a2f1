"""The engine in memory says what moto and ministack say. `make parity` asks 20,000 times; here, a few."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.dynamo import rows
from tests.memory import parity
from tests.memory.parity import Clients
from tests.tables import CREDENTIALS, engine_address

__all__ = ["engine_address"]


@pytest.fixture
def clients(engine_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    """A client of each engine, every table empty."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with parity.engines(engine_address) as made:
        yield made
    rows.connect(None)


class TestCompare:
    def test_random_calls_are_answered_alike(self, clients: Clients) -> None:
        assert parity.compare(clients, calls=400, seed=2) == []

    def test_an_engine_that_forgets_an_item_is_found_out(self, clients: Clients) -> None:
        class Forgetful:
            def __init__(self, client: Any) -> None:
                self.client = client

            def __getattr__(self, name: str) -> Any:
                return (lambda **_: {"ResponseMetadata": {}}) if name == "put_item" else getattr(self.client, name)

        told = parity.compare({**clients, "ministack": Forgetful(clients["ministack"])}, calls=60, seed=2)
        assert told
        assert "ministack" in told[0]
