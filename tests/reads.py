"""What is read from the tables, counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.client
import pytest

Reads = list[tuple[str, int]]


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reads]:
    """Every call to DynamoDB with the items that it read (for a query: looked at)."""
    reads: Reads = []
    call = botocore.client.BaseClient._make_api_call

    def watched(client: Any, operation: str, told: dict[str, Any]) -> Any:
        answer = call(client, operation, told)
        found = answer.get("ScannedCount") or sum(map(len, answer.get("Responses", {}).values()))
        reads.append((operation, found))
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", watched)
        yield reads
