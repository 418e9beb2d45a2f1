"""Refunds at WeChat (微信退款): what the bank has paid to WeChat for a guardian, passed on to her by WeChat."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import EnrolmentId, InstitutionId
from shared.kernel.money import Fen


class RefundState(StrEnum):
    """How a refund stands at WeChat, in its words."""

    PROCESSING = "PROCESSING"
    SUCCESS = "SUCCESS"
    ABNORMAL = "ABNORMAL"
    CLOSED = "CLOSED"


class RefundStatus(StrEnum):
    """prepared → processing → success | abnormal | closed; abnormal → success | closed.

    Abnormal: the guardian's account at WeChat takes nothing, and the bureau sees to it at WeChat.
    """

    PREPARED = "prepared"
    PROCESSING = "processing"
    SUCCESS = "success"
    ABNORMAL = "abnormal"
    CLOSED = "closed"


@dataclass(frozen=True)
class WeChatRefund:
    """One payment of the bank's to WeChat, on its way to who paid the order. `edits` counts its changes.

    `payment_id` is the id under which the bank was instructed, and our number of it at WeChat: it never changes between
    tries. `amount_fen` is passed on; `beyond_fen` is what the bank has paid beyond what the order can give back
    (interest, say), which WeChat can't pass on. `arrives_by`: the last day on which it is expected there.
    """

    enrolment_id: EnrolmentId
    order_number: int
    payment_id: str
    institution_id: InstitutionId
    out_trade_no: str
    total_fen: Fen
    amount_fen: Fen
    beyond_fen: Fen
    made_at: datetime
    arrives_by: date
    look_at: datetime
    status: RefundStatus = RefundStatus.PREPARED
    wechat_refund_id: str = ""
    ended_at: datetime | None = None
    tries: int = 0
    failure: str = ""
    edits: int = 1

    @property
    def over(self) -> bool:
        """Whether WeChat isn't to be asked about it any more."""
        return self.status in (RefundStatus.SUCCESS, RefundStatus.CLOSED)


@dataclass(frozen=True)
class RefundTold:
    """What WeChat says of a refund, in a callback, as an answer, or when it is asked. `mch_id` in callbacks only."""

    out_trade_no: str
    out_refund_no: str
    state: RefundState
    wechat_refund_id: str
    amount_fen: int
    total_fen: int
    mch_id: str = ""
    ended_at: datetime | None = None
