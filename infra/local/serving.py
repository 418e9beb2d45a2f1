"""What the HTTP servers of a local run have in common: threads, kept connections, bounded bodies, an end in order."""

import contextlib
import logging
import re
import socket
import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Condition, Thread
from typing import Any

from infra.local import trouble

_log = logging.getLogger(__name__)
_STOP_SECONDS = 30.0
_DISCARDED_BYTES = 64 * 1024 * 1024


class BadBody(Exception):
    """A body that can't be read: `status` says how."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Server(socketserver.ThreadingMixIn, HTTPServer):
    """A thread for each connection. `stop` takes no more, and waits for the answers under way."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, handler: Callable[..., BaseHTTPRequestHandler]) -> None:
        trouble.require_free(port)
        super().__init__(("127.0.0.1", port), handler)
        self._connections: set[socket.socket] = set()
        self._under_way = 0
        self._changed = Condition()
        self.closing = False

    def server_bind(self) -> None:
        # not HTTPServer's: it asks the name service who 127.0.0.1 is, which can take seconds
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def start(self, name: str) -> None:
        """Serve until `stop`, in a thread."""
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, name=name, daemon=True).start()

    def stop(self) -> None:
        """Take no more calls; return when those under way are answered. Connections that were kept are closed."""
        self.shutdown()
        self.server_close()
        with self._changed:
            self.closing = True
            self._changed.wait_for(lambda: self._under_way == 0, timeout=_STOP_SECONDS)
            kept = list(self._connections)
        for connection in kept:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def call(self) -> Iterator[bool]:
        """Around the handling of a call; False when none may begin any more."""
        with self._changed:
            begins = not self.closing
            self._under_way += begins
        try:
            yield begins
        finally:
            with self._changed:
                self._under_way -= begins
                self._changed.notify_all()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Begin with a connection, in its own thread."""
        with self._changed:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End with a connection."""
        with self._changed:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is nothing to tell of."""
        _log.debug("a connection ended", exc_info=True)


class Mended(BaseHTTPRequestHandler):
    """Python's handler, mended: answers in one packet, connections that stay, silence."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 75
    max_body_bytes = 10 * 1024 * 1024

    def version_string(self) -> str:
        return "hui-local"

    def log_message(self, format: str, *args: Any) -> None:
        _log.debug(format, *args)

    def read_body(self) -> bytes:
        """The body, whole. Raises BadBody."""
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            return self._read_chunks()
        length = self.headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            self.close_connection = True
            raise BadBody(400)
        if int(length) > self.max_body_bytes:
            self._discard(int(length))
            raise BadBody(413)
        return self.rfile.read(int(length))

    def _read_chunks(self) -> bytes:
        body = b""
        while True:
            size = self.rfile.readline(20).split(b";")[0].strip()
            if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", size):
                self.close_connection = True
                raise BadBody(400)
            chunk = self.rfile.read(int(size, 16))
            self.rfile.readline(3)
            if not chunk:
                return body
            body += chunk
            if len(body) > self.max_body_bytes:
                self.close_connection = True
                raise BadBody(413)

    def _discard(self, length: int) -> None:
        """Read past a body, so that the caller gets to read the answer."""
        self.close_connection = True
        left = min(length, _DISCARDED_BYTES)
        while left > 0 and (part := self.rfile.read(min(left, 65536))):
            left -= len(part)
