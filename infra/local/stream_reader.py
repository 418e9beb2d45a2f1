"""One table's stream, read in order. The records are as they come over the wire, as Lambda hands them over."""

import json
from collections.abc import Mapping
from typing import Any

from infra.local.engine_calls import Calls

Record = dict[str, Any]

_GONE = ("TrimmedDataAccessException", "ExpiredIteratorException")


class StreamError(Exception):
    """The engine refused a call: its kind of error, and what it said."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(kind, message)
        self.kind = kind


class Reader:
    """Gives a table's new records. `positions` are the last sequence numbers read, by shard."""

    def __init__(self, calls: Calls, arn: str, positions: Mapping[str, str]) -> None:
        self._calls = calls
        self._arn = arn
        self._iterators: dict[str, str | None] = {}
        self.positions = dict(positions)

    def read(self) -> list[Record]:
        """The records that came since the last call, at most a page of each shard.

        Raises StreamError, EndpointConnectionError.
        """
        if not self._iterators:
            described = self._call("DescribeStream", StreamArn=self._arn)["StreamDescription"]
            self._iterators = {shard["ShardId"]: self._iterator(shard["ShardId"]) for shard in described["Shards"]}
        records: list[Record] = []
        for shard, iterator in list(self._iterators.items()):
            if iterator is not None:
                records += self._read_shard(shard, iterator)
        return records

    def _read_shard(self, shard: str, iterator: str) -> list[Record]:
        try:
            page = self._call("GetRecords", ShardIterator=iterator)
        except StreamError as error:
            if error.kind not in _GONE:
                raise
            self._iterators[shard] = self._iterator(shard)
            return []
        self._iterators[shard] = page.get("NextShardIterator")
        records: list[Record] = page["Records"]
        if records:
            self.positions[shard] = records[-1]["dynamodb"]["SequenceNumber"]
        return [{**record, "eventSourceARN": self._arn} for record in records]

    def _iterator(self, shard: str) -> str:
        """After the last record read; from the oldest on where that is gone or nothing was read."""
        where = {"StreamArn": self._arn, "ShardId": shard}
        if shard in self.positions:
            after = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": self.positions[shard]}
            try:
                return str(self._call("GetShardIterator", **where, **after)["ShardIterator"])
            except StreamError as error:
                if error.kind not in _GONE:
                    raise
                del self.positions[shard]
        return str(self._call("GetShardIterator", **where, ShardIteratorType="TRIM_HORIZON")["ShardIterator"])

    def _call(self, action: str, **told: str) -> dict[str, Any]:
        status, content = self._calls.call(f"DynamoDBStreams_20120810.{action}", json.dumps(told).encode())
        body: dict[str, Any] = json.loads(content)
        if status != 200:
            raise StreamError(body.get("__type", "").rpartition("#")[2], body.get("message", str(status)))
        return body
