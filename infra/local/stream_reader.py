"""One table's stream, read in order, with each record in the shape in which Lambda hands it over."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

Record = dict[str, Any]


class Reader:
    """Gives a table's new records. `positions` are the last sequence numbers read, by shard."""

    def __init__(self, streams: Any, dynamodb: Any, table: str, positions: Mapping[str, str]) -> None:
        self._streams = streams
        self._arn: str = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
        self._iterators: dict[str, str | None] = {}
        self.positions = dict(positions)

    def read(self) -> list[Record]:
        """The records that came since the last call, at most a page of each shard."""
        if not self._iterators:
            self._find_shards()
        records: list[Record] = []
        for shard, iterator in list(self._iterators.items()):
            if iterator is None:
                continue
            try:
                page = self._streams.get_records(ShardIterator=iterator)
            except (
                self._streams.exceptions.ExpiredIteratorException,
                self._streams.exceptions.TrimmedDataAccessException,
            ):
                self._iterators[shard] = self._iterator(shard)
                continue
            self._iterators[shard] = page.get("NextShardIterator")
            if page["Records"]:
                self.positions[shard] = page["Records"][-1]["dynamodb"]["SequenceNumber"]
            records += [self._as_lambda_has_it(record) for record in page["Records"]]
        return records

    def _find_shards(self) -> None:
        described = self._streams.describe_stream(StreamArn=self._arn)["StreamDescription"]
        for shard in described["Shards"]:
            self._iterators[shard["ShardId"]] = self._iterator(shard["ShardId"])

    def _iterator(self, shard: str) -> str:
        """After the last record read; from the oldest on where that is gone or nothing was read."""
        where = {"StreamArn": self._arn, "ShardId": shard}
        if shard in self.positions:
            try:
                answer = self._streams.get_shard_iterator(
                    **where, ShardIteratorType="AFTER_SEQUENCE_NUMBER", SequenceNumber=self.positions[shard]
                )
            except self._streams.exceptions.TrimmedDataAccessException:
                del self.positions[shard]
            else:
                return str(answer["ShardIterator"])
        return str(self._streams.get_shard_iterator(**where, ShardIteratorType="TRIM_HORIZON")["ShardIterator"])

    def _as_lambda_has_it(self, record: Mapping[str, Any]) -> Record:
        shaped: Record = _plain(record)
        return {**shaped, "eventSourceARN": self._arn}


def _plain(value: Any) -> Any:
    """JSON as Lambda has it: bytes as base64, moments as seconds."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.timestamp()
    return value
