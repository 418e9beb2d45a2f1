from collections.abc import Iterator

import pytest

from infra.local import engine, trouble


@pytest.fixture(scope="session")
def shared_engine() -> Iterator[str]:
    """One engine for the whole run of tests, without a memory."""
    with engine.running(port=trouble.free_ports(1)) as url:
        yield url


@pytest.fixture
def engine_url(shared_engine: str) -> str:
    """The engine, empty."""
    engine.reset(shared_engine)
    return shared_engine
