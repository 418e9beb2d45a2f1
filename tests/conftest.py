"""For all tests."""

from datetime import date

import hypothesis
import pytest

from functions.api.bank import KNOWN_ACCOUNTS
from shared.policy import queries as policies
from shared.policy.model import Head
from tests.rights import watch_rights, within_its_rights


@pytest.fixture(autouse=True)
def forget_accounts() -> None:
    """Each test has a district of its own."""
    KNOWN_ACCOUNTS.clear()


_LONG = ("tests/district/", "tests/simulation/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first, so that no core waits for it at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))


@pytest.fixture(autouse=True)
def policy_of_the_file() -> None:
    """A test without tables has the first version; tests/tables.py lets the record be read."""
    policies.take_for_known(Head(), through=date.max)


__all__ = ["watch_rights", "within_its_rights"]

# The same examples on every run, and no limit on one example's time: a busy machine isn't a failure.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.load_profile("same")
