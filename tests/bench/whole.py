"""Whole handlers against the least calls of botocore that could do the same, on the same engine, turn by turn.

Everything that an operation finds is made once with the commands, and copied under other ids: so each turn does the
same work on its own enrolment. The raw calls are those that the handler itself has made, one read and one transaction,
without the rest: botocore with parameters that are ready.
"""

import copy
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app import app
from functions.streams import release_lesson
from infra import tables
from shared.dynamo import rows
from shared.kernel.ids import EnrolmentId, SessionId
from shared.teaching import usecases as teaching
from tests import builders, letters, steps
from tests.builders import NOW, an_id
from tests.streams.records import a_record
from tests.teaching import examples

Item = dict[str, Any]
Calls = list[tuple[str, dict[str, Any]]]
Turn = Callable[[], object]

WARM_UP = 5
FIRST = an_id("enr")
LESSONS = 60
_CONTEXTS = ("funds", "teaching")


@dataclass(frozen=True)
class Measured:
    """Medians of one turn, in milliseconds; `calls` are those of the handler."""

    ours_ms: float
    other_ms: float
    calls: Sequence[str]

    @property
    def ratio(self) -> float:
        """How much longer ours takes."""
        return round(self.ours_ms / self.other_ms, 3)


def releases(client: Any, *, rounds: int) -> Measured:
    """A lesson's release by the stream's function against one read and one write of the same items."""
    _a_new_district(client)
    _an_enrolment_with_history(4)
    _copied(client, 2 * rounds + 2)
    first = _release(client, 2, lesson=5)
    with recorded() as calls:
        first()
    raw = [_raw(client, _as_of(calls, {an_id("enr", 2): an_id("enr", n)})) for n in range(3 + rounds, 3 + 2 * rounds)]
    ours = [_release(client, number, lesson=5) for number in range(3, 3 + rounds)]
    return _in_turn(ours, raw, [name for name, _ in calls])


def deposits(client: Any, *, rounds: int) -> Measured:
    """A deposit that the bank posts to the app, signature, inbox and all, against one read and one write.

    What the write has of the inbox is the message, as one more item of the transaction.
    """
    _a_new_district(client)
    steps.open_account()
    _copied(client, 2 * rounds + 3)
    _deposit(2)()  # whose the account is, is looked up once
    with recorded() as calls:
        _deposit(3)()
    raw = [_raw(client, _as_of(calls, _deposit_ids(3, n))) for n in range(4 + rounds, 4 + 2 * rounds)]
    ours = [_deposit(number) for number in range(4, 4 + rounds)]
    return _in_turn(ours, raw, [name for name, _ in calls])


def histories(client: Any, urls: tuple[str, str], *, rounds: int) -> Measured:
    """A release after 40 others of its enrolment, in tables that are ten times as long, against one after 4 others."""
    ready: list[list[Turn]] = []
    for url, released in zip(urls, (40, 4), strict=True):
        with _sent_to(client, url):
            _a_new_district(client)
            _an_enrolment_with_history(released)
            _copied(client, rounds + 1)
            ready.append([_release(client, 2 + n, lesson=released + 1, url=url) for n in range(rounds)])
    return _in_turn(ready[0], ready[1], [])


def _a_new_district(client: Any) -> None:
    for name in client.list_tables()["TableNames"]:
        client.delete_table(TableName=name)
    tables.create_all(client)
    steps.register()


def _an_enrolment_with_history(released: int) -> None:
    """The first enrolment, with so many lessons released and the next one confirmed."""
    steps.open_account(paid_fen=LESSONS * 100, price_fen=LESSONS * 100, lessons=LESSONS)
    for lesson in range(1, released + 2):
        session = builders.a_session(lesson)
        examples.claim(session=session)
        teaching.confirm_lesson(
            enrolment_id=EnrolmentId(FIRST), offering_id=builders.OFFERING, session_id=session.session_id, now=NOW
        )
        if lesson <= released:
            steps.release(lesson)
            teaching.mark_released(enrolment_id=EnrolmentId(FIRST), session_id=session.session_id, now=NOW)


def _copied(client: Any, count: int) -> None:
    """The first enrolment's items again, for the enrolments 2 to `count`."""
    for context in _CONTEXTS:
        table = rows.table_name(context)
        pages = client.get_paginator("scan").paginate(TableName=table)
        found = [item for page in pages for item in page["Items"] if FIRST in item["pk"]["S"]]
        puts = [
            {"PutRequest": {"Item": _replaced(item, {FIRST: an_id("enr", number)})}}
            for number in range(2, count + 1)
            for item in found
        ]
        for start in range(0, len(puts), 25):
            client.batch_write_item(RequestItems={table: puts[start : start + 25]})


def _release(client: Any, number: int, *, lesson: int, url: str = "") -> Turn:
    key = {"pk": {"S": an_id("enr", number)}, "sk": {"S": f"lesson#{SessionId(an_id('ses', lesson))}"}}
    image = client.get_item(TableName=rows.table_name("teaching"), Key=key)["Item"]
    event = {"Records": [a_record(image, table="teaching", event_name="MODIFY")]}

    def turn() -> None:
        assert release_lesson.release_lesson(event, None) == {"batchItemFailures": []}

    def elsewhere() -> None:
        with _sent_to(client, url):
            turn()

    return elsewhere if url else turn


def _deposit(number: int) -> Turn:
    enrolment = an_id("enr", number)
    told = letters.a_letter(bank_reference=f"BK{number:06d}", remittance=f"学费{enrolment.removeprefix('enr_')}")
    body = letters.written(told)
    event = _api_event("/v1/bank/events", body, letters.signed(body, message_id=f"msg_{number:06d}"))

    def turn() -> None:
        answer = app(event, None)
        assert (answer["statusCode"], answer["body"]) == (200, '{"status": "posted"}'), answer

    return turn


def _deposit_ids(one: int, other: int) -> dict[str, str]:
    names = ("{:026d}", "BK{:06d}", "msg_{:06d}")
    return {name.format(one): name.format(other) for name in names}


def _api_event(path: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """A call as API Gateway hands it to the function."""
    sent = {**{name.replace("_", "-"): value for name, value in headers.items()}, "content-type": "application/json"}
    return {
        "requestContext": {"resourcePath": path, "path": path, "httpMethod": "POST", "identity": {}},
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "multiValueQueryStringParameters": None,
        "pathParameters": {},
        "stageVariables": None,
        "body": body.decode(),
        "isBase64Encoded": False,
    }


@contextmanager
def recorded() -> Iterator[Calls]:
    """What is asked of DynamoDB meanwhile: each call's name and parameters, as botocore is given them."""
    calls: Calls = []
    events = rows.connection().client.meta.events

    def keep(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        calls.append((model.name, copy.deepcopy(dict(params))))

    events.register("provide-client-params.dynamodb", keep)
    try:
        yield calls
    finally:
        events.unregister("provide-client-params.dynamodb", keep)


def _as_of(calls: Calls, ids: Mapping[str, str]) -> Calls:
    return [(name, _replaced(params, ids)) for name, params in calls]


def _raw(client: Any, calls: Calls) -> Turn:
    acts = {"TransactGetItems": client.transact_get_items, "TransactWriteItems": client.transact_write_items}
    ready = [(acts[name], {"TransactItems": params["TransactItems"]}) for name, params in calls]

    def turn() -> None:
        for call, params in ready:
            call(**params)

    return turn


def _replaced(told: Any, ids: Mapping[str, str]) -> Any:
    """The same with other ids in its texts."""
    if isinstance(told, Mapping):
        return {name: _replaced(value, ids) for name, value in told.items()}
    if isinstance(told, list):
        return [_replaced(one, ids) for one in told]
    if isinstance(told, str):
        for one, other in ids.items():
            told = told.replace(one, other)
    return told


def _in_turn(ours: Sequence[Turn], other: Sequence[Turn], calls: Sequence[str]) -> Measured:
    took: tuple[list[float], list[float]] = ([], [])
    for number, pair in enumerate(zip(ours, other, strict=True)):
        for one in (0, 1) if number % 2 else (1, 0):
            began = time.perf_counter()
            pair[one]()
            took[one].append((time.perf_counter() - began) * 1000)
    ours_ms, other_ms = (round(statistics.median(one[WARM_UP:]), 3) for one in took)
    return Measured(ours_ms, other_ms, calls)


@contextmanager
def _sent_to(client: Any, url: str) -> Iterator[None]:
    """Send the client's calls to another engine."""
    before = client.meta.endpoint_url

    def send(request: Any, **_: Any) -> None:
        request.url = request.url.replace(before, url)

    client.meta.events.register("before-send.dynamodb", send)
    try:
        yield
    finally:
        client.meta.events.unregister("before-send.dynamodb", send)
