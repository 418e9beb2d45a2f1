"""The tables under a test: `in_memory` (fast) and `on_engine` (ministack: streams, true units, another's judgement)."""

import atexit
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError

from infra import tables
from infra.local import engine, trouble
from shared.dynamo import rows, transaction
from shared.mall import catalogue
from shared.policy import queries as policies
from tests.memory.engine import Engine, Items, listed

CREDENTIALS = {**engine.CREDENTIALS, "AWS_DEFAULT_REGION": rows.REGION}


_memory = Engine()


@pytest.fixture(scope="module")
def memory_tables() -> Iterator[Any]:
    """boto3's client of the tables in memory, which all rows use too. A module's tests share it: clients take long."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        rows.connect(None)
        client = rows.connection().client
        _memory.attach(client)
        yield client
    rows.connect(None)


@pytest.fixture
def in_memory(memory_tables: Any) -> Any:
    """boto3's client of the tables in memory, every table empty."""
    _memory.clear()
    policies.forget()
    catalogue.forget()
    return memory_tables


_kept: dict[str, dict[str, Items]] = {}


def put_in_memory(name: str, put: Callable[[], object]) -> None:
    """What `put` puts into the empty tables: done once in the whole run of tests, and copied when it is named again."""
    if name not in _kept:
        put()
        _kept[name] = _memory.copy()
    _memory.restore(_kept[name])


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
    policies.forget()
    catalogue.forget()
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


def dump_memory(*, but: Sequence[str] = ()) -> str:
    """Like `dump`, of every context but these, without a call."""
    left_out = {rows.table_name(context) for context in but}
    return json.dumps({name: items for name, items in listed(_memory.tables) if name not in left_out}, indent=1)


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
