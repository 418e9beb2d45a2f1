import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from chalice.app import Chalice, Request, Response

from infra.local import trouble
from infra.local.gateway import Gateway


def an_app() -> Chalice:
    app = Chalice("fake", configure_logs=False)

    def request() -> Request:
        assert app.current_request is not None
        return app.current_request

    @app.route("/hello/{name}", methods=["GET"])
    def hello(name: str) -> dict[str, str]:
        asked = request().query_params
        return {"hello": name, "query": asked["q"] if asked else ""}

    @app.route("/echo", methods=["POST"], content_types=["application/json", "text/plain"])
    def echo() -> Response:
        told = request()
        return Response({"length": len(told.raw_body), "type": told.headers.get("content-type")}, {"X-Mine": "1"}, 201)

    @app.route("/mine", methods=["GET"])
    def mine() -> dict[str, Any]:
        before = request().headers["x-who"], app.lambda_context.aws_request_id
        time.sleep(0.002)
        after = request().headers["x-who"], app.lambda_context.aws_request_id
        return {"who": after[0], "same": before == after}

    @app.route("/assets/{name}", methods=["GET"])
    def asset(name: str) -> Response:
        return Response(bytes(range(256)), {"Content-Type": "image/png"}, 200)

    @app.route("/slow", methods=["GET"])
    def slow() -> dict[str, bool]:
        SLOW_BEGUN.set()
        time.sleep(0.3)
        return {"done": True}

    @app.route("/nothing", methods=["DELETE"])
    def nothing() -> Response:
        return Response(None, status_code=204)

    return app


SLOW_BEGUN = threading.Event()


@pytest.fixture
def port() -> Iterator[int]:
    number = trouble.free_ports(1)
    gateway = Gateway(an_app(), port=number)
    gateway.start()
    yield number
    gateway.stop()


def ask(
    port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    told = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return told


class TestGateway:
    def test_it_answers_for_the_app(self, port: int) -> None:
        status, headers, body = ask(port, "GET", "/hello/you?q=1%20a")
        assert (status, json.loads(body)) == (200, {"hello": "you", "query": "1 a"})
        assert headers["content-type"] == "application/json"

    def test_status_and_headers_are_the_apps(self, port: int) -> None:
        status, headers, body = ask(port, "POST", "/echo", b'{"a": 1}', {"Content-Type": "application/json"})
        assert (status, headers["x-mine"]) == (201, "1")
        assert json.loads(body) == {"length": 8, "type": "application/json"}

    def test_bytes_that_are_no_text_reach_the_app_as_they_are(self, port: int) -> None:
        status, _, body = ask(port, "POST", "/echo", b"\xff\xfe\x00", {"Content-Type": "application/json"})
        assert (status, json.loads(body)["length"]) == (201, 3)

    def test_a_chunked_body_is_read(self, port: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        chunks = iter([b"12345", b"678"])
        connection.request("POST", "/echo", chunks, {"Content-Type": "text/plain"}, encode_chunked=True)
        assert json.loads(connection.getresponse().read())["length"] == 8
        connection.close()

    def test_binary_assets_arrive_as_they_are(self, port: int) -> None:
        status, headers, body = ask(port, "GET", "/assets/a.png", headers={"Accept": "image/png"})
        assert (status, headers["content-type"], body) == (200, "image/png", bytes(range(256)))

    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [("GET", "/nowhere", 404, "no_such_path"), ("DELETE", "/hello/you", 405, "no_such_method")],
    )
    def test_what_is_not_there_is_a_problem_document(
        self, port: int, method: str, path: str, status: int, code: str
    ) -> None:
        got, headers, body = ask(port, method, path, headers={"Authorization": "Bearer ü".encode().decode("latin-1")})
        told = json.loads(body)
        assert (got, told["status"], told["code"]) == (status, status, code)
        assert headers["content-type"] == "application/problem+json"
        assert headers["x-request-id"] == told["request_id"]

    def test_a_huge_body_is_refused_and_the_caller_can_read_that(self, port: int) -> None:
        status, _, body = ask(port, "POST", "/echo", b"x" * (11 * 1024 * 1024), {"Content-Type": "text/plain"})
        assert (status, json.loads(body)["code"]) == (413, "too_large")

    def test_a_length_that_is_no_number_is_refused(self, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
            raw.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n")
            assert raw.recv(100).startswith(b"HTTP/1.1 400 ")

    def test_head_is_get_without_the_body(self, port: int) -> None:
        status, headers, body = ask(port, "HEAD", "/hello/you")
        assert (status, body) == (200, b"")
        assert int(headers["content-length"]) > 0

    def test_no_content_has_none(self, port: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for _ in range(2):
            connection.request("DELETE", "/nothing")
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (204, b"")
        connection.close()

    def test_twenty_callers_at_once_each_get_their_own(self, port: int) -> None:
        def call(number: int) -> list[Any]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            answers = []
            for _ in range(20):
                connection.request("GET", "/mine", headers={"X-Who": str(number)})
                answers.append(json.loads(connection.getresponse().read()))
            connection.close()
            return answers

        with ThreadPoolExecutor(20) as pool:
            told = list(pool.map(call, range(20)))
        assert told == [[{"who": str(number), "same": True}] * 20 for number in range(20)]

    def test_a_kept_connection_answers_without_delay(self, port: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        begun = time.monotonic()
        for _ in range(50):
            connection.request("GET", "/hello/you")
            connection.getresponse().read()
        connection.close()
        assert time.monotonic() - begun < 1  # 50 delayed acknowledgements would be 2 s

    def test_stopping_waits_for_the_answer_under_way(self) -> None:
        number = trouble.free_ports(1)
        gateway = Gateway(an_app(), port=number)
        gateway.start()
        SLOW_BEGUN.clear()
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(ask, number, "GET", "/slow")
            assert SLOW_BEGUN.wait(5)
            gateway.stop()
            assert json.loads(answer.result()[2]) == {"done": True}
        with pytest.raises(OSError, match="refused"):
            ask(number, "GET", "/hello/you")

    def test_a_kept_connection_ends_with_the_gateway(self) -> None:
        number = trouble.free_ports(1)
        gateway = Gateway(an_app(), port=number)
        gateway.start()
        connection = http.client.HTTPConnection("127.0.0.1", number, timeout=5)
        connection.request("GET", "/hello/you")
        connection.getresponse().read()
        gateway.stop()
        assert connection.sock.recv(1) == b""
        connection.close()

    def test_a_taken_port_is_told(self, port: int) -> None:
        with pytest.raises(trouble.PortTaken):
            Gateway(an_app(), port=port)
