"""The callbacks that simulated WeChat Pay owes, each sent until it is taken; and what goes wrong on demand."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import RLock
from typing import Any

import urllib3

from infra.local import wechat_pay_wire as wire
from infra.local.wechat_pay_orders import Orders

CALLBACK_FAULTS = ("forged", "stale", "repeat", "other_amount", "lose")
CALL_FAULTS = ("down", "slow")
REFUND_FAULTS = ("refund_abnormal", "refund_closed")
FAULTS = (*CALLBACK_FAULTS, *CALL_FAULTS, "no_settlement", *REFUND_FAULTS)
_MOST_TRIES = 15
_PAUSES = [timedelta(seconds=seconds) for seconds in (15, 15, 30, 180, 600, 1200, 1800)]


class UnknownFault(ValueError):
    """WeChat can't do that."""


class Faults:
    """What goes wrong next, in the order in which it was asked for."""

    def __init__(self) -> None:
        self._armed: list[str] = []
        self._lock = RLock()

    def arm(self, fault: str, count: int = 1) -> None:
        """Let the next things of its kind go wrong. Raises UnknownFault."""
        if fault not in FAULTS or count < 1:
            raise UnknownFault(fault)
        with self._lock:
            self._armed += [fault] * count

    def take(self, kinds: tuple[str, ...]) -> str:
        """The fault of the next thing of these kinds; empty for none."""
        with self._lock:
            found = next((fault for fault in self._armed if fault in kinds), "")
            if found:
                self._armed.remove(found)
        return found

    def listed(self) -> list[str]:
        """What is still to go wrong."""
        with self._lock:
            return list(self._armed)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._armed.clear()


class Callbacks:
    """Signed with WeChat's key, the content sealed with the merchant's."""

    def __init__(
        self,
        orders: Orders,
        *,
        signer: wire.Signer,
        forger: wire.Signer,
        api_v3_key: str,
        clock: Callable[[], datetime],
        faults: Faults,
    ) -> None:
        self._orders, self._signer, self._forger = orders, signer, forger
        self._api_v3_key, self._clock, self._faults = api_v3_key, clock, faults
        self._lock = RLock()
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(30.0), retries=False)

    def owe(self, told: Mapping[str, Any], *, url: str, fault: str = "") -> None:
        """Owe the callback of a payment, with this fault or the next that was asked for."""
        self._owe(told, url, fault, "TRANSACTION.SUCCESS", named=told["out_trade_no"], amount="total")

    def owe_refund(self, told: Mapping[str, Any], *, url: str) -> None:
        """Owe the callback of a refund, with the next fault that was asked for."""
        state = told["refund_status"]
        self._owe(told, url, "", f"REFUND.{state}", named=f"{told['out_refund_no']} {state}", amount="refund")

    def _owe(self, told: Mapping[str, Any], url: str, fault: str, event_type: str, *, named: str, amount: str) -> None:
        fault = fault or self._faults.take(CALLBACK_FAULTS)
        if fault == "lose":
            return
        if fault == "other_amount":
            told = {**told, "amount": {**told["amount"], amount: told["amount"][amount] + 100}}
        event_id = f"EV-{hashlib.sha256(named.encode()).hexdigest()[:24].upper()}"
        at = told.get("success_time") or self._clock().isoformat(timespec="seconds")
        body = wire.notice(event_id, told, api_v3_key=self._api_v3_key, at=at, event_type=event_type)
        owed = {"event_id": event_id, "url": url, "body": body.decode(), "tries": 0, "not_before": 0.0, "answers": []}
        owed |= {"first": fault if fault in ("forged", "stale") else "", "repeats": 2 if fault == "repeat" else 0}
        with self._lock:
            self._orders.callbacks.append(owed)
            self._orders.keep()

    def deliver(self, *, patient: bool) -> int:
        """Send each that is owed once; how many were taken. A `patient` WeChat waits between tries."""
        now = self._clock().timestamp()
        with self._lock:
            due = [one for one in self._orders.callbacks if not patient or one["not_before"] <= now]
        return sum(self._send(one) for one in due)

    def _send(self, owed: dict[str, Any]) -> int:
        body = owed["body"].encode()
        first = owed["first"] if not owed["tries"] else ""
        at = self._clock() - timedelta(minutes=10 if first == "stale" else 0)
        nonce = hashlib.sha256(f"{owed['event_id']} {owed['tries']}".encode()).hexdigest()[:32]
        headers = (self._forger if first == "forged" else self._signer).headers(body, at=at, nonce=nonce)
        headers |= {"Wechatpay-Serial": wire.key_id(self._signer.private_key), "Content-Type": "application/json"}
        try:
            status = self._http.request("POST", owed["url"], body=body, headers=headers).status
        except urllib3.exceptions.HTTPError:
            status = 0
        self._note(owed, status, at_once=bool(first))
        return int(status in (200, 204) or bool(first))

    def _note(self, owed: dict[str, Any], status: int, *, at_once: bool) -> None:
        taken = status in (200, 204)
        with self._lock:
            owed["tries"] += 1
            owed["answers"].append(status)
            pause = timedelta(0) if at_once else _PAUSES[min(owed["tries"], len(_PAUSES)) - 1]
            owed["not_before"] = (self._clock() + pause).timestamp()
            if taken and owed["repeats"]:
                owed["repeats"] -= 1
            elif taken or owed["tries"] >= _MOST_TRIES:
                self._orders.callbacks.remove(owed)
            self._orders.keep()
