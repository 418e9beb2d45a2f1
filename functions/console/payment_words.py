"""The console's words for payment orders, Chinese and English side by side."""

from collections.abc import Mapping

from shared.payments.model import Status

Both = tuple[str, str]

STATUSES: Mapping[Status, Both] = {
    Status.PREPARED: ("待支付", "To be paid"),
    Status.PAID_UNSETTLED: ("已微信支付，待银行入账", "Paid by WeChat, waiting for the bank"),
    Status.SETTLED: ("银行已入账", "Settled by the bank"),
    Status.CLOSED: ("已关闭", "Closed"),
    Status.REFUNDED: ("微信已退款", "Refunded by WeChat"),
}

BADGES: Mapping[Status, str] = {
    Status.PREPARED: "grey",
    Status.PAID_UNSETTLED: "yellow",
    Status.SETTLED: "calm",
    Status.CLOSED: "grey",
    Status.REFUNDED: "red",
}

DIFFERS: Mapping[str, Both] = {
    "amount": ("金额", "amount"),
    "currency": ("币种", "currency"),
    "mchid": ("商户号", "merchant"),
    "appid": ("小程序", "app"),
    "transaction": ("微信支付订单号", "transaction"),
    "event": ("同一通知编号的内容", "content under one event id"),
    "deposit": ("银行入账金额", "amount of the bank's deposit"),
}
