"""In every test, a function that does with a table or a bucket what its deployed role doesn't allow fails that test.

No engine here knows roles. So each call to DynamoDB and to S3 is looked at on its way out: on whose behalf is it (the
stack says), and does infra/package/functions.py give that function the right?
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import botocore.client
import pytest

from functions.edge import files
from infra import buckets, tables
from infra.package.functions import ACTIONS, BUCKET_ACTIONS, FUNCTIONS
from shared.dynamo import rows

_ROOT = Path(__file__).resolve().parents[1]
_FUNCTIONS = _ROOT / "functions"
_DOORS = tuple(str(_FUNCTIONS / name) for name in ("api", "console", "edge/contract.py"))
_EVENTS = tuple(str(_FUNCTIONS / name) for name in ("streams", "schedules", "files"))
_IN_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
_ALLOWED = {
    function.name: {
        (context, action.removeprefix("dynamodb:"))
        for context, rights in function.rights.items()
        for right in rights
        for action in ACTIONS[right]
    }
    | {
        (kind, action.removeprefix("s3:"))
        for kind, rights in function.buckets.items()
        for right in rights
        for action in BUCKET_ACTIONS[right]
    }
    for function in FUNCTIONS
}

_WATCHED = ("dynamodb", "s3")

used: set[tuple[str, str, str]] = set()
"""Every function with each context's table, or bucket, and each thing that it has done there so far."""


def acting() -> str | None:
    """The function on whose behalf the code that calls this runs; None for a test's own doing.

    A function may call another's code (the sweep does): the outermost is who acts.
    """
    found = None
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(_DOORS):
            found = "api_handler"
        elif path.startswith(_EVENTS):
            found = Path(path).stem
        frame = frame.f_back
    return found


def done(operation: str, told: dict[str, Any]) -> set[tuple[str, str]]:
    """Each table's context, or each bucket's kind, with each action of one call."""
    names = {rows.table_name(context): context for context in tables.contexts()}
    if "TransactItems" in told:
        parts = [(action, part) for item in told["TransactItems"] for action, part in item.items()]
        return {(names.get(part["TableName"], "?"), _IN_TRANSACTION[action]) for action, part in parts}
    if "RequestItems" in told:
        return {(names.get(table, "?"), operation) for table in told["RequestItems"]}
    if "Bucket" in told:
        kinds = {files.bucket_name(kind): kind for kind in buckets.kinds()}
        return {(kinds.get(told["Bucket"], "?"), operation)}
    if "TableName" in told and operation != "DescribeTable":
        return {(names.get(told["TableName"], "?"), operation)}
    return set()


refused: list[str] = []
"""What was done without the right to it."""


@pytest.fixture(scope="session", autouse=True)
def watch_rights() -> Iterator[None]:
    """Looks at every call to DynamoDB and S3."""
    call = botocore.client.BaseClient._make_api_call

    def watched(client: Any, operation: str, told: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name in _WATCHED and (function := acting()) in _ALLOWED:
            for context, action in done(operation, told):
                used.add((function, context, action))
                if (context, action) not in _ALLOWED[function]:
                    refused.append(f"{function} may not {action} in {context}")
        return call(client, operation, told)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", watched)
        yield


@pytest.fixture(autouse=True)
def within_its_rights(watch_rights: None) -> Iterator[None]:
    """Fails a test in which a function went beyond its role."""
    before = len(refused)
    yield
    assert sorted(set(refused[before:])) == [], "infra/package/functions.py gives the rights"
