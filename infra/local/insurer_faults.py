"""What goes wrong at the insurer on demand.

| Fault | |
|---|---|
| `down` (`hours`) | it answers 503 for so long, on the district's clock |
| `duplicate` | the next `count` requests reach it twice |
| `slow` | so many answers come after a minute |
| `refuse` (`reason`) | so many requests for a policy are refused |
| `lose` | so many requests are done, and the line goes dead before the answer |
| `nonsense` | so many answers can't be understood |
"""

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass
class _Armed:
    fault: InsurerFault
    left: int
    reason: str


class InsurerFaults:
    """What goes wrong next, each in the order in which it was asked for."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = RLock()
        self._armed: list[_Armed] = []
        self._down_until: datetime | None = None

    @property
    def down(self) -> bool:
        """Whether it is closed now."""
        return self._down_until is not None and self._clock() < self._down_until

    def arm(self, fault: InsurerFault, *, count: int = 1, hours: float = 48, reason: str = _REASON) -> None:
        """Let it go wrong: for so many hours when it is down, else with the next `count` requests."""
        with self._lock:
            if fault is InsurerFault.DOWN:
                self._down_until = self._clock() + timedelta(hours=hours)
            else:
                self._armed.append(_Armed(fault, count, reason))

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
            for one in self._armed:
                if one.fault is fault:
                    one.left -= 1
                    if not one.left:
                        self._armed.remove(one)
                    return one.reason
        return None

    def clear(self) -> dict[str, Any]:
        """Let nothing go wrong any more."""
        with self._lock:
            self._armed.clear()
            self._down_until = None
        return self.listed()

    def listed(self) -> dict[str, Any]:
        """What is still to go wrong."""
        with self._lock:
            found: list[dict[str, Any]] = [{"fault": one.fault.value, "count": one.left} for one in self._armed]
            if self.down and self._down_until:
                found.append({"fault": "down", "until": shanghai.shown(self._down_until)})
            return {"data": found}
