import os

import pytest

from tests.judges import judges
from tests.tables import in_memory, memory_tables

__all__ = ["in_memory", "memory_tables"]


@pytest.fixture(scope="session")
def hledger() -> None:
    """Without hledger a test that asks it is skipped, in one line; where CI=true it fails."""
    if not judges.HLEDGER.exists():
        missing = f"没有 {judges.HLEDGER}：跳过账簿检验 / No {judges.HLEDGER}: the books aren't judged"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
