"""Holds the engine in memory to moto and to ministack: the same random calls, and every answer the same.

make parity                            20,000 calls, with the seed and the count in the last line
python -m tests.memory.parity --calls 500 --seed 7
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

from infra import tables
from infra.local import engine as ministack
from infra.local import trouble
from shared.dynamo import rows
from tests.memory.engine import Engine

_PKS, _SKS = ("a", "b", "é"), ("entry", "entry#1", "entry#2", "x", "位")
_PLACES = (
    ("hui-funds", "by_refund_wait", "refund_waits_for", "refund_waits_until"),
    ("hui-reconciliation", "by_state", "break_state", "found_at"),  # its index has more than the keys
)
_BESIDE = ("ResponseMetadata", "ConsumedCapacity", "ItemCollectionMetrics")
_AT_ONCE = 1_000  # calls on the same tables: moto grows and slows down with each transaction
_KEY_CONDITIONS = (
    "",
    "begins_with (#r, :r)",
    "#r BETWEEN :r AND :q",
    *(f"#r {compares} :r" for compares in ("=", "<", "<=", ">", ">=")),
)
Call = tuple[str, dict[str, Any]]
Clients = Mapping[str, Any]


class Calls:
    """Random calls, of the kinds that pynamodb makes for our stores."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.table, self._index, self._hash, self._range = _PLACES[seed % len(_PLACES)]
        self._page: dict[str, Any] | None = None

    def next(self) -> Call:
        """One more call. A list that had a next page is often followed to it."""
        if self._page is not None and self.random.random() < 0.7:
            return "query", self._page
        kind = self.random.choices(
            ("put_item", "update_item", "delete_item", "get_item", "query", "scan", "batch", "reads", "writes"),
            (10, 10, 4, 6, 14, 3, 4, 5, 24),
        )[0]
        return getattr(self, f"_{kind}")()  # type: ignore[no-any-return]

    def answered(self, call: Call, answer: Any) -> None:
        """Remember where a page went on."""
        last = answer.get("LastEvaluatedKey") if isinstance(answer, dict) and call[0] == "query" else None
        self._page = {**call[1], "ExclusiveStartKey": last} if last else None

    def _key(self) -> dict[str, Any]:
        return {"pk": {"S": self.random.choice(_PKS)}, "sk": {"S": self.random.choice(_SKS)}}

    def _keys(self, most: int) -> list[dict[str, Any]]:
        """Different keys (moto lets a transaction read one twice, DynamoDB doesn't)."""
        keys = [self._key() for _ in range(self.random.randint(1, most))]
        return list({json.dumps(key, sort_keys=True): key for key in keys}.values())

    def _item(self) -> dict[str, Any]:
        item = {**self._key(), "n": {"N": str(self.random.randint(-3, 3))}, "s": {"S": self.random.choice("abc")}}
        if self.random.random() < 0.5:
            item[self._hash] = {"S": self.random.choice(("answer", "payment"))}
            item[self._range] = {"S": f"2026-0{self.random.randint(1, 4)}"}
        if self.random.random() < 0.2:
            item["owner"] = {"S": self.random.choice("ab")}
        if self.random.random() < 0.2:
            item["text"] = {"B": self.random.choice("abc").encode()}
        if self.random.random() < 0.2:
            item["set"] = {"SS": sorted(self.random.sample("abcd", self.random.randint(1, 3)))}
        return item

    def _condition(self) -> dict[str, Any]:
        n, s = {":n": {"N": str(self.random.randint(-3, 3))}}, {":s": {"S": self.random.choice("abc")}}
        high = {"N": "2"}
        low_high = {":l": {"N": "-1"}, ":h": high}
        return self.random.choice(
            [
                {},
                {"c": "attribute_not_exists (#p)", "n": {"#p": "pk"}},
                {"c": "attribute_exists (#p)", "n": {"#p": "pk"}},
                {"c": f"#n {self.random.choice(('=', '<>', '<', '<=', '>', '>='))} :n", "n": {"#n": "n"}, "v": n},
                {"c": "(#n = :n AND #s = :s)", "n": {"#n": "n", "#s": "s"}, "v": {**n, **s}},
                {"c": "(#n = :n OR NOT #s = :s)", "n": {"#n": "n", "#s": "s"}, "v": {**n, **s}},
                {"c": "(attribute_not_exists (#p) OR #n <= :n)", "n": {"#p": "pk", "#n": "n"}, "v": n},
                {"c": "((#n > :n AND #s = :s) AND #n <= :h)", "n": {"#n": "n", "#s": "s"}, "v": {**n, **s, ":h": high}},
                {"c": "(#s <> :s AND (NOT #n IN (:l, :h)))", "n": {"#n": "n", "#s": "s"}, "v": {**s, **low_high}},
                {
                    "c": "(((#s = :s AND #n >= :l) AND #n < :h) OR ((#s = :n AND #m >= :l) AND #m < :h))",
                    "n": {"#n": "n", "#s": "s", "#m": "m"},
                    "v": {**s, ":n": {"S": "b"}, **low_high},
                },
                {"c": "#n BETWEEN :l AND :h", "n": {"#n": "n"}, "v": low_high},
                {"c": "#n IN (:l, :h)", "n": {"#n": "n"}, "v": low_high},
                {"c": "begins_with (#s, :s)", "n": {"#s": "s"}, "v": s},
                {"c": "#n < #m", "n": {"#n": "n", "#m": "m"}},
            ]
        )

    def _with(self, told: dict[str, Any], name: str = "ConditionExpression") -> dict[str, Any]:
        asked = self._condition()
        for key, value in ((name, "c"), ("ExpressionAttributeNames", "n"), ("ExpressionAttributeValues", "v")):
            if asked.get(value):
                there = told.get(key)
                told[key] = {**there, **asked[value]} if isinstance(there, dict) else asked[value]
        return told

    def _update(self) -> dict[str, Any]:
        names = {"#un": "n", "#us": "s", "#um": "m", "#w": self._hash}
        values = {":un": {"N": str(self.random.randint(-3, 3))}, ":us": {"S": self.random.choice("abc")}}
        expression = self.random.choice(
            (
                "SET #us = :us",
                "SET #us = :us, #un = :un",
                "ADD #un :un",
                "ADD #un :un, #um :un",
                "SET #us = :us ADD #um :un",
                "SET #us = :us ADD #un :un, #um :un",
                "SET #us = :us REMOVE #w",
                "SET #us = :us REMOVE #w, #un",
            )
        )
        return {
            "TableName": self.table,
            "Key": self._key(),
            "UpdateExpression": expression,
            "ExpressionAttributeNames": {name: of for name, of in names.items() if name in expression},
            "ExpressionAttributeValues": {name: of for name, of in values.items() if name in expression},
        }

    def _put_item(self) -> Call:
        return "put_item", self._with({"TableName": self.table, "Item": self._item()})

    def _update_item(self) -> Call:
        returned = self.random.choice(("NONE", "ALL_NEW", "ALL_OLD"))
        return "update_item", self._with({**self._update(), "ReturnValues": returned})

    def _delete_item(self) -> Call:
        return "delete_item", self._with({"TableName": self.table, "Key": self._key()})

    def _get_item(self) -> Call:
        return "get_item", {"TableName": self.table, "Key": self._key(), "ConsistentRead": True}

    def _query(self) -> Call:
        told: dict[str, Any] = {"TableName": self.table, "ScanIndexForward": self.random.random() < 0.5}
        names, values = {"#h": "pk", "#r": "sk"}, {":h": {"S": self.random.choice(_PKS)}}
        if self.random.random() < 0.4:
            told["IndexName"] = self._index
            names, values = {"#h": self._hash, "#r": self._range}, {":h": {"S": "answer"}}
        keys = self.random.choice(_KEY_CONDITIONS)
        bounds = {":r": {"S": self.random.choice(("entry", "entry#1", "2026-02"))}, ":q": {"S": "x"}}
        told["KeyConditionExpression"] = f"(#h = :h AND {keys})" if keys else "#h = :h"
        told["ExpressionAttributeNames"] = {name: of for name, of in names.items() if name == "#h" or keys}
        told["ExpressionAttributeValues"] = {**values, **{name: of for name, of in bounds.items() if name in keys}}
        if self.random.random() < 0.6:
            told["Limit"] = self.random.randint(1, 3)
        if self.random.random() < 0.1:
            told["Select"] = "COUNT"
        return "query", told

    def _scan(self) -> Call:
        return "scan", self._with({"TableName": self.table}, "FilterExpression")

    def _batch(self) -> Call:
        return "batch_get_item", {"RequestItems": {self.table: {"Keys": self._keys(4), "ConsistentRead": True}}}

    def _reads(self) -> Call:
        gets = [{"Get": {"TableName": self.table, "Key": key}} for key in self._keys(3)]
        return "transact_get_items", {"TransactItems": gets}

    def _writes(self) -> Call:
        return "transact_write_items", {"TransactItems": [self._part() for _ in range(self.random.randint(1, 4))]}

    def _part(self) -> dict[str, Any]:
        kind = self.random.choice(("Put", "Update", "Delete", "ConditionCheck"))
        if kind == "Put":
            return {kind: self._with({"TableName": self.table, "Item": self._item()})}
        if kind == "Update":
            return {kind: self._with(self._update())}
        told = self._with({"TableName": self.table, "Key": self._key()})
        if kind == "ConditionCheck" and "ConditionExpression" not in told:
            told |= {"ConditionExpression": "attribute_exists (#p)", "ExpressionAttributeNames": {"#p": "pk"}}
        return {kind: told}


def ask(client: Any, call: Call) -> Any:
    """What a client answers, without what may differ between engines that are both right."""
    try:
        told = getattr(client, call[0])(**call[1])
    except ClientError as error:
        reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
        return {"error": error.response["Error"]["Code"], "reasons": reasons}
    told = {name: value for name, value in told.items() if name not in _BESIDE}
    return _plain(call[0], told)


def _plain(operation: str, told: dict[str, Any]) -> Any:
    if operation == "scan":  # the order is nobody's promise
        told["Items"] = sorted(told["Items"], key=_text)
    if operation == "batch_get_item":
        found: list[dict[str, Any]] = next(iter(told["Responses"].values()), [])
        return sorted(found, key=_text)
    if operation == "transact_get_items":
        return [one.get("Item") for one in told["Responses"]]
    return json.loads(json.dumps(told, sort_keys=True, default=repr), object_hook=_sorted_sets)


def _text(item: dict[str, Any]) -> str:
    return json.dumps(item, sort_keys=True, default=repr)


def _sorted_sets(value: dict[str, Any]) -> dict[str, Any]:
    return {"SS": sorted(value["SS"])} if "SS" in value else value


@contextmanager
def engines(address: str) -> Iterator[Clients]:
    """A client of each: ours, moto, and the ministack at an address. Every table is empty."""
    with mock_aws():
        memory, moto = _client(None), _client(None)
        Engine().attach(memory)
        ministack.reset(address)
        other = _client(address)
        for client in (moto, other):
            tables.create_all(client)
        yield {"memory": memory, "moto": moto, "ministack": other}


def _client(address: str | None) -> Any:
    return boto3.client("dynamodb", region_name=rows.REGION, endpoint_url=address)


def compare(clients: Clients, *, calls: int, seed: int) -> list[str]:
    """Make so many calls of each; where an answer differs from ours, what was asked and what was answered."""
    made, differences = Calls(seed), []
    for number in range(calls):
        call = made.next()
        answers = {name: ask(client, call) for name, client in clients.items()}
        for name, answer in answers.items():
            if not _same(answers["memory"], answer, call, clients["memory"]):
                differences.append(f"{number} {name}: {call}\n  memory {answers['memory']}\n  {name} {answer}")
        made.answered(call, answers["memory"])
    return differences


def _same(ours: Any, theirs: Any, call: Call, memory: Any) -> bool:
    """Whether two answers say the same.

    At the very end of a list DynamoDB may say that it goes on, and then give an empty page; moto never does.
    """
    if ours == theirs:
        return True
    if call[0] != "query" or "LastEvaluatedKey" not in ours or "LastEvaluatedKey" in theirs:
        return False
    on = {**call[1], "ExclusiveStartKey": ours["LastEvaluatedKey"]}
    without = {name: value for name, value in ours.items() if name != "LastEvaluatedKey"}
    return bool(without == theirs and memory.query(**on)["Count"] == 0)


def main() -> int:
    """Compare, tell the first differences; the exit status is 0 when there are none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ.update(ministack.CREDENTIALS)
    differences = []
    with ministack.running(port=trouble.free_ports(1)) as address:
        for place, start in enumerate(range(0, options.calls, _AT_ONCE)):
            with engines(address) as clients:
                count = min(_AT_ONCE, options.calls - start)
                differences += compare(clients, calls=count, seed=options.seed + place)
    for one in differences[:5]:
        sys.stdout.write(f"{one}\n")
    sys.stdout.write(f"{options.calls} calls, seed {options.seed}: {len(differences)} differences\n")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
