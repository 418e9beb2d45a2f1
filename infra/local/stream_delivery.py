"""One function's line of records, handed over in batches as Lambda's event source mapping does.

ReportBatchItemFailures: what lies before the lowest failed record is done. BisectBatchOnFunctionError: a batch that
fails from its first record on is halved, which costs no retry. A record that fails alone is tried again up to the
function's limit, and then given up. (AWS: "Retain discarded records for a DynamoDB event source in Lambda".)
"""

import json
import logging
import time
import uuid
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from chalice.local import LambdaContext

from infra.events import StreamFunction
from infra.local import filters
from infra.local.stream_reader import Record

Handler = Callable[[dict[str, Any], Any], Any]
GiveUp = Callable[[dict[str, Any]], None]

_log = logging.getLogger(__name__)
_LIMIT_MILLISECONDS = 60_000
_LONGEST_PAUSE_SECONDS = 10.0


class Line:
    """What one lane of a function is still owed: `waiting`, after what is under way."""

    def __init__(self, function: StreamFunction, lane: int, handler: Handler, give_up: GiveUp) -> None:
        self.function = function
        self._lane = lane
        self.waiting: list[Record] = []
        self._handler = handler
        self._give_up = give_up
        self._under_way: deque[list[Record]] = deque()
        self._tries = 0  # of the record that stands alone at the front
        self._not_before = 0.0

    def wants(self, record: Record) -> bool:
        """Whether one of the function's filters lets the record through, and its partition key leads to this lane."""
        return filters.any_matches(self.function.filters, record) and self.takes(record)

    def takes(self, record: Record) -> bool:
        """Whether the record's partition key leads to this lane."""
        key = json.dumps(record["dynamodb"]["Keys"].get("pk"))
        return zlib.crc32(key.encode()) % self.function.lanes == self._lane

    def deliver(self, *, patient: bool) -> int:
        """Hand over all that waits; how many calls that took. A `patient` one waits between tries as Lambda does."""
        calls = 0
        while self._under_way or self.waiting:
            if patient and time.monotonic() < self._not_before:
                break
            if not self._under_way:
                self._under_way.append(self._next_batch())
            batch = self._under_way.popleft()
            self._after(batch, self._call(batch))
            calls += 1
        return calls

    def forget(self) -> int:
        """Lose all of it; how many records that were."""
        lost = self.length()
        self._under_way.clear()
        self.waiting.clear()
        self._tries = 0
        return lost

    def length(self) -> int:
        """How many records are owed."""
        return sum(map(len, self._under_way)) + len(self.waiting)

    def owed(self) -> list[Record]:
        """All of it, in order."""
        return [record for batch in self._under_way for record in batch] + self.waiting

    def _next_batch(self) -> list[Record]:
        """As many as a batch takes, up to a record that is in it already (Lambda doesn't repeat one within a batch)."""
        seen: set[str] = set()
        for record in self.waiting[: self.function.batch_size]:
            if record["eventID"] in seen:
                break
            seen.add(record["eventID"])
        batch, self.waiting[: len(seen)] = self.waiting[: len(seen)], []
        return batch

    def _call(self, batch: Sequence[Record]) -> int | None:
        """Call the function; the index of the lowest record that failed."""
        context = LambdaContext(self.function.name, 256, _LIMIT_MILLISECONDS)
        try:
            answer = self._handler({"Records": list(batch)}, context)
        except Exception:
            _log.exception("%s failed on %d records", self.function.name, len(batch))
            return 0
        return _lowest_failed(answer, batch)

    def _after(self, batch: list[Record], failed: int | None) -> None:
        if failed is None:
            self._tries = 0
            return
        rest = batch[failed:]
        if failed > 0:
            self._tries = 0
            self._under_way.appendleft(rest)
        elif len(rest) > 1:
            half = len(rest) // 2
            self._under_way.extendleft([rest[half:], rest[:half]])
        elif self._tries < self.function.retries:
            self._tries += 1
            self._not_before = time.monotonic() + min(0.1 * 2**self._tries, _LONGEST_PAUSE_SECONDS)
            self._under_way.appendleft(rest)
        else:
            self._give_up(_told(self.function, rest, self._tries + 1))
            self._tries = 0


def _lowest_failed(answer: Any, batch: Sequence[Record]) -> int | None:
    """Lambda's reading of an answer: nothing said is success, an identifier that isn't in the batch fails all of it."""
    failures = (answer or {}).get("batchItemFailures") or []
    order = {record["dynamodb"]["SequenceNumber"]: index for index, record in enumerate(batch)}
    return min((order.get(failure.get("itemIdentifier"), 0) for failure in failures), default=None)


def _told(function: StreamFunction, records: Sequence[Record], tries: int) -> dict[str, Any]:
    """What Lambda tells the on-failure destination: where the records are, not what they hold."""
    first, last = records[0], records[-1]
    return {
        "requestContext": {
            "requestId": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{function.name} {first['eventID']} {tries}")),
            "functionArn": f"arn:aws:lambda:local:000000000000:function:{function.name}",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": tries,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": _iso(datetime.now(UTC).timestamp(), "milliseconds"),
        "DDBStreamBatchInfo": {
            "shardId": "shardId-00000000000000000000-00000000",
            "startSequenceNumber": first["dynamodb"]["SequenceNumber"],
            "endSequenceNumber": last["dynamodb"]["SequenceNumber"],
            "approximateArrivalOfFirstRecord": _iso(first["dynamodb"]["ApproximateCreationDateTime"], "seconds"),
            "approximateArrivalOfLastRecord": _iso(last["dynamodb"]["ApproximateCreationDateTime"], "seconds"),
            "batchSize": len(records),
            "streamArn": first["eventSourceARN"],
        },
    }


def _iso(timestamp: float, timespec: str) -> str:
    return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def to_queue(sqs: Any, name: str) -> GiveUp:
    """Give up by a message on the queue `name`, which is made if it isn't there."""
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    return lambda message: sqs.send_message(QueueUrl=url, MessageBody=json.dumps(message))
