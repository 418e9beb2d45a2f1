import pytest

from tests.console.visitors import Visitor, sign_in
from tests.edge.conftest import at, settings
from tests.tables import hurried, moto_tables, on_moto

__all__ = ["at", "hurried", "moto_tables", "on_moto", "settings"]


@pytest.fixture
def supervisor(on_moto: object) -> Visitor:
    """A supervisor who is signed in."""
    return sign_in("supervisor")
