"""WeChat Pay v3, as far as we use it: an order (JSAPI), how it stands, closing it, and its callbacks.

The signatures both ways and the decryption are those of the package `wechatpayv3`, in the mode of WeChat's public keys.
What it leaves to us: which of the keys a callback names, that a callback is fresh, that it comes once.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from shared.kernel import clock, errors
from shared.payments import merchant_key, trades
from shared.payments.model import Merchant, Notice, PaymentOrder, Trade
from shared.payments.refund_model import RefundTold, WeChatRefund

if TYPE_CHECKING:
    from wechatpayv3 import WeChatPay

TOLERANCE_SECONDS = 300
_TIMEOUT_SECONDS = (3.0, 6.0)  # to connect, to read
_REFUND_REASON = "校外培训退费"
_HEADERS = ("signature", "timestamp", "nonce", "serial", "signature-type")


class BadWeChatSignature(errors.Unauthenticated):
    code = "wechat_bad_signature"
    zh = "微信支付通知的签名缺失或无效，或内容无法解密。"
    en = "The signature of the WeChat Pay callback is missing or wrong, or its content can't be opened."


class StaleWeChatNotice(errors.Unauthenticated):
    code = "wechat_stale_notice"
    zh = "微信支付通知的时间与当前时间相差超过5分钟。"
    en = "The WeChat Pay callback's time is more than 5 minutes away."


class NotPayable(Exception):
    """WeChat doesn't take this order any more: paid, closed or used. Asking how it stands tells which."""


class WeChatPayRefused(RuntimeError):
    """WeChat Pay answered with an error that is ours to mend (the merchant, its keys, what we send)."""


class RefundRefused(Exception):
    """WeChat doesn't take a refund as things are: its status and code. It may later."""


class WeChatPayClient:
    """Speaks to WeChat Pay at `url` as a merchant.

    `serial_no` and `private_key` are of the merchant's certificate (the key in short: merchant_key.py), `public_keys`
    WeChat's by their ids, the newest first: during a rotation there are two.
    """

    def __init__(
        self,
        *,
        url: str,
        merchant: Merchant,
        serial_no: str,
        private_key: str,
        api_v3_key: str,
        public_keys: Mapping[str, str],
        notify_url: str,
    ) -> None:
        self.merchant = merchant
        self._public_keys = dict(public_keys)
        self._newest = next(iter(public_keys))

        @cache
        def sdk(key_id: str) -> "WeChatPay":
            from wechatpayv3 import WeChatPay, WeChatPayType

            made = WeChatPay(
                wechatpay_type=WeChatPayType.JSAPI,
                mchid=merchant.mch_id,
                appid=merchant.app_id,
                private_key=merchant_key.whole(private_key),
                cert_serial_no=serial_no,
                apiv3_key=api_v3_key,
                notify_url=notify_url,
                timeout=_TIMEOUT_SECONDS,
                public_key_id=key_id,
                public_key=self._public_keys[key_id],
            )
            made._core._gate_way = url.rstrip("/")  # it has no other way to be told; a test holds that it is used
            return made

        self._sdk = sdk

    def prepay(self, order: PaymentOrder, *, openid: str) -> str:
        """Make an order, or find it as it was made: the id with which it is paid in the next two hours.

        Raises NotPayable, Unavailable, WeChatPayRefused.
        """
        status, told = self._call(
            "pay",
            description=order.description,
            out_trade_no=order.out_trade_no,
            amount={"total": int(order.amount_fen), "currency": "CNY"},
            payer={"openid": openid},
            time_expire=clock.shown(order.expires_at),
            attach=order.account_no,  # into which the bank brings what was paid
        )
        if status != 200:
            raise _refusal("prepay", status, told)
        return str(told["prepay_id"])

    def pay_sign(self, prepay_id: str, *, timestamp: str, nonce: str) -> str:
        """The signature with which the mini-program calls `wx.requestPayment`."""
        parts = [self.merchant.app_id, timestamp, nonce, f"prepay_id={prepay_id}"]
        signature: str = self._sdk(self._newest).sign(parts)
        return signature

    def ask(self, out_trade_no: str) -> Trade | None:
        """How an order stands at WeChat; None when it knows none. Raises Unavailable, WeChatPayRefused."""
        status, told = self._call("query", out_trade_no=out_trade_no)
        if status == 404 and told.get("code") == "ORDER_NOT_EXIST":
            return None
        if status != 200:
            raise WeChatPayRefused(f"query: {status} {told}")
        return trades.parse(told)

    def close(self, out_trade_no: str) -> bool:
        """Let an order not be paid any more; False when WeChat doesn't close it: it may be paid.

        Raises Unavailable, WeChatPayRefused.
        """
        status, told = self._call("close", out_trade_no=out_trade_no)
        if status in (200, 204) or told.get("code") in ("ORDER_CLOSED", "ORDER_NOT_EXIST"):
            return True
        if status in (400, 403):
            return False
        raise WeChatPayRefused(f"close: {status} {told}")

    def refund(self, refund: WeChatRefund) -> RefundTold:
        """Ask for a refund; the same one again is answered as the first. Raises RefundRefused, Unavailable."""
        status, told = self._call(
            "refund",
            out_refund_no=refund.payment_id,
            out_trade_no=refund.out_trade_no,
            reason=_REFUND_REASON,
            funds_account="AVAILABLE",  # what the bank has brought for it
            amount={"refund": int(refund.amount_fen), "total": int(refund.total_fen), "currency": "CNY"},
        )
        if status != 200:
            raise RefundRefused(f"{status} {told.get('code', '')}")
        return trades.parse_refund(told)

    def ask_refund(self, out_refund_no: str) -> RefundTold | None:
        """How a refund stands at WeChat; None when it knows none. Raises RefundRefused, Unavailable."""
        status, told = self._call("query_refund", out_refund_no=out_refund_no)
        if status == 404 and told.get("code") == "RESOURCE_NOT_EXISTS":
            return None
        if status != 200:
            raise RefundRefused(f"{status} {told.get('code', '')}")
        return trades.parse_refund(told)

    def open(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """A callback, its signature checked over the raw bytes and its content decrypted.

        Raises BadWeChatSignature, StaleWeChatNotice, WrongTrade.
        """
        lower = {name.lower(): value for name, value in headers.items()}
        sent = {f"wechatpay-{name}": lower.get(f"wechatpay-{name}", "") for name in _HEADERS}
        key_id, timestamp = sent["wechatpay-serial"], sent["wechatpay-timestamp"]
        if key_id not in self._public_keys or not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > 12:
            raise BadWeChatSignature()  # the package would ask WeChat for the certificate of any number
        try:
            told = self._sdk(key_id).callback(headers=sent, body=body)
        except Exception:  # it raises what comes along for what it can't read
            raise BadWeChatSignature() from None
        if not isinstance(told, dict):
            raise BadWeChatSignature()
        if abs(int(timestamp) - now.timestamp()) > TOLERANCE_SECONDS:
            raise StaleWeChatNotice()
        return _notice(told)

    def _call(self, method: str, **told: Any) -> tuple[int, dict[str, Any]]:
        """An answer's status and body. Raises Unavailable, where there is none that can be trusted."""
        try:
            status, text = getattr(self._sdk(self._newest), method)(**told)
            body = json.loads(text) if text else {}
        except Exception as error:  # no connection, no answer, an answer that WeChat hasn't signed
            raise errors.Unavailable() from error
        if status >= 500 or status == 429 or not isinstance(body, dict):
            raise errors.Unavailable()
        return status, body


def _notice(told: Mapping[str, Any]) -> Notice:
    event_id, event_type, content = str(told.get("id", "")), str(told.get("event_type", "")), told["resource"]
    if not 0 < len(event_id) <= 64 or not event_id.isascii() or not event_id.isprintable():
        raise trades.WrongTrade(pointer="/id", pointer_text="/id")
    written = json.dumps([event_type, content], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(written.encode()).hexdigest()
    if event_type.startswith("REFUND."):
        return Notice(event_id, event_type, digest, None, trades.parse_refund(content))
    paid = event_type == "TRANSACTION.SUCCESS"
    return Notice(event_id, event_type, digest, trades.parse(content) if paid else None)


def _refusal(what: str, status: int, told: Mapping[str, Any]) -> Exception:
    if told.get("code") in ("ORDERPAID", "ORDER_PAID", "ORDER_CLOSED", "OUT_TRADE_NO_USED", "INVALID_REQUEST"):
        return NotPayable(told["code"])
    return WeChatPayRefused(f"{what}: {status} {told}")
