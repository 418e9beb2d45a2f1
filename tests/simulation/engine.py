"""The engine in memory with trouble on demand, and the streams of what was written to it."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from infra import events
from infra.local import filters
from shared.dynamo import rows
from tests.memory import engine
from tests.memory.engine import Key, Refused
from tests.memory.expressions import Item
from tests.streams.records import Record, a_record
from tests.tables import Killed


class Kind(StrEnum):
    """What can go wrong with a call to DynamoDB."""

    CONFLICT = "conflict"  # another transaction is under way on one of its items
    THROTTLE = "throttle"  # too busy
    LOST = "lost"  # done, and the answer is lost
    KILLED_BEFORE = "killed before"  # Lambda ends the function before the call
    KILLED_AFTER = "killed after"  # and after it


@dataclass(frozen=True)
class Trouble:
    """Something goes wrong with the `call`-th call from now on, counted from 1."""

    kind: Kind
    call: int


class Engine(engine.Engine):
    """Every change becomes a record for each stream function whose filters let it through (`streams`)."""

    def __init__(self) -> None:
        super().__init__()
        self.streams: dict[str, list[Record]] = defaultdict(list)
        self._trouble: Trouble | None = None
        self._calls = self._number = self.writes = 0
        self._contexts = {rows.table_name(one.context): one.context for one in events.STREAM_FUNCTIONS}

    def stand_in_for(self, client: Any) -> None:
        """Answer every call of a botocore client in its place: half of a history's time would be botocore's."""
        client._make_api_call = self._answer_directly

    def _answer_directly(self, operation: str, told: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return {**self.call(operation, told), "ResponseMetadata": {"HTTPStatusCode": 200, "RetryAttempts": 0}}
        except Refused as refused:
            answer: Any = {
                "Error": {"Code": refused.code, "Message": refused.message},
                "CancellationReasons": [{"Code": code} for code in refused.reasons],
                "ResponseMetadata": {"HTTPStatusCode": 400, "RetryAttempts": 0},
            }
            raise ClientError(answer, operation) from None

    def arm(self, trouble: Trouble | None) -> None:
        """Let this go wrong; None lets nothing more go wrong."""
        self._trouble, self._calls = trouble, 0

    def call(self, operation: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """One call, unless its time for trouble has come."""
        self._calls += 1
        if self._trouble is None or self._calls != self._trouble.call:
            return super().call(operation, told)
        act: Callable[[str, Mapping[str, Any]], dict[str, Any]] = super().call
        return _TROUBLES[self._trouble.kind](act, operation, told)

    def put(self, table: str, key: Key, item: Item | None) -> None:
        """Write an item, and tell the streams."""
        before = self.tables[table].get(key)
        self.writes += 1
        super().put(table, key, item)
        item = self.tables[table].get(key)
        if item is None or item == before or table not in self._contexts:
            return
        self._number += 1
        name = "MODIFY" if before else "INSERT"
        record = a_record(item, number=self._number, table=self._contexts[table], event_name=name)
        for function in events.STREAM_FUNCTIONS:
            if function.context == self._contexts[table] and filters.any_matches(function.filters, record):
                self.streams[function.name].append(record)


Act = Callable[[str, Mapping[str, Any]], dict[str, Any]]


def _conflict(act: Act, operation: str, told: Mapping[str, Any]) -> dict[str, Any]:
    if not operation.startswith("Transact"):
        raise Refused("TransactionConflictException", "Transaction is ongoing for the item")
    rest = ["None"] * (len(told["TransactItems"]) - 1)
    raise Refused("TransactionCanceledException", "Transaction cancelled", ["TransactionConflict", *rest])


def _throttle(act: Act, operation: str, told: Mapping[str, Any]) -> dict[str, Any]:
    raise Refused("ThrottlingException", "Rate exceeded")


def _lost(act: Act, operation: str, told: Mapping[str, Any]) -> dict[str, Any]:
    act(operation, told)
    raise ReadTimeoutError(endpoint_url="https://dynamodb.example", error="lost by the simulation")


def _killed_before(act: Act, operation: str, told: Mapping[str, Any]) -> dict[str, Any]:
    raise Killed()


def _killed_after(act: Act, operation: str, told: Mapping[str, Any]) -> dict[str, Any]:
    act(operation, told)
    raise Killed()


_TROUBLES: Mapping[Kind, Callable[[Act, str, Mapping[str, Any]], dict[str, Any]]] = {
    Kind.CONFLICT: _conflict,
    Kind.THROTTLE: _throttle,
    Kind.LOST: _lost,
    Kind.KILLED_BEFORE: _killed_before,
    Kind.KILLED_AFTER: _killed_after,
}
