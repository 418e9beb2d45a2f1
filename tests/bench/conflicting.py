"""One busy school against two hundred, on an engine that lets no two transactions touch one item at a time.

No engine on one machine raises TransactionConflict as DynamoDB does. So what DynamoDB does stands before the tests'
engine in memory: a transaction is in flight for some milliseconds, and one that touches an item of it meanwhile (a
condition check touches, too) is refused. As many releases are under way as the stream's function has lanes.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSResponse

from events import facts
from functions.edge import wiring
from infra import events
from shared.dynamo import rows
from shared.funds import usecases
from shared.institutions import store as institutions
from tests import builders, steps

LANES = next(one.lanes for one in events.STREAM_FUNCTIONS if one.name == "release_lesson")
IN_FLIGHT_SECONDS = 0.005


def commits_per_attempt(*, schools: int, releases: int) -> float:
    """Release so many lessons, each of another enrolment, spread over so many schools. The tables are empty before."""
    for number in range(1, schools + 1):
        steps.register(number)
    confirmed = [_confirmed(number, school=number % schools + 1) for number in range(1, releases + 1)]
    with _exclusive() as attempts, ThreadPoolExecutor(LANES) as lanes:
        list(lanes.map(_release, confirmed))
    return releases / len(attempts)


def _confirmed(number: int, *, school: int) -> facts.LessonConfirmed:
    of = builders.a_school(school)
    account = steps.open_account(number, institution_id=of.institution_id, account_no=of.accounts.tuition_account_no)
    deposit = builders.a_deposit(
        bank_reference=f"BK{number:06d}", account_no=account.account_no, remittance=account.payment_reference
    )
    usecases.post_deposit(fact=deposit, account=builders.a_tuition_account(school), now=wiring.now())
    return builders.a_confirmed_lesson(enrolment_id=account.enrolment_id, institution_id=of.institution_id)


def _release(fact: facts.LessonConfirmed) -> None:
    latch = institutions.releasing_latch(fact.institution_id, spread_by=fact.enrolment_id)
    assert not usecases.release_lesson(fact=fact, latch=latch, now=wiring.now()).duplicate


@contextmanager
def _exclusive() -> Iterator[list[bool]]:
    """Refuse whatever touches an item that a transaction in flight touches. The value: every write tried."""
    attempts: list[bool] = []
    in_flight: set[str] = set()
    lock = threading.Lock()

    def enter(model: Any, params: Mapping[str, Any], context: dict[str, Any], **_: Any) -> Any:
        touched = _touched(json.loads(params["body"])) if model.name.startswith("Transact") else []
        with lock:
            conflicts = [key in in_flight for key in touched]
            if model.name == "TransactWriteItems":
                attempts.append(not any(conflicts))
            if any(conflicts):
                return _refused(conflicts)
            in_flight.update(touched)
            context["touched"] = touched
        time.sleep(IN_FLIGHT_SECONDS)
        return None

    def leave(context: dict[str, Any], **_: Any) -> None:
        with lock:
            in_flight.difference_update(context.pop("touched", []))

    hooks = rows.connection().client.meta.events
    hooks.register_first("before-call.dynamodb", enter)
    hooks.register("after-call.dynamodb", leave)
    try:
        yield attempts
    finally:
        hooks.unregister("before-call.dynamodb", enter)
        hooks.unregister("after-call.dynamodb", leave)


def _touched(told: Mapping[str, Any]) -> list[str]:
    parts = [next(iter(one.values())) for one in told["TransactItems"]]
    keys = [part.get("Key") or {name: part["Item"][name] for name in ("pk", "sk")} for part in parts]
    return [json.dumps([part["TableName"], key], sort_keys=True) for part, key in zip(parts, keys, strict=True)]


def _refused(conflicts: list[bool]) -> Any:
    answer = {
        "Error": {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"},
        "CancellationReasons": [{"Code": "TransactionConflict" if one else "None"} for one in conflicts],
        "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RetryAttempts": 0},
    }
    return AWSResponse("", 400, {}, None), answer
