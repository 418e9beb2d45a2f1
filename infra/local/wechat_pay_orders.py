"""The orders that simulated WeChat Pay keeps; in a file, or for as long as it lives."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

_SHANGHAI = timezone(timedelta(hours=8))
_FIXED = ("appid", "mchid", "description", "out_trade_no", "time_expire", "attach", "notify_url", "amount", "payer")
_WORDS = {"SUCCESS": "支付成功", "NOTPAY": "订单未支付", "CLOSED": "订单已关闭", "REFUND": "转入退款"}


class Wrong(Exception):
    """What WeChat refuses: an HTTP status and a code of its own."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, code, message)
        self.status, self.code, self.message = status, code, message


class Orders:
    """Every order and every refund, and the callbacks that are owed."""

    def __init__(self, path: Path | None, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock
        there = path is not None and path.exists()
        told = json.loads(path.read_text(encoding="utf-8")) if there and path is not None else {}
        self._orders: dict[str, dict[str, Any]] = told.get("orders", {})
        self.callbacks: list[dict[str, Any]] = told.get("callbacks", [])
        self.refunds: dict[str, dict[str, Any]] = told.get("refunds", {})

    def keep(self) -> None:
        """Write all of it down."""
        if self._path is not None:
            beside = self._path.with_suffix(".new")
            told = {"orders": self._orders, "callbacks": self.callbacks, "refunds": self.refunds}
            beside.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
            beside.replace(self._path)

    def make(self, told: Mapping[str, Any]) -> str:
        """The prepay_id of an order; the same order again is the same. Raises Wrong."""
        order = {name: told[name] for name in _FIXED if name in told}
        if order.keys() != set(_FIXED) or not 6 <= len(str(order["out_trade_no"])) <= 32:
            raise Wrong(400, "PARAM_ERROR", "参数错误")
        number = str(order["out_trade_no"])
        there = self._orders.get(number)
        if there is not None and self._state(there) == "CLOSED":
            raise Wrong(400, "ORDER_CLOSED", "订单已关闭")
        if there is not None and there["state"] != "NOTPAY":
            raise Wrong(400, "ORDERPAID", "该订单已支付")
        if there is not None and {name: there[name] for name in _FIXED} != order:
            raise Wrong(400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致")
        if datetime.fromisoformat(order["time_expire"]) - self._clock() < timedelta(minutes=1):
            raise Wrong(400, "PARAM_ERROR", "time_expire 距当前时间须大于1分钟")
        self._orders[number] = there or {**order, "state": "NOTPAY", "settled": False}
        self.keep()
        return f"wx{hashlib.sha256(number.encode()).hexdigest()[:34]}"

    def get(self, number: str) -> dict[str, Any]:
        """An order. Raises Wrong."""
        if number not in self._orders:
            raise Wrong(404, "ORDER_NOT_EXIST", "订单不存在")
        return self._orders[number]

    def numbers(self, prefix: str = "") -> list[str]:
        """The numbers of the orders that begin so, oldest first."""
        return [number for number in self._orders if number.startswith(prefix)]

    def close(self, number: str) -> None:
        """Let an order not be paid any more. Raises Wrong."""
        order = self.get(number)
        if order["state"] == "SUCCESS":
            raise Wrong(400, "ORDERPAID", "订单已支付，不能关闭")
        order["state"] = "CLOSED"
        self.keep()

    def pay(self, number: str) -> dict[str, Any]:
        """The payer pays an order; what WeChat tells of it. Raises Wrong."""
        order = self.get(number)
        if self._state(order) != "NOTPAY":
            raise Wrong(400, "ORDER_CLOSED", f"订单不能支付：{_WORDS[self._state(order)]}")
        order["state"] = "SUCCESS"
        order["transaction_id"] = f"42{int(hashlib.sha256(number.encode()).hexdigest()[:20], 16):026d}"[:28]
        order["success_time"] = self._clock().astimezone(_SHANGHAI).isoformat(timespec="seconds")
        self.keep()
        return self.told(number)

    def refund(self, number: str) -> None:
        """The payer is given back what she paid, at WeChat. Raises Wrong."""
        self.get(number)["state"] = "REFUND"
        self.keep()

    def told(self, number: str) -> dict[str, Any]:
        """What WeChat tells of an order. Raises Wrong."""
        order = self.get(number)
        state = self._state(order)
        told: dict[str, Any] = {
            "appid": order["appid"],
            "mchid": order["mchid"],
            "out_trade_no": number,
            "trade_state": state,
            "trade_state_desc": _WORDS[state],
            "attach": order["attach"],
            "amount": {"total": order["amount"]["total"], "currency": "CNY"},
        }
        if any(one["out_trade_no"] == number and one["status"] == "SUCCESS" for one in self.refunds.values()):
            told |= {"trade_state": "REFUND", "trade_state_desc": _WORDS["REFUND"]}
        if "transaction_id" in order:
            told |= {
                "transaction_id": order["transaction_id"],
                "trade_type": "JSAPI",
                "bank_type": "OTHERS",
                "success_time": order["success_time"],
                "payer": order["payer"],
                "amount": {
                    "total": order["amount"]["total"],
                    "payer_total": order["amount"]["total"],
                    "currency": "CNY",
                    "payer_currency": "CNY",
                },
            }
        return told

    def unsettled(self) -> list[dict[str, Any]]:
        """The orders that are paid and whose money isn't at the bank yet."""
        return [order for order in self._orders.values() if order["state"] == "SUCCESS" and not order["settled"]]

    def _state(self, order: Mapping[str, Any]) -> str:
        over = datetime.fromisoformat(order["time_expire"]) <= self._clock()
        return "CLOSED" if order["state"] == "NOTPAY" and over else str(order["state"])
