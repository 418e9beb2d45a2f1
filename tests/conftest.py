"""For all tests."""

import hypothesis
import pytest

from functions.api.bank import KNOWN_ACCOUNTS
from tests.rights import watch_rights, within_its_rights


@pytest.fixture(autouse=True)
def forget_accounts() -> None:
    """Each test has a district of its own."""
    KNOWN_ACCOUNTS.clear()


__all__ = ["watch_rights", "within_its_rights"]

# The same examples on every run, and no limit on one example's time: a busy machine isn't a failure.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.load_profile("same")
