"""The malware scanner as a port, and clamd behind it.

clamd's INSTREAM, as its manual documents it: the command, chunks that each begin with their length (4 bytes, the
highest first), a chunk of length 0; the answer is `stream: OK` or `stream: <name> FOUND`, and ends with a zero byte.
"""

import socket
from typing import Protocol

from shared.kernel import errors

_CHUNK_BYTES = 64 * 1024
_MOST_ANSWERED_BYTES = 4096


class ScannerDown(errors.Unavailable):
    code = "scanner_down"
    zh = "病毒扫描服务暂不可用，文件仍在隔离区，将自动重试。"
    en = "The malware scanner can't be reached. The file stays in quarantine and is tried again."


class Scanner(Protocol):
    """Says what is malicious."""

    def scan(self, content: bytes) -> str:
        """The name of what was found in a file; empty when it is clean. Raises ScannerDown."""


class Clamd:
    """clamd over TCP. It has neither encryption nor a password: it stands in the same private network."""

    def __init__(self, *, host: str, port: int, timeout_seconds: float = 20) -> None:
        self._at = (host, port)
        self._timeout_seconds = timeout_seconds

    def scan(self, content: bytes) -> str:
        """What clamd says of a file. An answer that isn't one of its two counts as no answer. Raises ScannerDown."""
        try:
            told = self._ask(content)
        except OSError as error:
            raise ScannerDown() from error
        said = told.removeprefix("stream: ")
        if told == "stream: OK":
            return ""
        if said.endswith(" FOUND") and told.startswith("stream: "):
            return said.removesuffix(" FOUND")
        raise ScannerDown()

    def _ask(self, content: bytes) -> str:
        with socket.create_connection(self._at, timeout=self._timeout_seconds) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), _CHUNK_BYTES):
                chunk = content[start : start + _CHUNK_BYTES]
                line.sendall(len(chunk).to_bytes(4, "big") + chunk)
            line.sendall(bytes(4))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < _MOST_ANSWERED_BYTES:
                more = line.recv(_MOST_ANSWERED_BYTES)
                if not more:
                    break
                answer += more
        return answer.rstrip(b"\0").decode("utf-8", "replace")
