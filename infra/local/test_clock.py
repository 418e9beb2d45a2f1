"""The district's clock. It exists only here: nothing under infra/ is ever part of a deployed package."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from infra.local import trouble


class Backwards(trouble.Trouble):
    zh = "时钟只能向前（现在是 {now}，要求 {asked}）"
    en = "the clock only goes forward (it is {now}, asked for {asked})"


class TestClock:
    """Gives the district's time: `clock()` is an aware moment in UTC.

    It stands still until it is moved; after `run` it runs at real speed from where it is. With a `path`, `save` keeps
    where it is, and the next clock with that path goes on from there.
    """

    __test__ = False  # not a test class of pytest's

    def __init__(self, *, starts_at: datetime, path: Path | None = None) -> None:
        self._path = path
        self._runs = False
        self._lock = Lock()
        self._base = _kept(path) or starts_at.astimezone(UTC)
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        with self._lock:
            return self._now()

    def run(self) -> None:
        """Run at real speed from now on."""
        with self._lock:
            self._base, self._since, self._runs = self._now(), time.monotonic(), True

    def advance(self, by: timedelta) -> datetime:
        """Move forward; the new time. Raises Backwards."""
        with self._lock:
            now = self._now()
            return self._move(now, now + by)

    def travel_to(self, moment: datetime) -> datetime:
        """Move forward to `moment` and go on from there; the new time. Raises Backwards."""
        with self._lock:
            return self._move(self._now(), moment.astimezone(UTC))

    def reach(self, moment: datetime) -> datetime:
        """Move forward to `moment`, or stay if it is past already; the new time."""
        with self._lock:
            now = self._now()
            return self._move(now, max(moment.astimezone(UTC), now))

    def save(self) -> None:
        """Keep where the clock is."""
        with self._lock:
            self._save()

    def _move(self, now: datetime, moment: datetime) -> datetime:
        if moment < now:
            raise Backwards(now=now.isoformat(timespec="seconds"), asked=moment.isoformat(timespec="seconds"))
        self._base, self._since = moment, time.monotonic()
        self._save()
        return moment

    def _save(self) -> None:
        if self._path is not None:
            beside = self._path.with_suffix(".new")
            beside.write_text(json.dumps({"now": self._now().isoformat()}), encoding="utf-8")
            beside.replace(self._path)

    def _now(self) -> datetime:
        return self._base + timedelta(seconds=time.monotonic() - self._since) if self._runs else self._base


def _kept(path: Path | None) -> datetime | None:
    if path is None or not path.exists():
        return None
    return datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["now"])
