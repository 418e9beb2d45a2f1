"""One HTTP exchange, from the request to what leaves: nothing but a documented answer does.

A refusal becomes a problem document; anything else is a bug, told once in the log and not to the caller.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from chalice.app import Response

from functions.edge import auth, idempotency, logs, problems, wiring
from functions.edge.auth import Audience, Principal
from shared.kernel import errors

_REQUEST_ID = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


@dataclass(frozen=True)
class Asked:
    """The HTTP request, as far as every endpoint needs it. `address` is its path with the parameters filled in."""

    http: Any
    address: str
    path: Mapping[str, str]
    language: str
    request_id: str
    principal: Principal | None


Act = Callable[[Asked], tuple[int, Any]]


@dataclass(frozen=True)
class Route:
    """Where an endpoint is, and for whom."""

    method: str
    path: str
    audience: Audience


def respond(http: Any, path: Mapping[str, str], route: Route, act: Act) -> Response:
    """The answer to a Chalice request: what `act` gives (a status and a body), or a problem document."""
    started = perf_counter()
    current = _Exchange(http, path, route)
    try:
        response = current.answer(act)
    except Exception:
        logs.tell_bug("internal_error", request_id=current.request_id, method=route.method, route=route.path)
        response = current.refuse(problems.InternalError())
    logs.tell(
        "request",
        request_id=current.request_id,
        method=route.method,
        route=route.path,
        status=response.status_code,
        code=current.code,
        milliseconds=round((perf_counter() - started) * 1000, 1),
        principal=current.principal.subject if current.principal else "",
    )
    return response


class _Exchange:
    """What becomes known in the course of one exchange. `code` is the problem's, empty when all is well."""

    def __init__(self, http: Any, path: Mapping[str, str], route: Route) -> None:
        self.http = http
        self.path = path
        self.route = route
        self.address = route.path.format(**path)
        self.language = problems.language_of(http.headers.get("accept-language", ""))
        self.request_id = request_id_of(http)
        self.principal: Principal | None = None
        self.code = ""

    def answer(self, act: Act) -> Response:
        """Raises what isn't a refusal."""
        try:
            self.principal = auth.authenticate(self.http.headers.get("authorization"), self.route.audience)
            asked = Asked(self.http, self.address, self.path, self.language, self.request_id, self.principal)
            return _response(*act(asked), self.request_id)
        except errors.Refusal as refusal:
            return self.refuse(refusal)

    def refuse(self, refusal: errors.Refusal) -> Response:
        self.code = refusal.code
        return problems.response(refusal, language=self.language, path=self.address, request_id=self.request_id)


def _response(status: int, body: Any, request_id: str) -> Response:
    headers: dict[str, Any] = {**problems.SECURITY_HEADERS, "X-Request-Id": request_id}
    if isinstance(body, Response):
        body.headers = {**headers, **body.headers}
        return body
    if isinstance(body, idempotency.Replayed):
        status, body = body.status, body.body
        headers["Idempotent-Replayed"] = "true"
    if status == 204:
        return Response(body="", status_code=status, headers=headers)
    headers["Content-Type"] = "application/json"
    if isinstance(body, dict) and "edits" in body:
        headers["ETag"] = f'"{body["edits"]}"'  # what an edit of it names by If-Match
    return Response(body=json.dumps(body, ensure_ascii=False), status_code=status, headers=headers)


def request_id_of(http: Any) -> str:
    """The caller's own request id when it is a sane one, else a new one."""
    sent = http.headers.get("x-request-id", "")
    if 8 <= len(sent) <= 64 and set(sent) <= _REQUEST_ID:
        return str(sent)
    return wiring.new_id("req")
