"""What the bank tells us: webhooks signed by the `standardwebhooks` package, sent until we answer 2xx, with faults on
demand. A message keeps its id and its body for ever; each try has its own time and signature.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import urllib3
from standardwebhooks import Webhook

from infra.local.bank_books import Books, said, written
from infra.local.bank_faults import MESSAGE_FAULTS, Faults

_log = logging.getLogger(__name__)
_WRONG_KEY = "whsec_d3JvbmcgbnVtYmVyLCB0cnkgYWdhaW4gbGF0ZXI="
_MOST_TRIES = 12
_PAUSES = [timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 7200, 21600)]


class Messages:
    """The messages that the bank owes us, and their delivery to `url`."""

    def __init__(self, books: Books, *, url: str, key: str, clock: Callable[[], datetime], faults: Faults) -> None:
        self._books = books
        self._url = url
        self._key = key
        self._clock = clock
        self._faults = faults
        self._one_at_a_time = Lock()
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(30.0), retries=False)

    def owe(self, kind: str, data: Mapping[str, Any], *, at: datetime) -> None:
        """Owe a message from now on, with the next fault that was asked for. Use it inside the books' transaction."""
        fault = self._faults.take(MESSAGE_FAULTS)
        name, figures, last = fault or ("", {}, False)
        status = {"lose": "lost", "reverse": "held"}.get(name, "waiting")
        first_try = name if name in ("alter", "bad_signature", "stale") else ""
        not_before = at + timedelta(seconds=figures.get("seconds", 3600)) if name == "delay" else at
        repeats = int(figures.get("times", 2)) - 1 if name == "duplicate" else 0
        self._write(kind, data, at, status=status, first_try=first_try, not_before=not_before, repeats=repeats)
        if name == "reverse" and last:
            self._let_go_reversed()
        if name == "conflict":
            amount = int(figures.get("amount_fen", data["amount_fen"] + 100))
            self._write(kind, {**data, "amount_fen": amount}, at, status="waiting", not_before=at)

    def deliver(self, *, patient: bool) -> int:
        """Send what is owed, each message once; how many were taken. A `patient` bank waits between tries."""
        taken = 0
        tried: set[int] = set()
        with self._one_at_a_time:
            while message := self._next(tried, patient=patient):
                tried.add(message["number"])
                was_taken = self._send(message)
                taken += was_taken
                if message["repeats"] if was_taken else message["first_try"] and not message["tries"]:
                    tried.discard(message["number"])  # it comes again at once
        return taken

    def counts(self) -> dict[str, int]:
        """How many messages are waiting, delivered, lost, held or given up."""
        return {
            row["status"]: row["count"]
            for row in self._books.rows("select status, count(*) as count from messages group by status")
        }

    def listed(self, status: str | None = None) -> list[dict[str, Any]]:
        """The messages, newest first, at most 200."""
        return self._books.rows(
            "select message_id, type, status, tries, last_answer, body from messages"
            " where (?1 is null or status = ?1) order by number desc limit 200",
            status,
        )

    def _write(
        self,
        kind: str,
        data: Mapping[str, Any],
        at: datetime,
        *,
        status: str,
        not_before: datetime,
        first_try: str = "",
        repeats: int = 0,
    ) -> None:
        body = written({"type": kind, "occurred_at": said(at), "data": data})
        with self._books.transaction() as database:
            number = database.execute(
                "insert into messages (type, body, status, first_try, repeats, not_before, retry_at)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                (kind, body, status, first_try, repeats, said(not_before), said(at)),
            ).lastrowid
            message_id = f"evt_{number:010d}_{hashlib.sha256(body.encode()).hexdigest()[:12]}"
            database.execute(
                "update messages set turn = ?, message_id = ? where number = ?", (number, message_id, number)
            )

    def _let_go_reversed(self) -> None:
        held = [
            row["number"] for row in self._books.rows("select number from messages where status = 'held' order by turn")
        ]
        with self._books.transaction() as database:
            for number, turn in zip(held, reversed(held), strict=True):
                database.execute("update messages set status = 'waiting', turn = ? where number = ?", (turn, number))

    def _next(self, tried: set[int], *, patient: bool) -> dict[str, Any] | None:
        now = said(self._clock())
        due = self._books.rows(
            "select * from messages where status = 'waiting' and not_before <= ?1 and (?2 = 0 or retry_at <= ?1)"
            " order by turn",
            now,
            int(patient),
        )
        return next((message for message in due if message["number"] not in tried), None)

    def _send(self, message: Mapping[str, Any]) -> bool:
        first_try = message["first_try"] if not message["tries"] else ""
        body = message["body"]
        headers = self._signed(message["message_id"], body, first_try)
        if first_try == "alter":
            body = body.replace('"amount_fen":', '"amount_fen":9', 1)
        try:
            answer = self._http.request("POST", self._url, body=body.encode(), headers=headers)
            taken, told = 200 <= answer.status < 300, f"{answer.status} {answer.data.decode(errors='replace')[:300]}"
        except urllib3.exceptions.HTTPError as error:
            taken, told = False, type(error).__name__
        if not taken and not first_try:
            _log.info("%s was not taken: %s", message["message_id"], told)
        self._note(message, taken, told)
        return taken

    def _signed(self, message_id: str, body: str, first_try: str) -> dict[str, str]:
        at = self._clock() - timedelta(minutes=10 if first_try == "stale" else 0)
        key = _WRONG_KEY if first_try == "bad_signature" else self._key
        return {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(key).sign(message_id, at.replace(microsecond=0), body),
        }

    def _note(self, message: Mapping[str, Any], taken: bool, told: str) -> None:
        tries, repeats = message["tries"] + 1, message["repeats"]
        if taken:
            status, repeats = ("waiting", repeats - 1) if repeats else ("delivered", 0)
        else:
            status = "waiting" if tries < _MOST_TRIES else "given_up"
        retry_at = self._clock() if taken else self._clock() + _PAUSES[min(tries, len(_PAUSES)) - 1]
        with self._books.transaction() as database:
            database.execute(
                "update messages set status = ?, tries = ?, repeats = ?, retry_at = ?, last_answer = ?"
                " where number = ?",
                (status, tries, repeats, said(retry_at), told, message["number"]),
            )
