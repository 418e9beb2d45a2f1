"""API Gateway on 127.0.0.1: Chalice's local server around the app, mended where it is slow or unsafe with threads.

Mended: Nagle and unbuffered writes (22 calls a second on a kept connection), the listen queue, one router for all
connections, request and context of each thread its own, bodies over API Gateway's limit, HEAD, callers that hang up.
"""

import logging
import threading
import uuid
from typing import Any

from chalice.config import Config
from chalice.local import ChaliceRequestHandler, LocalGateway

from infra import gateway_answers
from infra.local.serving import BadBody, Mended, Server

_log = logging.getLogger(__name__)


class Gateway:
    """Serves a Chalice app on `port`. Raises PortTaken."""

    def __init__(self, app: Any, *, port: int) -> None:
        _separate_threads(app)
        local = LocalGateway(app, Config.create(lambda_timeout=29))
        self._server = _GatewayServer(port, _Handler, local, app)
        self.url = f"http://127.0.0.1:{port}"

    def start(self) -> None:
        """Serve until `stop`, in threads."""
        self._server.start("gateway")

    def stop(self) -> None:
        """Take no more calls; return when those under way are answered."""
        self._server.stop()


class _GatewayServer(Server):
    def __init__(self, port: int, handler: Any, local: LocalGateway, app: Any) -> None:
        super().__init__(port, handler)
        self.local = local
        self.app = app


class _Handler(Mended, ChaliceRequestHandler):
    server: _GatewayServer

    def __init__(self, request: Any, client_address: Any, server: _GatewayServer) -> None:
        self.local_gateway = server.local
        Mended.__init__(self, request, client_address, server)

    def _generic_handle(self) -> None:
        with self.server.call() as begins:
            if not begins:
                self.close_connection = True
                self._send_problem(503)
                return
            try:
                body = self.read_body()
            except BadBody as bad:
                self._send_problem(bad.status)
                return
            try:
                self._call_app(body)
            except Exception:
                _log.exception("%s %s", self.command, self.path)
                self._send_problem(500)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = _generic_handle  # noqa: N815 -- the names that http.server calls

    def _call_app(self, body: bytes) -> None:
        try:
            route = self.server.local.event_converter._route_matcher.match_route(self.path).route
        except ValueError:
            self._send_problem(404)
            return
        method = "GET" if self.command == "HEAD" else self.command
        if method not in self.server.app.routes[route] and method != "OPTIONS":
            self._send_problem(405)
            return
        response = self.local_gateway.handle_request(
            method=method, path=self.path, headers=dict(self.headers), body=body or None
        )
        headers = {**response["headers"], **response["multiValueHeaders"]}
        content = self._handle_binary(response)["body"] or b""
        content = content if isinstance(content, bytes) else content.encode()
        if response["statusCode"] >= 500:
            _log.warning("%s %s: %d", self.command, self.path, response["statusCode"])
        self._send(response["statusCode"], headers, content)

    def _send_problem(self, status: int) -> None:
        request_id = f"gateway-{uuid.uuid4()}"
        headers = {
            "Content-Type": "application/problem+json",
            "X-Content-Type-Options": "nosniff",
            "X-Request-Id": request_id,
        }
        self._send(status, headers, gateway_answers.problem(status, request_id=request_id).encode())

    def _send(self, status: int, headers: dict[str, Any], content: bytes) -> None:
        names = {name.lower() for name in headers}
        self.send_response(status)
        if "content-type" not in names:
            self.send_header("Content-Type", "application/json")
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self._send_headers(headers)
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(content)
        self.wfile.flush()  # an answer counts as given only when it is out: `stop` waits for that


def _separate_threads(app: Any) -> None:
    """Give each thread its own `current_request` and `lambda_context`: Chalice keeps both on the app."""
    if not isinstance(app, _OfThread):
        app.__class__ = type("LocalApp", (_OfThread, type(app)), {})


class _OfThread:
    _here = threading.local()

    @property
    def current_request(self) -> Any:
        return getattr(self._here, "request", None)

    @current_request.setter
    def current_request(self, request: Any) -> None:
        self._here.request = request

    @property
    def lambda_context(self) -> Any:
        return getattr(self._here, "context", None)

    @lambda_context.setter
    def lambda_context(self, context: Any) -> None:
        self._here.context = context
