"""Tables' streams to their functions, as Lambda does it: filters, batches, partial failures, halving, retries, a queue
for what was given up. Each stream is read once, and what a function is owed waits in its own line.

The engine forgets its streams when it stops, and AWS doesn't: what is owed at the end is kept in a file for the next
start.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event, RLock, Thread
from typing import Any

from botocore.exceptions import EndpointConnectionError

from infra.events import StreamFunction
from infra.local import engine
from infra.local.engine_calls import Calls
from infra.local.stream_delivery import GiveUp, Handler, Line
from infra.local.stream_reader import Reader, Record, StreamError

_log = logging.getLogger(__name__)
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Faults:
    """What goes wrong on purpose: each record comes `times` times, in `shuffle`'s order, and some never (`lost`).

    While the streams are `stopped`, they bring nothing at all.
    """

    times: int = 1
    shuffle: Random | None = None
    lost: Callable[[StreamFunction, Record], bool] = field(default=lambda function, record: False)
    stopped: bool = False


class Streams:
    """Reads the tables' streams and hands the records to the functions.

    Drive it step by step with `drain`, or let it run by itself between `start` and `stop`. `writes` counts what is
    written to each table, where somebody counts it: then `drain` looks at no stream that can't have anything new.
    """

    def __init__(
        self,
        *,
        clients: engine.Clients,
        functions: Sequence[tuple[StreamFunction, Handler]],
        table_of: Callable[[str], str],
        give_up: GiveUp,
        path: Path | None = None,
        writes: Mapping[str, int] | None = None,
    ) -> None:
        self._path = path
        self._turn = RLock()
        self._ended = Event()
        self._thread: Thread | None = None
        self._listeners: list[Callable[[Record], None]] = []
        kept, calls = _taken(path), Calls(clients.url)
        contexts = dict.fromkeys(function.context for function, _ in functions)
        self._tables = {context: table_of(context) for context in contexts}
        self._readers = {
            context: Reader(calls, _arn(clients, table), kept["positions"].get(context, {}))
            for context, table in self._tables.items()
        }
        self._lines = [
            Line(function, lane, handler, give_up) for function, handler in functions for lane in range(function.lanes)
        ]
        for line in self._lines:
            line.waiting.extend(filter(line.takes, kept["waiting"].get(line.function.name, [])))
        self._writes = writes
        self._read_up_to: dict[str, int] = {}
        self.paused: bool = kept["paused"]
        self.faults = Faults()

    def listen(self, listener: Callable[[Record], None]) -> None:
        """Tell `listener` of every record as it is read, whatever becomes of it. It must be quick and not fail."""
        self._listeners.append(listener)

    def drain(self) -> int:
        """Read and hand over until nothing is left; how many records were read.

        While paused it reads and hands nothing over.
        """
        total = 0
        while True:
            with self._turn:
                read = self._read_if_written()
                total += read
                delivered = self._deliver(patient=False)
            if not read and not delivered:
                return total

    def pause(self) -> None:
        """Hand nothing over from now on; what comes waits."""
        self.paused = True

    def resume(self) -> None:
        """Hand over again, what has waited first."""
        self.paused = False

    def forget(self) -> int:
        """Lose everything that waits, as a stream does after 24 hours; how many deliveries that were."""
        with self._turn:
            self._read()
            return sum(line.forget() for line in self._lines)

    def waiting(self) -> dict[str, int]:
        """How many records wait for each function."""
        with self._turn:
            counts: Counter[str] = Counter()
            for line in self._lines:
                counts[line.function.name] += line.length()
            return dict(counts)

    def start(self) -> None:
        """Go on by itself until `stop`."""
        self._ended.clear()
        self._thread = Thread(target=self._run, name="streams", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop going on by itself; hand over what is there; keep what is still owed for the next start."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.drain()
        if self._path is not None:
            self._path.write_text(json.dumps(self._kept(), ensure_ascii=False), encoding="utf-8")

    def _kept(self) -> dict[str, Any]:
        waiting: dict[str, list[Record]] = {line.function.name: [] for line in self._lines}
        for line in self._lines:
            waiting[line.function.name] += line.owed()
        positions = {context: reader.positions for context, reader in self._readers.items()}
        return {"paused": self.paused, "positions": positions, "waiting": waiting}

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                with self._turn:
                    moved = self._read() + self._deliver(patient=True)
            except (EndpointConnectionError, StreamError):
                _log.exception("the streams can't be read")
                moved = 0
            self._ended.wait(0.01 if moved else _POLL_SECONDS)

    def _read_if_written(self) -> int:
        if self._writes is None:
            return self._read()
        writes = {context: self._writes.get(table, 0) for context, table in self._tables.items()}
        read = 0
        for context in [one for one in writes if writes[one] != self._read_up_to.get(one)]:
            found = self._read_one(context)
            if not found:  # a page that was full may not have been the last
                self._read_up_to[context] = writes[context]
            read += found
        return read

    def _read(self) -> int:
        return sum(map(self._read_one, self._readers))

    def _read_one(self, context: str) -> int:
        records = self._readers[context].read()
        for record in records:
            for listener in self._listeners:
                listener(record)
        for line in self._lines:
            if line.function.context == context:
                self._enqueue(line, records)
        return len(records)

    def _deliver(self, *, patient: bool) -> int:
        """Hand over what waits, all lines at once; how many calls that took."""
        lines = [] if self.paused else [line for line in self._lines if line.length()]
        if not lines:
            return 0
        with ThreadPoolExecutor(len(self._lines), thread_name_prefix="streams") as hands:
            return sum(hands.map(lambda line: line.deliver(patient=patient), lines))

    def _enqueue(self, line: Line, records: Sequence[Record]) -> None:
        wanted = [] if self.faults.stopped else [record for record in records if line.wants(record)]
        wanted = [record for record in wanted if not self.faults.lost(line.function, record)]
        line.waiting.extend(wanted * self.faults.times)
        if wanted and self.faults.shuffle is not None:
            self.faults.shuffle.shuffle(line.waiting)


def _arn(clients: engine.Clients, table: str) -> str:
    return str(clients.dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"])


def _taken(path: Path | None) -> dict[str, Any]:
    """What the last `stop` kept. It is taken away: after a crash it would be old."""
    if path is None or not path.exists():
        return {"paused": False, "positions": {}, "waiting": {}}
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    return kept
