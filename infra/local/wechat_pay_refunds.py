"""Refunds at simulated WeChat Pay: out of what the bank has brought for them, each number once."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from infra.local.wechat_pay_callbacks import REFUND_FAULTS, Callbacks, Faults
from infra.local.wechat_pay_orders import Orders, Wrong

_SHANGHAI = timezone(timedelta(hours=8))
_FIXED = ("out_trade_no", "out_refund_no", "reason", "funds_account", "notify_url", "amount")


class Refunds:
    """What a merchant is answered who asks for refunds. `brought`: all that the bank has brought for them, in fen."""

    def __init__(
        self,
        orders: Orders,
        callbacks: Callbacks,
        *,
        clock: Callable[[], datetime],
        faults: Faults,
        brought: Callable[[], int],
    ) -> None:
        self._orders, self._callbacks = orders, callbacks
        self._clock, self._faults, self._brought = clock, faults, brought

    def make(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """A refund; the same again is the same. Raises Wrong."""
        wanted = {name: told[name] for name in _FIXED if name in told}
        if wanted.keys() != set(_FIXED) or not wanted["out_refund_no"]:
            raise Wrong(400, "PARAM_ERROR", "参数错误")
        number, order = wanted["out_refund_no"], self._orders.get(wanted["out_trade_no"])
        there = self._orders.refunds.get(number)
        if there is not None:
            if {name: there[name] for name in _FIXED} != wanted:
                raise Wrong(400, "INVALID_REQUEST", "退款单号已使用，参数不一致")
            return self.told(number)
        if order["state"] not in ("SUCCESS", "REFUND"):
            raise Wrong(400, "INVALID_REQUEST", "订单未支付")
        amount = wanted["amount"]
        asked = sum(one["amount"]["refund"] for one in self._of(wanted["out_trade_no"]))
        if amount["total"] != order["amount"]["total"] or not 0 < amount["refund"] <= amount["total"] - asked:
            raise Wrong(400, "INVALID_REQUEST", "订单金额或退款金额不一致")
        if self._given() + amount["refund"] > self._brought():
            raise Wrong(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")
        made = {"status": "PROCESSING", "refund_id": f"50{hashlib.sha256(number.encode()).hexdigest()[:26]}"}
        self._orders.refunds[number] = {**wanted, **made}
        self._orders.keep()
        return self.told(number)

    def told(self, number: str) -> dict[str, Any]:
        """How a refund stands. Raises Wrong."""
        if number not in self._orders.refunds:
            raise Wrong(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        refund = self._orders.refunds[number]
        order = self._orders.get(refund["out_trade_no"])
        shown = ("out_trade_no", "out_refund_no", "refund_id", "status", "success_time")
        amounts = {"payer_total": refund["amount"]["total"], "payer_refund": refund["amount"]["refund"]}
        return {
            **{name: refund[name] for name in shown if name in refund},
            "transaction_id": order["transaction_id"],
            "channel": "ORIGINAL",
            "user_received_account": "支付用户零钱",
            "amount": {**refund["amount"], **amounts},
        }

    def process(self) -> int:
        """Give back what was asked for, or say why not; a callback is owed for each."""
        waiting = [number for number, one in self._orders.refunds.items() if one["status"] == "PROCESSING"]
        for number in waiting:
            fault = self._faults.take(REFUND_FAULTS)
            self._end(number, fault.removeprefix("refund_").upper() or "SUCCESS")
        return len(waiting)

    def mend(self, number: str) -> None:
        """An abnormal refund is given back after all, as from the merchant platform. Raises Wrong."""
        if self.told(number)["status"] != "ABNORMAL":
            raise Wrong(400, "INVALID_REQUEST", "退款单不是异常状态")
        self._end(number, "SUCCESS")

    def given_fen(self) -> int:
        """What has reached payers."""
        return sum(one["amount"]["refund"] for one in self._orders.refunds.values() if one["status"] == "SUCCESS")

    def _end(self, number: str, state: str) -> None:
        refund = self._orders.refunds[number]
        refund["status"] = state
        if state == "SUCCESS":
            refund["success_time"] = self._clock().astimezone(_SHANGHAI).isoformat(timespec="seconds")
        self._orders.keep()
        told = self.told(number)
        told["refund_status"] = told.pop("status")
        told["mchid"] = self._orders.get(refund["out_trade_no"])["mchid"]
        self._callbacks.owe_refund(told, url=refund["notify_url"])

    def _of(self, out_trade_no: str) -> list[dict[str, Any]]:
        told = self._orders.refunds.values()
        return [one for one in told if one["out_trade_no"] == out_trade_no and one["status"] != "CLOSED"]

    def _given(self) -> int:
        """What was asked for of the merchant's balance and isn't closed."""
        return sum(one["amount"]["refund"] for one in self._orders.refunds.values() if one["status"] != "CLOSED")
