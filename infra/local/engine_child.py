"""The engine's process: ministack, which stops when whoever started it is gone.

Its standard input is a pipe that only the starter holds. However the starter ends (even by kill -9), the pipe
closes, and the engine stops as on SIGTERM: in order, with its state saved.

ministack is served by uvicorn instead of its own hypercorn, and DynamoDB's calls go straight to what answers them: the
way there cost three times what the answer did, and nine calls in ten are DynamoDB's.
"""

import gc
import os
import signal
import sys
import threading
from functools import lru_cache
from typing import Any

import botocore.session  # noqa: F401 -- else the first call waits for it, half a second
import uvicorn
from ministack import app
from ministack.services import dynamodb, dynamodb_streams

_EXPRESSIONS = 4096
_KEPT_SECONDS = 75  # a connection that nobody uses
_STOP_SECONDS = 10  # for the answers under way
_SELDOM = 50_000  # new objects between two collections: each walks through the tables, which lie in memory
_ANSWERED_BY = {
    b"DynamoDB_20120810": dynamodb.handle_request,
    b"DynamoDBStreams_20120810": dynamodb_streams.handle_request,
}


def _stop_with_the_starter() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _judge_expressions_once() -> None:
    """An expression is read and judged anew for every item that it is held against: most of what a scan costs."""
    read = dynamodb._tokenize

    @lru_cache(_EXPRESSIONS)
    def tokenize(expression: str) -> Any:
        return tuple(read(expression))

    dynamodb._tokenize = tokenize
    for name in ("_condition_syntax_error", "_check_redundant_parens"):
        setattr(dynamodb, name, lru_cache(_EXPRESSIONS)(getattr(dynamodb, name)))


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    """One call, as an ASGI application."""
    headers = dict(scope.get("headers", ()))
    answered_by = _ANSWERED_BY.get(headers.get(b"x-amz-target", b"").partition(b".")[0])
    if answered_by is None:
        await app.app(scope, receive, send)
        return
    told = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
    app.set_request_account_id(app.extract_access_key_id(told, {}))
    app.set_request_region(app.extract_region(told, {}))
    status, kinds, body = await answered_by("POST", "/", told, await _body(receive), {})
    content = body if isinstance(body, bytes) else body.encode()
    lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kinds.items()]
    lines.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": content})


async def _body(receive: Any) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


if __name__ == "__main__":
    _judge_expressions_once()
    gc.set_threshold(_SELDOM)
    threading.Thread(target=_stop_with_the_starter, name="starter", daemon=True).start()
    uvicorn.run(
        _answer,
        host=os.environ["BIND_HOST"],
        port=int(os.environ["GATEWAY_PORT"]),
        log_level="warning",
        access_log=False,
        date_header=False,  # ministack says it
        server_header=False,
        timeout_keep_alive=_KEPT_SECONDS,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
