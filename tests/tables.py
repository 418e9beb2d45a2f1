"""The tables under a test: `on_moto` (one thread, few rows) and `on_engine` (ministack, threads, true units)."""

import atexit
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends

from infra import tables
from infra.local import engine, trouble
from shared.dynamo import rows, transaction

CREDENTIALS = {**engine.CREDENTIALS, "AWS_DEFAULT_REGION": rows.REGION}


@pytest.fixture(scope="module")
def moto_tables() -> Iterator[Any]:
    """boto3's client of moto, with every table. A module's tests share it: making it takes longer than they do."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        rows.connect(None)
        client = boto3.client("dynamodb", region_name=rows.REGION)
        tables.create_all(client)
        yield client
    rows.connect(None)


@pytest.fixture
def on_moto(moto_tables: Any) -> Any:
    """boto3's client of moto, with every table empty."""
    for table in _of_moto().values():
        table.items.clear()
    return moto_tables


_kept: dict[str, dict[str, Any]] = {}


def put_on_moto(name: str, put: Callable[[], object]) -> None:
    """What `put` puts into moto's empty tables: done once in the whole run of tests, and copied when it is named again.

    moto copies whole tables for each transaction, so that a school on file takes longer than the test.
    """
    if name not in _kept:
        put()
        _kept[name] = {table: deepcopy(there.items) for table, there in _of_moto().items()}
    for table, items in _kept[name].items():
        _of_moto()[table].items = deepcopy(items)


def _of_moto() -> dict[str, Any]:
    tables_of_moto: dict[str, Any] = dynamodb_backends["123456789012"][rows.REGION].tables
    return tables_of_moto


@cache
def _started() -> str:
    stopped_at_the_end = ExitStack()
    atexit.register(stopped_at_the_end.close)
    return stopped_at_the_end.enter_context(engine.running(port=trouble.free_ports(1)))


@pytest.fixture(scope="session")
def engine_address() -> str:
    """One engine for the whole run of tests, whichever folders import this, without a memory."""
    return _started()


@pytest.fixture
def on_engine(engine_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """boto3's client of the engine, with every table empty."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    engine.reset(engine_address)
    client = engine.clients(engine_address).dynamodb
    tables.create_all(client)
    rows.connect(engine_address)
    yield client
    rows.connect(None)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """No waiting between tries; the numbers of the waits that would have been."""
    waits: list[int] = []
    monkeypatch.setattr(transaction, "pause", waits.append)
    return waits


def dump(client: Any) -> str:
    """Everything in every table, as one text that is the same when nothing has changed."""
    told = {}
    for context in tables.contexts():
        name = rows.table_name(context)
        items = client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
        told[context] = sorted(
            json.dumps(item, sort_keys=True, default=repr) for page in items for item in page["Items"]
        )
    return json.dumps(told, indent=1)


def dump_moto(*, but: Sequence[str] = ()) -> str:
    """Like `dump`, of every context but these, without a call: a hundred times as fast."""
    told = {
        context: sorted(
            json.dumps(item.to_json(), sort_keys=True, default=repr)
            for item in _of_moto()[rows.table_name(context)].all_items()
        )
        for context in tables.contexts()
        if context not in but
    }
    return json.dumps(told, indent=1)


@contextmanager
def conflicts(operation: str, *, times: int, code: str = "TransactionConflict") -> Iterator[list[str]]:
    """Cancel the next `times` transactions of this operation, as when another one is under way. The value: which."""
    cancelled: list[str] = []

    def cancel(model: Any, params: Any, **_: Any) -> Any:
        if len(cancelled) >= times:
            return None
        cancelled.append(code)
        count = len(json.loads(params["body"])["TransactItems"])
        reasons = [{"Code": code}] + [{"Code": "None"}] * (count - 1)
        answer = {
            "Error": {"Code": "TransactionCanceledException", "Message": "cancelled by the test"},
            "CancellationReasons": reasons,
            "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RetryAttempts": 0},
        }
        return AWSResponse("", 400, {}, None), answer

    with _hook(f"before-call.dynamodb.{operation}", cancel):
        yield cancelled


@contextmanager
def busy(operation: str, *, code: str = "ThrottlingException") -> Iterator[None]:
    """Answer every call of this operation with an error."""

    def refuse(**_: Any) -> Any:
        answer = {
            "Error": {"Code": code, "Message": "refused by the test"},
            "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RetryAttempts": 0},
        }
        return AWSResponse("", 400, {}, None), answer

    with _hook(f"before-call.dynamodb.{operation}", refuse):
        yield


@contextmanager
def lost_answers(operation: str, *, times: int = 1) -> Iterator[list[str]]:
    """Do the next `times` calls of this operation, and lose their answers. The value: those lost."""
    lost: list[str] = []

    def lose(**_: Any) -> None:
        if len(lost) < times:
            lost.append(operation)
            raise ReadTimeoutError(endpoint_url="https://dynamodb.example", error="lost by the test")

    with _hook(f"after-call.dynamodb.{operation}", lose):
        yield lost


class Killed(BaseException):
    """The function is over in the middle of its work, as when Lambda ends it."""


@contextmanager
def killed_before(operation: str, *, call: int) -> Iterator[None]:
    """End whatever runs just before the `call`-th call of this operation, counted from 1."""
    left = [call]

    def kill(**_: Any) -> None:
        left[0] -= 1
        if not left[0]:
            raise Killed()

    with _hook(f"before-call.dynamodb.{operation}", kill), pytest.raises(Killed):
        yield


@contextmanager
def just_before(operation: str, act: Callable[[], object]) -> Iterator[None]:
    """Let somebody else `act` in the very moment before the next call of this operation."""
    acts = [act]

    def first(**_: Any) -> None:
        if acts:
            with ThreadPoolExecutor(1) as somebody_else:
                somebody_else.submit(acts.pop()).result()

    with _hook(f"before-call.dynamodb.{operation}", first):
        yield
    assert not acts, f"nothing called {operation}"


@contextmanager
def _hook(event: str, handler: Callable[..., Any]) -> Iterator[None]:
    """A handler on the client that all rows share."""
    events = rows.connection().client.meta.events
    events.register_first(event, handler)
    try:
        yield
    finally:
        events.unregister(event, handler)
