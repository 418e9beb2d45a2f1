"""The console's words for payment orders, Chinese and English side by side."""

from collections.abc import Mapping

from shared.payments.model import Status
from shared.payments.refund_model import RefundStatus

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
    "refund mchid": ("退款的商户号", "refund's merchant"),
    "refund order": ("退款的订单号", "refund's order"),
    "refund total": ("退款的订单金额", "refund's order amount"),
    "refund amount": ("退款金额", "refund's amount"),
    "refund id": ("微信退款单号", "refund's id"),
    "deposit": ("银行入账金额", "amount of the bank's deposit"),
}

REFUNDS: Mapping[RefundStatus, Both] = {
    RefundStatus.PREPARED: ("待申请", "to be asked for"),
    RefundStatus.PROCESSING: ("处理中", "under way"),
    RefundStatus.SUCCESS: ("已退到家长", "has reached the guardian"),
    RefundStatus.ABNORMAL: ("异常，待在微信商户平台办理", "abnormal, to be seen to at WeChat"),
    RefundStatus.CLOSED: ("已关闭", "closed"),
}
