"""Stream records as Lambda hands them over, of what is in the tables."""

from collections.abc import Iterable, Sequence
from typing import Any

from functions.edge import parked
from shared.dynamo import rows

Record = dict[str, Any]


def a_record(image: Record, *, number: int = 1, table: str = "funds", event_name: str = "INSERT") -> Record:
    """The `number`-th record of a table's stream: an item with this image was written."""
    stream = f"arn:aws-cn:dynamodb:cn-north-1:123456789012:table/hui-{table}/stream/2026-09-01T00:00:00.000"
    return {
        "eventID": f"{number:032x}",
        "eventName": event_name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "cn-north-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1788228000.0 + number,
            "Keys": {name: image[name] for name in ("pk", "sk")},
            "NewImage": image,
            "SequenceNumber": _sequence(number),
            "SizeBytes": 100,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": stream,
    }


def poison(number: int, *, table: str = "funds") -> Record:
    """A record that no version of ours can read."""
    image = {"pk": {"S": "bank#?"}, "sk": {"S": "entry"}, "kind": {"S": "entry"}, "legs": {"S": "not JSON"}}
    return a_record(image, number=number, table=table)


def records_of(client: Any, context: str, *, kinds: Sequence[str] = ("entry",)) -> list[Record]:
    """A record of each item of a table with one of these kinds, in the order of the keys."""
    items = client.scan(TableName=rows.table_name(context))["Items"]
    wanted = [item for item in items if item.get("kind", {}).get("S") in kinds]
    ordered = sorted(wanted, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
    return [a_record(item, number=number, table=context) for number, item in enumerate(ordered, 1)]


def deliver(function: Any, records: Iterable[Record]) -> list[int]:
    """Hand a batch to a stream function, as Lambda does; the numbers of the records that it reports."""
    answer = function({"Records": list(records)}, None)
    assert set(answer) == {"batchItemFailures"}
    told = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
    return [int(identifier[-9:]) for identifier in told]


def put_aside() -> list[tuple[str, int, str]]:
    """What was parked: the function, the record's number, why."""
    found = parked.list_parked(limit=99, cursor=None).rows
    return [(one.function, int(one.event_id, 16), one.reason) for one in found]


def _sequence(number: int) -> str:
    return f"{10**20:d}{number:09d}"
