"""DynamoDB's calls to the engine by the shortest way, for what has tens of thousands of them in a term.

botocore signs each call, asks its rules for the address and reads the answer by the service's model: four fifths of the
CPU that a call takes, and the engine looks at none of it. So a client with `shorten`ed calls does the rest, from
the arguments to the error that it raises. The stores' own tests reach the engine by botocore's whole way.
"""

import base64
import json
import re
import socket
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import httptools
from botocore.exceptions import EndpointConnectionError

from infra.local import engine

_SECONDS = 30.0
_SCOPE = f"{engine.CREDENTIALS['AWS_ACCESS_KEY_ID']}/20260817/{engine.REGION}/dynamodb/aws4_request"
_HEAD = (
    "POST / HTTP/1.1\r\nHost: engine\r\nX-Amz-Target: %s\r\nContent-Length: %d\r\n"
    "Content-Type: application/x-amz-json-1.0\r\n"
    f"Authorization: AWS4-HMAC-SHA256 Credential={_SCOPE}, SignedHeaders=host, Signature=local\r\n\r\n"  # the region
)
_AT_ONCE = 256 * 1024
_READS = {"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"}
_WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"}
_TABLE = re.compile(r'"TableName": *"([^"]+)"')


@dataclass(frozen=True)
class Status:
    """What botocore asks of an answer."""

    status_code: int


class _Heard:
    """What has come of an answer; the parser calls it."""

    def __init__(self) -> None:
        self.content, self.whole = b"", False

    def on_body(self, part: bytes) -> None:
        self.content += part

    def on_message_complete(self) -> None:
        self.whole = True


class Calls:
    """Calls the engine at `url`; any number of threads may. `writes` counts by table what was written through a client
    whose calls are shortened, or may have been.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._address = (urlsplit(url).hostname, urlsplit(url).port)
        self._idle: deque[socket.socket] = deque()
        self._turn = Lock()
        self.writes: Counter[str] = Counter()

    def shorten(self, client: Any) -> None:
        """Let a botocore client of DynamoDB make all its calls from here."""
        client._ruleset_resolver = None  # the rules that give every call its address: there is one
        client.meta.events.register_last("before-call.dynamodb", self._answer)

    def call(self, target: str, body: bytes) -> tuple[int, bytes]:
        """One call: the status of its answer, and the answer, which is JSON. Raises EndpointConnectionError.

        A connection that the engine has closed meanwhile is made anew, as botocore does it too.
        """
        try:
            return self._send(self._idle.pop(), target, body)
        except (IndexError, OSError):
            try:
                return self._send(socket.create_connection(self._address, timeout=_SECONDS), target, body)
            except OSError as error:
                raise EndpointConnectionError(endpoint_url=self._url, error=error) from error

    def _send(self, connection: socket.socket, target: str, body: bytes) -> tuple[int, bytes]:
        connection.sendall((_HEAD % (target, len(body))).encode() + body)
        heard = _Heard()
        parser = httptools.HttpResponseParser(heard)
        while not heard.whole:
            part = connection.recv(_AT_ONCE)
            if not part:
                raise ConnectionResetError
            parser.feed_data(part)
        self._idle.append(connection)
        return parser.get_status_code(), heard.content

    def _answer(self, model: Any, params: Mapping[str, Any], **_: Any) -> tuple[Status, dict[str, Any]]:
        assert model.name in _READS | _WRITES, f"{model.name}: does it write, and where does it say into which table?"
        try:
            status, content = self.call(params["headers"]["X-Amz-Target"], params["body"])
        finally:
            if model.name in _WRITES:
                with self._turn:
                    self.writes.update(set(_TABLE.findall(params["body"].decode())))
        told = json.loads(content, object_hook=_binary if b'"B"' in content else None)
        told["ResponseMetadata"] = {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0}
        if status >= 300:
            told["Error"] = {"Code": told.pop("__type").rpartition("#")[2], "Message": told.get("message", "")}
        return Status(status), told


def _binary(told: dict[str, Any]) -> dict[str, Any]:
    """An attribute's value as botocore gives it to its caller: binary as bytes."""
    return {"B": base64.b64decode(told["B"])} if told.keys() == {"B"} and isinstance(told["B"], str) else told
