"""WeChat Pay v3 on 127.0.0.1, as its documentation has it: JSAPI orders, how they stand, closing; refunds; callbacks.

It signs with a key of the district and checks our signatures; nothing here is shared with our code or with the package
that speaks for us. What was paid it brings to the bank a day later: into the account that the order's `attach` names,
under a text with the order's number, as the custody bank that runs the merchant's account does.

`POST /payments {out_trade_no}` pays an order as the mini-program would. `POST /faults {fault, count}`:

| Fault | The next `count` … |
|---|---|
| `forged`, `stale` | callbacks first come signed by another key, 10 minutes old; then as they should |
| `repeat` | callbacks come three times |
| `other_amount` | callbacks tell 1 yuan more |
| `lose` | callbacks never come |
| `down`, `slow` | calls of ours are answered with an error, after 10 seconds |
| `no_settlement` | payments never come to the bank |
| `refund_abnormal`, `refund_closed` | refunds end so; `POST /refunds/mend {out_refund_no}` mends an abnormal one |

It gives back only what the bank has brought to its account for that.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, RLock, Thread
from typing import Any, Protocol

from infra.local import wechat_pay_wire as wire
from infra.local.site import Answer, Refused, Request, Site
from infra.local.wechat_pay_callbacks import CALL_FAULTS, FAULTS, Callbacks, Faults
from infra.local.wechat_pay_orders import Orders, Wrong
from infra.local.wechat_pay_refunds import Refunds

_log = logging.getLogger(__name__)
PAYER, PAYER_ACCOUNT_NO = "财付通支付科技有限公司", "2433300000000001"
_LOOK_SECONDS = 0.1
_SLOW_SECONDS = 10.0


class Transfer(Protocol):
    """How money is brought to the bank: `Bank.transfer`."""

    def __call__(
        self,
        to_account_no: str,
        amount_fen: int,
        *,
        remittance: str,
        payer_name: str = ...,
        payer_account_no: str = ...,
        transfer_id: str | None = ...,
    ) -> object: ...


class WeChatPay:
    """WeChat Pay. Drive it step by step with `flush`, or let it work by itself from `work` on."""

    def __init__(
        self,
        *,
        port: int,
        app_id: str,
        mch_id: str,
        serial_no: str,
        merchant_key: str,
        private_key: str,
        api_v3_key: str,
        clock: Callable[[], datetime],
        transfer: Transfer,
        path: Path | None = None,
        settles_after: timedelta = timedelta(days=1),
        brought: Callable[[], int] = lambda: 0,
    ) -> None:
        self._mch_id, self._serial_no = mch_id, serial_no
        self._app_id, self._merchant_key = app_id, merchant_key
        self._signer, self._clock = wire.Signer(private_key), clock
        self._transfer, self._settles_after = transfer, settles_after
        self.faults = Faults()
        self._lock = RLock()
        self._signed = 0
        self._ended = Event()
        self._thread: Thread | None = None
        self.orders = Orders(path, clock)
        self.callbacks = Callbacks(
            self.orders,
            signer=self._signer,
            forger=wire.Signer(merchant_key),
            api_v3_key=api_v3_key,
            clock=clock,
            faults=self.faults,
        )
        self.refunds = Refunds(self.orders, self.callbacks, clock=clock, faults=self.faults, brought=brought)
        routes = {
            "POST /v3/refund/domestic/refunds": self._known(lambda request: self.refunds.make(request.json())),
            "GET /v3/refund/domestic/refunds/{number}": self._known(
                lambda request: self.refunds.told(request.path_parts["number"])
            ),
            "POST /refunds/mend": self._post_mend,
            "POST /v3/pay/transactions/jsapi": self._known(self._prepay),
            "GET /v3/pay/transactions/out-trade-no/{number}": self._known(self._query),
            "POST /v3/pay/transactions/out-trade-no/{number}/close": self._known(self._close),
            "POST /payments": self._post_payment,
            "POST /faults": self._post_fault,
            "DELETE /faults": self._delete_faults,
        }
        self.site = Site("wechat pay", port, routes)

    def start(self) -> None:
        """Listen. Raises PortTaken."""
        self.site.start()

    def work(self) -> None:
        """Call back and settle by itself from now on."""
        self._thread = Thread(target=self._go_on, name="wechat pay", daemon=True)
        self._thread.start()

    def rest(self) -> None:
        """Call back and settle no more by itself; what is owed is kept."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def stop(self) -> None:
        """Stop, with every call answered."""
        self.rest()
        self.site.stop()

    def pay(self, number: str, *, fault: str = "") -> dict[str, Any]:
        """The guardian pays an order in the mini-program; a callback is owed, with this fault. Raises Wrong."""
        with self._lock:
            told = self.orders.pay(number)
            self.callbacks.owe(told, url=self.orders.get(number)["notify_url"], fault=fault)
            if self.faults.take(("no_settlement",)):
                self.orders.get(number)["settled"] = True
            self.orders.keep()
        return told

    def flush(self, *, patient: bool = False) -> int:
        """Call back about every payment, bring to the bank what is due; how much of that went through."""
        with self._lock:
            refunded = self.refunds.process()
        return refunded + self.callbacks.deliver(patient=patient) + self._settle()

    def _settle(self) -> int:
        with self._lock:
            latest = self._clock() - self._settles_after
            due = [one for one in self.orders.unsettled() if datetime.fromisoformat(one["success_time"]) <= latest]
            for order in due:
                self._transfer(
                    order["attach"],
                    order["amount"]["total"],
                    remittance=f"微信支付 {order['out_trade_no']}",
                    payer_name=PAYER,
                    payer_account_no=PAYER_ACCOUNT_NO,
                    transfer_id=f"wechat-{order['out_trade_no']}",
                )
                order["settled"] = True
            if due:
                self.orders.keep()
        return len(due)

    def _go_on(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            try:
                self.flush(patient=True)
            except Exception:
                _log.exception("WeChat Pay stumbled")

    def _known(self, act: Callable[[Request], Any]) -> Callable[[Request], Answer]:
        """A call of a merchant's: its signature is checked, the answer signed."""

        def answer(request: Request) -> Answer:
            fault = self.faults.take(CALL_FAULTS)
            if fault == "slow":
                self._ended.wait(_SLOW_SECONDS)
            try:
                if fault == "down":
                    raise Wrong(500, "SYSTEM_ERROR", "系统异常，请稍后重试")
                self._check(request)
                with self._lock:
                    told = act(request)
                body, status = (b"", 204) if told is None else (wire.written(told), 200)
            except Wrong as wrong:
                body, status = wire.written({"code": wrong.code, "message": wrong.message}), wrong.status
            headers = self._signer.headers(body, at=self._clock(), nonce=self._nonce())
            return Answer(body, status, "application/json", headers)

        return answer

    def _check(self, request: Request) -> None:
        """Raises Wrong. The time in it is the machine's, whatever the district's is."""
        authorization = request.headers.get("authorization", "")
        if not wire.is_signed_by(
            self._merchant_key,
            authorization,
            method=request.method,
            target=request.target,
            body=request.body,
            mch_id=self._mch_id,
            serial_no=self._serial_no,
        ):
            raise Wrong(401, "SIGN_ERROR", "签名错误")
        if abs(wire.time_of(authorization) - time.time()) > 300:
            raise Wrong(401, "SIGN_ERROR", "签名时间与服务器时间相差超过5分钟")
        if request.headers.get("wechatpay-serial") != wire.key_id(self._signer.private_key):
            raise Wrong(400, "PARAM_ERROR", "Wechatpay-Serial 错误")

    def _prepay(self, request: Request) -> dict[str, str]:
        told = request.json()
        if (told.get("mchid"), told.get("appid")) != (self._mch_id, self._app_id):
            raise Wrong(400, "APPID_MCHID_NOT_MATCH", "appid和mchid不匹配")
        return {"prepay_id": self.orders.make(told)}

    def _query(self, request: Request) -> dict[str, Any]:
        return self.orders.told(request.path_parts["number"])

    def _close(self, request: Request) -> None:
        self.orders.close(request.path_parts["number"])

    def _post_payment(self, request: Request) -> dict[str, Any]:
        try:
            return self.pay(str(request.json().get("out_trade_no")))
        except Wrong as wrong:
            raise Refused(wrong.status, f"{wrong.code} {wrong.message}") from None

    def _post_mend(self, request: Request) -> dict[str, Any]:
        number = str(request.json().get("out_refund_no"))
        try:
            with self._lock:
                self.refunds.mend(number)
        except Wrong as wrong:
            raise Refused(wrong.status, f"{wrong.code} {wrong.message}") from None
        return self.refunds.told(number)

    def _post_fault(self, request: Request) -> dict[str, Any]:
        told = request.json()
        try:
            self.faults.arm(str(told.get("fault")), int(told.get("count", 1)))
        except ValueError:
            raise Refused(422, f"fault: {', '.join(FAULTS)}") from None
        return {"faults": self.faults.listed()}

    def _delete_faults(self, request: Request) -> dict[str, Any]:
        self.faults.clear()
        return {"faults": []}

    def _nonce(self) -> str:
        with self._lock:
            self._signed += 1
        return hashlib.sha256(f"{self._signed}".encode()).hexdigest()[:32]
