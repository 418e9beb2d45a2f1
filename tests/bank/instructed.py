"""A bank on 127.0.0.1 over real HTTP that answers our instructions as it is told to."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from shared.bank.client import BankClient

KEY = "whsec_d2Ugc2lnbiBvdXIgaW5zdHJ1Y3Rpb25zIHdpdGg="


class Bank(ThreadingHTTPServer):
    """Keeps what it was sent. Status 0 hangs up; `held` lets it hang until it is set; `body` is what it says."""

    status = 202
    body = b""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sent: list[tuple[str, dict[str, str], bytes]] = []
        self.held = threading.Event()
        self.held.set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that has hung up is no news."""

    def client(self, **changes: Any) -> BankClient:
        return BankClient(**{"url": f"http://127.0.0.1:{self.server_port}/", "key": KEY, **changes})


class _Handler(BaseHTTPRequestHandler):
    server: Bank

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.sent.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.server.held.wait(10)
        if self.server.status:
            self.send_response(self.server.status)
            self.send_header("Content-Length", str(len(self.server.body)))
            self.end_headers()
            self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Not over the tests' output."""


@pytest.fixture
def bank() -> Iterator[Bank]:
    with Bank() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.held.set()
        server.shutdown()
        thread.join()
