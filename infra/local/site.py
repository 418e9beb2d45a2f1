"""JSON over HTTP from a table of routes: what the simulators and the control endpoint are made of."""

import json
import logging
import re
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local import trouble
from infra.local.serving import BadBody, Mended, Server

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """A call to a site. `target` is its path with the query, as it was asked for."""

    method: str
    target: str
    path_parts: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body. Raises Refused when it isn't a JSON object."""
        try:
            told = json.loads(self.body or b"{}")
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise Refused(400, "the body is not a JSON object")
        return told


@dataclass(frozen=True)
class Answer:
    """What a site says, as JSON, or bytes as they are; `status` 0 hangs up without a word."""

    body: Any
    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A site refuses a call."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(status, error)
        self.status = status
        self.error = error


Route = Callable[[Request], Any]


@dataclass
class Site:
    """A JSON server on 127.0.0.1. Routes are `"GET /accounts/{account_no}"` and what answers them."""

    name: str
    port: int
    routes: Mapping[str, Route]
    guard: Callable[[Mapping[str, str]], None] = field(default=lambda headers: None)

    def start(self) -> None:
        """Serve. Raises PortTaken."""
        self._patterns = [
            (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route)), answer) for route, answer in self.routes.items()
        ]
        site = self

        class Handler(Mended):
            def _answer(self) -> None:
                _serve(self, site)

            do_GET = do_POST = do_DELETE = do_PUT = _answer  # noqa: N815 -- the names that http.server calls

        self._server = Server(self.port, Handler)
        self._server.start(self.name)

    def stop(self) -> None:
        """Stop, with every call answered."""
        self._server.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer_to(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to a call, whatever is wrong with it."""
        path, _, query = target.partition("?")
        try:
            self.guard(headers)
            for pattern, route in self._patterns:
                if found := pattern.fullmatch(f"{method} {path}"):
                    parts = {name: urllib.parse.unquote(part) for name, part in found.groupdict().items()}
                    told = route(Request(method, target, parts, dict(urllib.parse.parse_qsl(query)), headers, body))
                    return told if isinstance(told, Answer) else Answer(told)
        except Refused as refusal:
            return Answer({"error": refusal.error}, refusal.status)
        except trouble.Trouble as problem:
            return Answer({"error": str(problem)}, 409)
        except Exception as bug:
            _log.exception("%s: %s %s", self.name, method, path)
            return Answer({"error": f"{type(bug).__name__}: {bug}"}, 500)
        return Answer({"error": f"there is no {method} {path} here"}, 404)


def _serve(handler: Mended, site: Site) -> None:
    server = handler.server
    assert isinstance(server, Server)
    with server.call() as begins:
        if not begins:
            answer = Answer({"error": "stopping"}, 503)
            handler.close_connection = True
        else:
            try:
                body = handler.read_body()
                headers = {name.lower(): value for name, value in handler.headers.items()}
                answer = site.answer_to(handler.command, handler.path, headers, body)
            except BadBody as bad:
                answer = Answer({"error": "the body can't be read"}, bad.status)
        if answer.status == 0:
            handler.close_connection = True
            return
        _send(handler, answer)


def _send(handler: Mended, answer: Answer) -> None:
    body = answer.body
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    handler.send_response(answer.status)
    for name, value in answer.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Type", answer.content_type)
    handler.send_header("Content-Length", str(len(content)))
    if handler.close_connection:
        handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(content)
    handler.wfile.flush()
