"""The base of every stored row, and how rows reach DynamoDB. With the contexts' stores, all that knows pynamodb."""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError
from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.connection import Connection, TableConnection
from pynamodb.models import Model

from shared.kernel import clock, errors

REGION = os.environ.get("AWS_REGION", "cn-north-1")

BUSY = {
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
}

_CONFIG = Config(user_agent="hui-service")  # else botocore makes one up for each call, a tenth of the call's time

_rows: list[type[Model]] = []
_connection: Connection | None = None
_endpoint: str | None = os.environ.get("DYNAMODB_ENDPOINT")


def table_name(context: str) -> str:
    """The table of a context: `<CONTEXT>_TABLE` of the environment, `hui-<context>` without it."""
    return os.environ.get(f"{context.upper()}_TABLE", f"hui-{context}")


class BusyConnection(Connection):
    """Says Unavailable, for reads as for writes, when DynamoDB is busy or doesn't answer: what may pass by itself."""

    def _make_api_call(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        try:
            return super()._make_api_call(operation_name, operation_kwargs)
        except (ConnectionError, HTTPClientError) as error:
            raise errors.Unavailable() from error
        except ClientError as error:
            if error.response["Error"]["Code"] in BUSY:
                raise errors.Unavailable() from error
            raise


class AnyRow(Model):
    """An item under any keys, reached over the connection that all rows share."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if hasattr(cls, "Meta"):
            _rows.append(cls)

    @classmethod
    def _get_connection(cls) -> TableConnection:
        """pynamodb makes a client for each class of rows, which takes longer than a call; all of ours share one."""
        if cls._connection is None:
            table = super()._get_connection()
            own = BusyConnection(region=REGION, host=_endpoint)
            own.add_meta_table(table.get_meta_table())
            own._client = connection().client
            table.connection = own
        return super()._get_connection()


class Row(AnyRow):
    """An item with the two keys that nearly every table has. A subclass sets `Meta = meta("<context>")`."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


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
    """The connection that transactions use, and whose client all rows share."""
    global _connection
    if _connection is None:
        _connection = BusyConnection(region=REGION, host=_endpoint)
        _connection.session.set_default_client_config(_CONFIG)
    return _connection


class Moment(Attribute[datetime]):
    """An aware moment, stored as UTC text that sorts."""

    attr_type = "S"

    def serialize(self, value: datetime) -> str:
        return clock.stored(value)

    def deserialize(self, value: str) -> datetime:
        return clock.read(value)


def scan_images(context: str) -> Iterator[Mapping[str, Mapping[str, Any]]]:
    """Every item of a context's table, as a stream record would show it. For checks only: it reads the whole table."""
    told = connection().client.get_paginator("scan").paginate(TableName=table_name(context), ConsistentRead=True)
    for page in told:
        yield from page["Items"]


def from_image(row: type[Row], image: Mapping[str, Mapping[str, Any]]) -> Any:
    """The row of a stream record's image."""
    instance = row()
    instance.deserialize({name: dict(value) for name, value in image.items()})
    return instance
