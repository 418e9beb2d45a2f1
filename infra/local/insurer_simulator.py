"""The insurer on 127.0.0.1, over the interface that shared/insurance/client.py asks it through.

| | |
|---|---|
| `POST /policies`, signed | issues a policy; the same request again has the same answer, another under its id is 409 |
| `POST /policies/{cover_id}/end`, signed | ends it, or sees to it that it is never issued |
| `POST /claims`, `POST /claims/{claim_id}/status`, signed | takes a part of a claim, says how it stands |
| `POST /claims/{claim_id}/words` | it comes to something, and tells it by a signed webhook |
| `GET /policies` | every policy, oldest first |
| `GET`, `POST`, `DELETE /faults` `{fault, count, hours, reason}` | what goes wrong next (insurer_faults.py) |
"""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from threading import Event, RLock
from typing import Any

from infra.local import insurer_claims
from infra.local.insurer_faults import TABLES, InsurerFault, InsurerFaults
from infra.local.site import Answer, Refused, Request, Site
from shared.bank import signature
from shared.kernel import clock as shanghai
from shared.kernel import errors

_SLOW_SECONDS = 60.0
_TABLE = """
create table if not exists policies (
  cover_id text primary key, request text, policy_no text, first_day text, last_day text,
  issued_at text, covered_until text, ended_at text, end_reason text
);
"""


class Insurer:
    """The insurer on a port. `path` keeps its policies."""

    def __init__(
        self,
        *,
        port: int,
        key: str,
        clock: Callable[[], datetime],
        path: Path | None = None,
        webhook_key: str = "",
        notify_url: str = "",
    ) -> None:
        self._key = key
        self._clock = clock
        self._lock = RLock()
        self._stopped = Event()
        self._books = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._books.row_factory = sqlite3.Row
        self._books.executescript(
            "pragma journal_mode=wal; pragma synchronous=off;" + _TABLE + TABLES + insurer_claims.TABLES
        )
        self.faults = InsurerFaults(clock, self._books, self._lock)
        self.claims = insurer_claims.Claims(self._books, self._lock, clock, key=webhook_key, notify_url=notify_url)
        self.requests = 0
        self.site = Site(
            "insurer",
            port,
            {
                "POST /policies": lambda request: self._asked(request, self._issue),
                "POST /policies/{cover_id}/end": lambda request: self._asked(request, self._end),
                "POST /claims": lambda request: self._asked(request, self.claims.take),
                "POST /claims/{claim_id}/status": lambda request: self._asked(request, self.claims.status),
                "POST /claims/{claim_id}/words": self.claims.post_word,
                "GET /policies": lambda request: {"data": self.policies()},
                "GET /faults": lambda request: self.faults.listed(),
                "POST /faults": self.faults.arm_as_asked,
                "DELETE /faults": lambda request: self.faults.clear(),
            },
        )

    def start(self) -> None:
        """Listen. Raises PortTaken."""
        self.site.start()

    def stop(self) -> None:
        """Stop, with every call answered."""
        self._stopped.set()
        self.site.stop()
        self._books.close()

    def policies(self) -> list[dict[str, Any]]:
        """Every policy that was issued, oldest first; without what was told of a child."""
        told = "cover_id, policy_no, first_day, last_day, issued_at, covered_until, ended_at, end_reason"
        with self._lock, closing(self._books.cursor()) as cursor:
            found = cursor.execute(f"select {told} from policies where policy_no is not null order by rowid")  # noqa: S608
            return [dict(row) for row in found]

    def request_of(self, cover_id: str) -> dict[str, Any]:
        """What it was asked with for a cover; nothing where it wasn't."""
        row = self._find(cover_id)
        return json.loads(row["request"]) if row and row["request"] else {}

    # what it is asked

    def _asked(self, request: Request, act: Callable[[Request], Answer]) -> Answer:
        with self._lock:
            self.requests += 1
            if self.faults.down:
                raise Refused(503, "closed")
            self._check(request)
            answer = act(request)
            if self.faults.take(InsurerFault.DUPLICATE):
                answer = act(request)
            lost, slow = self.faults.take(InsurerFault.LOSE), self.faults.take(InsurerFault.SLOW)
            if self.faults.take(InsurerFault.NONSENSE):
                answer = Answer({"policy_no": 17, "first_day": "soon"})
        if slow:
            self._stopped.wait(_SLOW_SECONDS)
        return Answer(None, 0) if lost else answer

    def _check(self, request: Request) -> None:
        try:
            signature.verify([self._key], headers=request.headers, body=request.body, now=self._clock())
        except errors.Unauthenticated as refusal:
            raise Refused(401, str(refusal)) from None

    def _issue(self, request: Request) -> Answer:
        told, text = request.json(), request.body.decode()
        cover_id, first_day, last_day = _asked_days(told)
        row = self._find(cover_id)
        if row is not None and row["ended_at"] is not None:
            return Answer({"reason": "该编号已注销"}, 410)
        if row is not None:
            if row["request"] != text:
                return Answer({"reason": "该编号已有另一份投保申请"}, 409)
            return Answer(_told(row))
        if refusal := self.faults.take(InsurerFault.REFUSE):
            return Answer({"reason": refusal}, 422)
        today = shanghai.business_day(self._clock())
        first_day = max(first_day, today)  # it covers nothing that is past
        if last_day < first_day:
            return Answer({"reason": "保险期间已过"}, 422)
        with closing(self._books.cursor()) as cursor:
            (count,) = cursor.execute("select count(*) from policies").fetchone()
            number = f"PZIB{today:%Y}{count + 1:08d}"
            cursor.execute(
                "insert into policies (cover_id, request, policy_no, first_day, last_day, issued_at)"
                " values (?, ?, ?, ?, ?, ?)",
                (cover_id, text, number, first_day.isoformat(), last_day.isoformat(), shanghai.shown(self._clock())),
            )
        row = self._find(cover_id)
        assert row is not None
        return Answer(_told(row), 201)

    def _end(self, request: Request) -> Answer:
        told, cover_id = request.json(), request.path_parts["cover_id"]
        last_day = _day(told, "last_day")
        row = self._find(cover_id)
        with closing(self._books.cursor()) as cursor:
            if row is None:  # never issued, and from now on never to be
                cursor.execute("insert into policies (cover_id) values (?)", (cover_id,))
            if row is None or row["ended_at"] is None:
                until = _covered_until(row, last_day) if row else None
                cursor.execute(
                    "update policies set covered_until = ?, ended_at = ?, end_reason = ? where cover_id = ?",
                    (until, shanghai.shown(self._clock()), str(told.get("reason", "")), cover_id),
                )
        row = self._find(cover_id)
        assert row is not None
        return Answer({**_told(row), "covered_until": row["covered_until"]})

    def _find(self, cover_id: str) -> sqlite3.Row | None:
        with self._lock, closing(self._books.cursor()) as cursor:
            found: sqlite3.Row | None = cursor.execute(
                "select * from policies where cover_id = ?", (cover_id,)
            ).fetchone()
            return found


def _told(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in ("policy_no", "first_day", "last_day")}


def _covered_until(row: sqlite3.Row, last_day: date) -> str | None:
    """The last day that it covered; None when it ends before it began."""
    until = min(last_day, date.fromisoformat(row["last_day"]))
    return until.isoformat() if until >= date.fromisoformat(row["first_day"]) else None


def _asked_days(told: dict[str, Any]) -> tuple[str, date, date]:
    cover_id = told.get("cover_id")
    if not isinstance(cover_id, str) or not cover_id:
        raise Refused(422, "cover_id is missing")
    return cover_id, _day(told, "first_day"), _day(told, "last_day")


def _day(told: dict[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(told[name])
    except (KeyError, TypeError, ValueError):
        raise Refused(422, f"{name}: a day") from None
