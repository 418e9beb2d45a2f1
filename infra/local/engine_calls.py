"""DynamoDB's calls to the engine by the shortest way, for what has tens of thousands of them in a term.

botocore signs each call, asks its rules for the address and reads the answer by the service's model: four fifths of the
CPU that a call takes, and the engine looks at none of it. So a client whose calls are `shortened` does the rest, from
the arguments to the error that it raises. The stores' own tests reach the engine by botocore's whole way.
"""

import base64
import json
import re
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import EndpointConnectionError

from infra.local import engine

_SECONDS = 30.0
_SCOPE = f"{engine.CREDENTIALS['AWS_ACCESS_KEY_ID']}/20260817/{engine.REGION}/dynamodb/aws4_request"
_AUTHORIZATION = f"AWS4-HMAC-SHA256 Credential={_SCOPE}, SignedHeaders=host, Signature=local"  # it says the region
_WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"}  # the stores use no other
_TABLE = re.compile(r'"TableName": *"([^"]+)"')


@dataclass(frozen=True)
class Status:
    """What botocore asks of an answer."""

    status_code: int


class Calls:
    """Calls the engine at `url`; any number of threads may. `writes` counts by table what was written through a client
    whose calls are shortened, or may have been.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._address = urlsplit(url).netloc
        self._idle: deque[HTTPConnection] = deque()
        self._turn = Lock()
        self.writes: Counter[str] = Counter()

    def shorten(self, client: Any) -> None:
        """Let a botocore client of DynamoDB make all its calls from here."""
        client.meta.events.register_last("before-call.dynamodb", self._answer)

    def call(self, target: str, body: bytes) -> tuple[int, bytes]:
        """One call: the status of its answer, and the answer, which is JSON. Raises EndpointConnectionError.

        A connection that the engine has closed meanwhile is made anew, as botocore does it too.
        """
        try:
            return self._send(self._idle.pop(), target, body)
        except (IndexError, OSError, HTTPException):
            try:
                return self._send(HTTPConnection(self._address, timeout=_SECONDS), target, body)
            except (OSError, HTTPException) as error:
                raise EndpointConnectionError(endpoint_url=self._url, error=error) from error

    def _send(self, connection: HTTPConnection, target: str, body: bytes) -> tuple[int, bytes]:
        kind = {"Content-Type": "application/x-amz-json-1.0"}
        connection.request("POST", "/", body, {"X-Amz-Target": target, "Authorization": _AUTHORIZATION, **kind})
        answer = connection.getresponse()
        content = answer.read()
        self._idle.append(connection)
        return answer.status, content

    def _answer(self, model: Any, params: Mapping[str, Any], **_: Any) -> tuple[Status, dict[str, Any]]:
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
