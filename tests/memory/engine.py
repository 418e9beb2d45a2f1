"""DynamoDB in a dictionary: what our stores ask of it, and nothing else, a hundred times as fast as an emulator.

It stands behind botocore (`attach`), so that everything before it is real: pynamodb, validation, the faults that tests
inject. `python -m tests.memory.parity` holds it to moto and to ministack, answer by answer.

Items are never changed in place, so that a copy of a table is a copy of its dictionary. An answer is the item itself:
whoever gets it doesn't change it either.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import RLock
from typing import Any

from botocore.awsrequest import AWSResponse

from infra import resources
from shared.dynamo import rows
from tests.memory import expressions
from tests.memory.expressions import Item, Value, comparable

Key = tuple[str, ...]
Items = dict[Key, Item]
_MOST_AT_ONCE = 100
_LONGEST = (2048, 1024)  # bytes of a partition key and of a sort key


class Refused(Exception):
    """What DynamoDB answers with an error. `reasons` are those of a cancelled transaction."""

    def __init__(self, code: str, message: str, reasons: Sequence[str] = ()) -> None:
        super().__init__(code, message)
        self.code, self.message, self.reasons = code, message, reasons


class Engine:
    """All tables of `infra/resources.yaml`, empty."""

    def __init__(self) -> None:
        self.tables: dict[str, Items] = {}
        self._keys_of: dict[str, Key] = {}
        self._indexes: dict[str, dict[str, Key]] = {}
        self._included: dict[tuple[str, str], list[str]] = {}
        self._partitions: dict[tuple[str, str], dict[str, Items]] = {}
        self._lock = RLock()
        for logical_name, told in resources.of_type("AWS::DynamoDB::Table").items():
            name = rows.table_name(logical_name.removesuffix("Table").lower())
            self.tables[name] = {}
            self._keys_of[name] = _names(told["Properties"]["KeySchema"])
            indexes = told["Properties"].get("GlobalSecondaryIndexes", [])
            self._indexes[name] = {index["IndexName"]: _names(index["KeySchema"]) for index in indexes}
            for index in indexes:
                self._included[name, index["IndexName"]] = index["Projection"].get("NonKeyAttributes", [])
        self._acts: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "GetItem": self._get_item,
            "PutItem": self._write_one("Put"),
            "UpdateItem": self._write_one("Update"),
            "DeleteItem": self._write_one("Delete"),
            "BatchGetItem": self._batch_get,
            "Query": self._query,
            "Scan": self._scan,
            "TransactGetItems": self._transact_get,
            "TransactWriteItems": self._transact_write,
        }
        self.clear()

    def attach(self, client: Any) -> None:
        """Answer every call of a botocore client from here."""
        client.meta.events.register_last("before-call.dynamodb", self._answer)

    def clear(self) -> None:
        """Empty every table."""
        self.restore({name: {} for name in self.tables})

    def copy(self) -> dict[str, Items]:
        """Everything that is in the tables now."""
        return {name: dict(items) for name, items in self.tables.items()}

    def restore(self, copy: Mapping[str, Items]) -> None:
        """Put the tables back to what a copy says."""
        for name, items in copy.items():
            self.tables[name] = dict(items)
            for index, (hash_key, *_) in self._keys_by_index(name):
                partitions = self._partitions[name, index] = {}
                for key, item in items.items():
                    if hash_key in item:
                        partitions.setdefault(item[hash_key]["S"], {})[key] = item

    def _answer(self, model: Any, params: Mapping[str, Any], **_: Any) -> Any:
        try:
            with self._lock:
                told = self.call(model.name, json.loads(params["body"]))
        except Refused as refused:
            answer = {
                "Error": {"Code": refused.code, "Message": refused.message},
                "CancellationReasons": [{"Code": code} for code in refused.reasons],
                "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RetryAttempts": 0},
            }
            return AWSResponse("", 400, {}, None), answer
        metadata = {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}
        return AWSResponse("", 200, {}, None), {**told, "ResponseMetadata": metadata}

    def call(self, operation: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """One call, as the wire has it. Raises Refused."""
        if operation not in self._acts:
            raise NotImplementedError(operation)
        return self._acts[operation](told)

    def put(self, table: str, key: Key, item: Item | None) -> None:
        """Write an item; None deletes it. Binary is kept as botocore gives it to its caller: as bytes."""
        item = {name: _as_bytes(value) for name, value in item.items()} if item is not None else None
        before = self.tables[table].pop(key, None) if item is None else self.tables[table].get(key)
        if item is not None:
            self.tables[table][key] = item
        for index, (hash_key, *_) in self._keys_by_index(table):
            partitions = self._partitions[table, index]
            if before is not None and hash_key in before:
                del partitions[before[hash_key]["S"]][key]
            if item is not None and hash_key in item:
                partitions.setdefault(item[hash_key]["S"], {})[key] = item

    def _keys_by_index(self, table: str) -> list[tuple[str, Key]]:
        """The keys of each index of a table; the table itself is under ""."""
        return [("", self._keys_of[table]), *self._indexes[table].items()]

    def _table(self, name: str) -> Items:
        if name not in self.tables:
            raise Refused("ResourceNotFoundException", "Requested resource not found")
        return self.tables[name]

    def _get_item(self, told: Mapping[str, Any]) -> dict[str, Any]:
        found = self._table(told["TableName"]).get(self._key(told["TableName"], told["Key"]))
        return {"Item": found} if found else {}

    def _batch_get(self, told: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, list[Item]] = {}
        wanted = [(name, self._key(name, key)) for name, one in told["RequestItems"].items() for key in one["Keys"]]
        if len(wanted) > _MOST_AT_ONCE or len(set(wanted)) < len(wanted):
            raise Refused("ValidationException", "Provided list of item keys contains duplicates")
        for name, key in wanted:
            item = self._table(name).get(key)
            found.setdefault(name, []).extend([item] if item else [])
        return {"Responses": found, "UnprocessedKeys": {}}

    def _transact_get(self, told: Mapping[str, Any]) -> dict[str, Any]:
        gets = [one["Get"] for one in told["TransactItems"]]
        wanted = {(get["TableName"], self._key(get["TableName"], get["Key"])) for get in gets}
        if len(wanted) < len(gets):
            raise Refused("ValidationException", "Transaction request cannot include multiple operations on one item")
        found = [self._table(get["TableName"]).get(self._key(get["TableName"], get["Key"])) for get in gets]
        return {"Responses": [{"Item": item} if item else {} for item in found]}

    def _write_one(self, verb: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
        def write(told: Mapping[str, Any]) -> dict[str, Any]:
            table = self._table(told["TableName"])
            key = self._key(told["TableName"], told.get("Key") or told["Item"])
            before = table.get(key)
            if not _allowed(told, before):
                raise Refused("ConditionalCheckFailedException", "The conditional request failed")
            self.put(told["TableName"], key, _after(verb, told, before))
            wanted = told.get("ReturnValues", "NONE")
            shown = {"ALL_NEW": table.get(key), "ALL_OLD": before}.get(wanted)
            return {"Attributes": shown} if shown else {}

        return write

    def _transact_write(self, told: Mapping[str, Any]) -> dict[str, Any]:
        parts = [next(iter(one.items())) for one in told["TransactItems"]]
        wanted = [
            (part["TableName"], self._key(part["TableName"], part.get("Key") or part["Item"])) for _, part in parts
        ]
        if len(parts) > _MOST_AT_ONCE or len(set(wanted)) < len(wanted):
            message = "Transaction request cannot include multiple operations on one item"
            raise Refused("ValidationException", message)
        before = [self._table(name).get(key) for name, key in wanted]
        allowed = [_allowed(part, item) for (_, part), item in zip(parts, before, strict=True)]
        if not all(allowed):
            reasons = ["None" if one else "ConditionalCheckFailed" for one in allowed]
            raise Refused("TransactionCanceledException", f"Transaction cancelled: {reasons}", reasons)
        for (verb, part), (name, key), item in zip(parts, wanted, before, strict=True):
            if verb != "ConditionCheck":
                self.put(name, key, _after(verb, part, item))
        return {}

    def _query(self, told: Mapping[str, Any]) -> dict[str, Any]:
        range_key = self._keys(told)[-1]
        attributes = self._attributes(told)
        expression, names = told["KeyConditionExpression"], told["ExpressionAttributeNames"]
        values = told["ExpressionAttributeValues"]
        self._table(told["TableName"])
        partitions = self._partitions[told["TableName"], told.get("IndexName", "")]
        found = [
            item
            for partition in {value.get("S") for value in values.values()}  # one of these; the expression says which
            for item in partitions.get(partition, {}).values()
            if range_key in item and expressions.holds(expression, item, names, values)
        ]
        found.sort(key=lambda item: _order(item, attributes), reverse=not told.get("ScanIndexForward", True))
        return self._page(told, found, attributes)

    def _scan(self, told: Mapping[str, Any]) -> dict[str, Any]:
        return self._page(told, list(self._table(told["TableName"]).values()), self._keys(told))

    def _keys(self, told: Mapping[str, Any]) -> Key:
        if "IndexName" not in told:
            return self._keys_of[told["TableName"]]
        return self._indexes[told["TableName"]][told["IndexName"]]

    def _attributes(self, told: Mapping[str, Any]) -> Key:
        """The keys that an answer is in the order of: the index's, then the table's."""
        return tuple(dict.fromkeys((*self._keys(told), *self._keys_of[told["TableName"]])))

    def _key(self, table: str, told: Mapping[str, Value]) -> Key:
        self._table(table)
        return _key_of(told, self._keys_of[table])

    def _page(self, told: Mapping[str, Any], found: list[Item], attributes: Key) -> dict[str, Any]:
        start = told.get("ExclusiveStartKey")
        if start is not None:
            found = _after_start(told, start, found, attributes)
        limit = told.get("Limit", len(found) + 1)
        page, more = found[:limit], len(found) >= limit
        names, values = told.get("ExpressionAttributeNames", {}), told.get("ExpressionAttributeValues", {})
        kept = page
        if "FilterExpression" in told:
            kept = [item for item in page if expressions.holds(told["FilterExpression"], item, names, values)]
        shown = kept
        if "IndexName" in told:
            projected = (*attributes, *self._included[told["TableName"], told["IndexName"]])
            shown = [{name: item[name] for name in projected if name in item} for item in kept]
        answer: dict[str, Any] = {"Count": len(kept), "ScannedCount": len(page)}
        if told.get("Select") != "COUNT":
            answer["Items"] = shown
        if more and page:
            answer["LastEvaluatedKey"] = {name: page[-1][name] for name in attributes}
        return answer


def _after_start(told: Mapping[str, Any], start: Item, found: list[Item], attributes: Sequence[str]) -> list[Item]:
    if sorted(start) != sorted(attributes):
        raise Refused("ValidationException", "The provided starting key is invalid")
    place = _order(start, attributes)
    if "KeyConditionExpression" not in told:
        places = [_order(item, attributes) for item in found]
        return found[places.index(place) + 1 :] if place in places else found
    hash_key = attributes[0]
    if {item[hash_key]["S"] for item in found} - {start[hash_key].get("S")}:
        raise Refused("ValidationException", "The provided starting key is outside query boundaries")
    forward = told.get("ScanIndexForward", True)
    return [
        item for item in found if (_order(item, attributes) > place) == forward and _order(item, attributes) != place
    ]


def _names(schema: Sequence[Mapping[str, str]]) -> Key:
    return tuple(one["AttributeName"] for one in schema)


def _order(item: Item, attributes: Sequence[str]) -> tuple[Any, ...]:
    return tuple(comparable(item[name]) for name in attributes[1:]) or (comparable(item[attributes[0]]),)


def _key_of(told: Mapping[str, Value], names: Key) -> Key:
    """Raises Refused for keys that aren't strings of the size that they may have."""
    try:
        key = tuple(told[name]["S"] for name in names)
    except KeyError:
        raise Refused("ValidationException", "The provided key element does not match the schema") from None
    if not all(0 < len(one.encode()) <= most for one, most in zip(key, _LONGEST, strict=False)):
        raise Refused("ValidationException", "One or more parameter values are not valid: the size of a key")
    return key


def _allowed(told: Mapping[str, Any], item: Item | None) -> bool:
    names, values = told.get("ExpressionAttributeNames", {}), told.get("ExpressionAttributeValues", {})
    return expressions.holds(told.get("ConditionExpression"), item, names, values)


def _after(verb: str, told: Mapping[str, Any], before: Item | None) -> Item | None:
    if verb == "Put":
        return dict(told["Item"])
    if verb == "Delete":
        return None
    names, values = told.get("ExpressionAttributeNames", {}), told.get("ExpressionAttributeValues", {})
    return expressions.updated(told["UpdateExpression"], before or dict(told["Key"]), names, values)


def _as_bytes(value: Value) -> Value:
    """Binary comes over the wire in base64, or as it is from who calls in the client's place."""
    return {"B": base64.b64decode(value["B"])} if isinstance(value.get("B"), str) else value


def listed(tables: Mapping[str, Items]) -> Iterator[tuple[str, list[str]]]:
    """Each table with its items as texts, sorted: what tells one state from another."""
    for name, items in tables.items():
        yield name, sorted(json.dumps(item, sort_keys=True, default=repr) for item in items.values())
