"""The base of every stored row, and how rows reach DynamoDB. With the contexts' stores, all that knows pynamodb."""

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.models import Model

from shared.kernel import clock

REGION = os.environ.get("AWS_REGION", "cn-north-1")

_rows: list[type[Model]] = []
_connection: Connection | None = None
_endpoint: str | None = os.environ.get("DYNAMODB_ENDPOINT")


def table_name(context: str) -> str:
    """The table of a context: `<CONTEXT>_TABLE` of the environment, `hui-<context>` without it."""
    return os.environ.get(f"{context.upper()}_TABLE", f"hui-{context}")


class Row(Model):
    """An item with the two keys that every table has. A subclass sets `Meta = meta("<context>")`."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        register(cls)


def register(row: type[Model]) -> None:
    """Let `connect` reach a row that isn't a Row."""
    _rows.append(row)


def meta(context: str) -> Any:
    """pynamodb's Meta for the rows of one context's table."""
    return type("Meta", (), {"table_name": table_name(context), "region": REGION, "host": _endpoint})


def connect(endpoint: str | None) -> None:
    """Send every row to the DynamoDB at `endpoint` from now on (None: AWS). For local runs and tests."""
    global _connection, _endpoint
    _endpoint, _connection = endpoint, None
    for row in _rows:
        row.Meta.host = endpoint
        row._connection = None


def connection() -> Connection:
    """The connection that transactions share."""
    global _connection
    if _connection is None:
        _connection = Connection(region=REGION, host=_endpoint)
    return _connection


class Moment(Attribute[datetime]):
    """An aware moment, stored as UTC text that sorts."""

    attr_type = "S"

    def serialize(self, value: datetime) -> str:
        return clock.stored(value)

    def deserialize(self, value: str) -> datetime:
        return clock.read(value)


def from_image(row: type[Row], image: Mapping[str, Mapping[str, Any]]) -> Any:
    """The row of a stream record's image."""
    instance = row()
    instance.deserialize({name: dict(value) for name, value in image.items()})
    return instance
