"""A WeChat on 127.0.0.1 over real HTTP that says what it is told to."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest


class Misbehaving(ThreadingHTTPServer):
    """A server that answers what it is told to, and keeps what it was asked. `held` lets it hang until it is set."""

    status, body = 200, b""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, list[str]]] = []
        self.held = threading.Event()
        self.held.set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that has hung up is no news."""

    def will_say(self, told: Any, status: int = 200) -> None:
        self.body = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    server: Misbehaving

    def do_GET(self) -> None:
        self.server.asked.append(parse_qs(urlsplit(self.path).query))
        self.server.held.wait(10)
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Not over the tests' output."""


@pytest.fixture
def wechat() -> Iterator[Misbehaving]:
    with Misbehaving() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.held.set()
        server.shutdown()
        thread.join()
