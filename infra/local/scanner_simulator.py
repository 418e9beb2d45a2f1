"""A malware scanner for local runs: clamd's INSTREAM over TCP, and the one finding that everybody may carry, EICAR.

It can be told to be down, to be slow, or to answer nonsense.
"""

import socketserver
from enum import StrEnum
from threading import Event, Thread

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test string that every scanner finds; it does nothing."""

MOST_BYTES = 25 * 1024 * 1024  # clamd's StreamMaxLength, unless it is told otherwise
_LOOK_SECONDS = 0.05


class Fault(StrEnum):
    """What can be the matter with it."""

    NONE = "none"
    DOWN = "down"
    SLOW = "slow"
    NONSENSE = "nonsense"


class Scanner:
    """The scanner on a port of 127.0.0.1 (0: any that is free)."""

    def __init__(self, *, port: int = 0) -> None:
        self.fault = Fault.NONE
        self._ended = Event()
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = Thread(target=self._server.serve_forever, args=(_LOOK_SECONDS,), name="scanner", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """Where it listens, as the functions are told."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, content: bytes) -> bytes | None:
        """What it says of a file; None: it hangs up without a word."""
        if self.fault is Fault.DOWN:
            return None
        if self.fault is Fault.SLOW:
            self._ended.wait(60)
            return None
        if self.fault is Fault.NONSENSE:
            return b"what?\0"
        if len(content) > MOST_BYTES:
            return b"INSTREAM size limit exceeded. ERROR\0"
        return b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, at: tuple[str, int], scanner: Scanner) -> None:
        self.scanner = scanner
        super().__init__(at, _Line)


class _Line(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, _Server)
        if self.rfile.read(len(b"zINSTREAM\0")) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        chunks = []
        while size := int.from_bytes(self.rfile.read(4), "big"):
            chunks.append(self.rfile.read(size))
        told = self.server.scanner.answer(b"".join(chunks))
        if told is not None:
            self.wfile.write(told)
