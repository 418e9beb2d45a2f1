"""Claims at the simulated insurer: each part taken once; what it says is told by signed webhook, and when asked."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from threading import RLock
from typing import Any

import urllib3

from infra.local.site import Answer, Refused, Request
from shared.bank import signature

TABLES = """
create table if not exists claims (
  claim_id text primary key, policy_no text, accident_on text, part integer, revision integer,
  status text, asked text, reason text, paid_fen integer
);
create table if not exists claim_parts (claim_id text, part integer, content text, primary key (claim_id, part));
"""
_FIELDS = {"claim_id", "part", "policy_no", "accident_on", "text", "pictures"}
_SAID = ("received", "more_wanted", "accepted", "rejected", "paid")


class Claims:
    """The claims in the insurer's books. `notify_url` takes its webhooks, signed with `key`."""

    def __init__(
        self, books: sqlite3.Connection, lock: RLock, clock: Callable[[], datetime], *, key: str, notify_url: str
    ) -> None:
        self._books, self._lock, self._clock = books, lock, clock
        self._key, self._notify_url = key, notify_url
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(30.0), retries=False)

    def take(self, request: Request) -> Answer:
        """`POST /claims`: a claim's part; the same again has the newest answer, another one under its number is 409."""
        told = request.json()
        if set(told) != _FIELDS or type(told["part"]) is not int:
            raise Refused(422, "a claim has exactly the documented fields")
        content = json.dumps([told["text"], [one["sha256"] for one in told["pictures"]]], ensure_ascii=False)
        if not self._rows("select 1 from policies where policy_no = ?", told["policy_no"]):
            return Answer({"reason": "没有这份保单"}, 422)
        there = self._rows(
            "select content from claim_parts where claim_id = ? and part = ?", told["claim_id"], told["part"]
        )
        if there and there[0]["content"] != content:
            return Answer({"reason": "该部分已有另一份材料"}, 409)
        if not there:
            self._keep(told, content)
        return Answer(self.told(told["claim_id"]), 200 if there else 201)

    def status(self, request: Request) -> Answer:
        """`POST /claims/{claim_id}/status`: how it stands."""
        return Answer(self.told(request.path_parts["claim_id"]))

    def told(self, claim_id: str) -> dict[str, Any]:
        """How a claim stands. Raises Refused."""
        found = self._rows("select * from claims where claim_id = ?", claim_id)
        if not found:
            raise Refused(422, "there is no such claim")
        shown = ("claim_id", "revision", "part", "status", "asked", "reason", "paid_fen")
        return {name: found[0][name] for name in shown}

    def say(
        self, claim_id: str, status: str, *, asked: str = "", reason: str = "", paid_fen: int = 0
    ) -> dict[str, Any]:
        """The insurer comes to something; without telling anybody yet. Raises Refused."""
        self.told(claim_id)
        if status not in _SAID:
            raise Refused(422, f"status: {', '.join(_SAID)}")
        self._rows(
            "update claims set revision = revision + 1, status = ?, asked = ?, reason = ?, paid_fen = ?"
            " where claim_id = ?",
            status,
            asked,
            reason,
            paid_fen,
            claim_id,
        )
        return self.told(claim_id)

    def tell(self, claim_id: str) -> int:
        """Send the webhook of how a claim stands; what it was answered with."""
        told = self.told(claim_id)
        body = json.dumps(told, ensure_ascii=False).encode()
        message_id = f"{claim_id}-{told['revision']}"
        headers = signature.sign(self._key, message_id=message_id, at=self._clock(), body=body)
        headers = {**headers, "content-type": "application/json"}
        return int(self._http.request("POST", self._notify_url, body=body, headers=headers).status)

    def post_word(self, request: Request) -> dict[str, Any]:
        """`POST /claims/{claim_id}/words {status, asked, reason, paid_fen}`: it comes to something, and tells it."""
        claim_id, told = request.path_parts["claim_id"], request.json()
        self.say(
            claim_id,
            str(told.get("status")),
            asked=str(told.get("asked", "")),
            reason=str(told.get("reason", "")),
            paid_fen=int(told.get("paid_fen", 0)),
        )
        return {**self.told(claim_id), "answered": self.tell(claim_id)}

    def _keep(self, told: dict[str, Any], content: str) -> None:
        claim_id, part = told["claim_id"], told["part"]
        self._rows("insert into claim_parts values (?, ?, ?)", claim_id, part, content)
        self._rows(
            "insert into claims values (?, ?, ?, ?, 1, 'received', '', '', 0) on conflict (claim_id) do update"
            " set part = excluded.part, revision = revision + 1, status = 'received', asked = ''",
            claim_id,
            told["policy_no"],
            told["accident_on"],
            part,
        )

    def _rows(self, statement: str, *arguments: object) -> list[sqlite3.Row]:
        with self._lock, closing(self._books.cursor()) as cursor:
            return list(cursor.execute(statement, arguments))
