"""What goes wrong at the insurer on demand. What is armed outlives a restart.

| Fault | |
|---|---|
| `down` (`hours`) | it answers 503 for so long, on the district's clock |
| `duplicate` | the next `count` requests reach it twice |
| `slow` | so many answers come after a minute |
| `refuse` (`reason`) | so many requests for a policy are refused |
| `lose` | so many requests are done, and the line goes dead before the answer |
| `nonsense` | so many answers can't be understood |
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from enum import StrEnum
from threading import RLock
from typing import Any

from infra.local.site import Refused, Request
from shared.kernel import clock as shanghai

_LONGEST_HOURS = 24 * 365
_REASON = "被保险人不符合承保条件"


class InsurerFault(StrEnum):
    """What can be the matter with it."""

    DOWN = "down"
    DUPLICATE = "duplicate"
    SLOW = "slow"
    REFUSE = "refuse"
    LOSE = "lose"
    NONSENSE = "nonsense"


TABLES = """
create table if not exists faults (number integer primary key autoincrement, fault text, count integer, reason text);
create table if not exists closed (one integer primary key check (one = 1), until text);
"""


class InsurerFaults:
    """What goes wrong next, each in the order in which it was asked for; kept in the insurer's books with all else."""

    def __init__(self, clock: Callable[[], datetime], books: sqlite3.Connection, lock: RLock) -> None:
        self._clock = clock
        self._lock = lock
        self._books = books

    @property
    def down(self) -> bool:
        """Whether it is closed now."""
        until = self._until()
        return until is not None and self._clock() < until

    def arm(self, fault: InsurerFault, *, count: int = 1, hours: float = 48, reason: str = _REASON) -> None:
        """Let it go wrong: for so many hours when it is down, else with the next `count` requests."""
        if fault is InsurerFault.DOWN:
            until = shanghai.stored(self._clock() + timedelta(hours=hours))
            self._do("insert or replace into closed values (1, ?)", until)
        else:
            self._do("insert into faults (fault, count, reason) values (?, ?, ?)", fault.value, count, reason)

    def arm_as_asked(self, request: Request) -> dict[str, Any]:
        """Arm a fault that a request names. Raises Refused."""
        told = request.json()
        try:
            fault = InsurerFault(told.get("fault", ""))
            count, hours = int(told.get("count", 1)), float(told.get("hours", 48))
        except (TypeError, ValueError):
            raise Refused(422, f"fault: one of {', '.join(InsurerFault)}; count and hours: numbers") from None
        if count < 1 or not 0 < hours <= _LONGEST_HOURS:
            raise Refused(422, "count: 1 or more; hours: up to a year")
        self.arm(fault, count=count, hours=hours, reason=str(told.get("reason") or _REASON))
        return self.listed()

    def take(self, fault: InsurerFault) -> str | None:
        """Whether this goes wrong now: the reason to be given; None when it doesn't."""
        with self._lock:
            found = self._do("select number, reason from faults where fault = ? order by number limit 1", fault.value)
            for number, reason in found:
                self._do("update faults set count = count - 1 where number = ?", number)
                self._do("delete from faults where count <= 0")
                return str(reason)
        return None

    def clear(self) -> dict[str, Any]:
        """Let nothing go wrong any more."""
        with self._lock:
            self._do("delete from faults")
            self._do("delete from closed")
        return self.listed()

    def listed(self) -> dict[str, Any]:
        """What is still to go wrong."""
        armed = self._do("select fault, count from faults order by number")
        found: list[dict[str, Any]] = [{"fault": fault, "count": count} for fault, count in armed]
        until = self._until()
        if until is not None and self.down:
            found.append({"fault": "down", "until": shanghai.shown(until)})
        return {"data": found}

    def _until(self) -> datetime | None:
        found = self._do("select until from closed")
        return shanghai.read(found[0][0]) if found else None

    def _do(self, statement: str, *arguments: object) -> list[Any]:
        with self._lock, closing(self._books.cursor()) as cursor:
            return list(cursor.execute(statement, arguments))
