"""The scheduled functions on the district's clock, as EventBridge runs them.

Travelling stops at every due moment on the way: the clock stands there, the functions run, and what they cause settles
before the clock goes on. So a week in one step leaves the same books as a week of waiting.
"""

import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, RLock, Thread
from typing import Any

from chalice.local import LambdaContext

from infra.events import ScheduledFunction
from infra.local import cron, engine
from infra.local.test_clock import TestClock
from shared.kernel import clock as clocks

Handler = Callable[[dict[str, Any], Any], Any]

_log = logging.getLogger(__name__)
_LIMIT_MILLISECONDS = 900_000
_TRIES = 3  # Lambda tries an event of EventBridge's twice more
_A_MOMENT = timedelta(microseconds=1)
_LOOK_SECONDS = 0.5
_SAVE_EVERY = 10  # looks


class Scheduler:
    """Runs each function when its expression is due. `settle` lets everything that a run has caused come to rest;
    `before` lets the world do what it does by itself when the time has come, such as the bank close its day.
    """

    def __init__(
        self,
        *,
        clock: TestClock,
        functions: Sequence[tuple[ScheduledFunction, Handler]],
        settle: Callable[[], object] = lambda: None,
        before: Callable[[], object] = lambda: None,
        path: Path | None = None,
    ) -> None:
        self._clock = clock
        self._functions = functions
        self._settle = settle
        self._before = before
        self._path = path
        self._turn = RLock()
        self._ended = Event()
        self._thread: Thread | None = None
        now = clock()
        kept = json.loads(path.read_text(encoding="utf-8")) if path is not None and path.exists() else {}
        self._last = {
            function.name: clocks.read(kept[function.name]) if function.name in kept else now
            for function, _ in functions
        }

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop: a journey under way ends early."""
        return self._ended.is_set()

    def travel_to(self, moment: datetime, *, apart: timedelta = timedelta(0)) -> int:
        """Move the clock forward to `moment` by way of every due run; how many runs there were.

        With `apart`, runs of one function closer together than that are left out, for a long journey in a short time:
        a function must bear that anyway, since EventBridge may be late.
        """
        runs = 0
        with self._turn:
            self._settle()
            while not self._ended.is_set() and (due := self._next_due(until=moment, apart=apart)):
                self._clock.reach(due[0])
                self._before()
                self._run(*due)
                runs += 1
            if not self._ended.is_set():
                self._clock.reach(moment)
            self._save()
        return runs

    def advance(self, by: timedelta, *, apart: timedelta = timedelta(0)) -> int:
        """Move the clock forward by way of every due run; how many runs there were."""
        return self.travel_to(self._clock() + by, apart=apart)

    def run_due(self) -> int:
        """Run what is due now; how many runs that were."""
        now = self._clock()
        return self.travel_to(now) if any(due <= now for due in self.next_runs().values()) else 0

    def run_now(self, name: str) -> Any:
        """Run one function now, due or not; its answer."""
        with self._turn:
            function, handler = next(pair for pair in self._functions if pair[0].name == name)
            return handler(event(function, self._clock()), _context(function))

    def next_runs(self) -> dict[str, datetime]:
        """When each function is due next."""
        return {
            function.name: cron.next_after(function.expression, self._last[function.name])
            for function, _ in self._functions
        }

    def start(self) -> None:
        """Go on by itself, as the clock runs, until `stop`."""
        self._ended.clear()
        self._thread = Thread(target=self._go_on, name="scheduler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop going on by itself and any journey, after the run that is under way."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        with self._turn:
            self._save()
        self._clock.save()

    def _go_on(self) -> None:
        looks = 0
        while not self._ended.wait(_LOOK_SECONDS):
            self.run_due()
            looks += 1
            if looks % _SAVE_EVERY == 0:
                self._clock.save()

    def _next_due(self, *, until: datetime, apart: timedelta) -> tuple[datetime, ScheduledFunction, Handler] | None:
        """The earliest run that is due by `until`; of several at one moment, the first of the table."""
        due = []
        for function, handler in self._functions:
            last = self._last[function.name]
            due.append((cron.next_after(function.expression, max(last, last + apart - _A_MOMENT)), function, handler))
        first = min(due, key=lambda run: run[0], default=None)
        return first if first is not None and first[0] <= until else None

    def _run(self, due: datetime, function: ScheduledFunction, handler: Handler) -> None:
        self._last[function.name] = due
        for left in reversed(range(_TRIES)):
            try:
                handler(event(function, due), _context(function))
                break
            except Exception:
                _log.exception("%s failed, %d more tries", function.name, left)
        self._settle()

    def _save(self) -> None:
        if self._path is not None:
            told = {name: clocks.stored(moment) for name, moment in self._last.items()}
            self._path.write_text(json.dumps(told), encoding="utf-8")


def event(function: ScheduledFunction, due: datetime) -> dict[str, Any]:
    """What EventBridge hands to a function that is due."""
    moment = due.isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "version": "0",
        "id": f"{function.name}-{moment}",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": moment,
        "region": engine.REGION,
        "resources": [f"arn:aws-cn:events:{engine.REGION}:000000000000:rule/{function.name}"],
        "detail": {},
    }


def _context(function: ScheduledFunction) -> LambdaContext:
    return LambdaContext(function.name, 256, _LIMIT_MILLISECONDS)
