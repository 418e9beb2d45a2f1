"""Payment orders (缴费订单): what a guardian is to pay by WeChat Pay, and what has become of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import EnrolmentId, InstitutionId
from shared.kernel.money import Fen
from shared.payments.refund_model import RefundTold


class Status(StrEnum):
    """prepared → paid_unsettled → settled; prepared → closed; paid_unsettled → refunded (at WeChat)."""

    PREPARED = "prepared"
    PAID_UNSETTLED = "paid_unsettled"
    SETTLED = "settled"
    CLOSED = "closed"
    REFUNDED = "refunded"


class TradeState(StrEnum):
    """How an order stands at WeChat, in its words."""

    SUCCESS = "SUCCESS"
    REFUND = "REFUND"
    NOTPAY = "NOTPAY"
    CLOSED = "CLOSED"
    REVOKED = "REVOKED"
    USERPAYING = "USERPAYING"
    PAYERROR = "PAYERROR"


class Waits(StrEnum):
    """What an order waits for: the guardian's payment, or the bank's deposit."""

    PAYMENT = "payment"
    SETTLEMENT = "settlement"


@dataclass(frozen=True)
class Merchant:
    """Who WeChat Pay knows us as: a merchant number and the mini-program's id."""

    mch_id: str
    app_id: str


@dataclass(frozen=True)
class Wanted:
    """What an enrolment wants paid: all that is due on it, before it expires, into its school's supervised account."""

    enrolment_id: EnrolmentId
    institution_id: InstitutionId
    account_no: str
    amount_fen: Fen
    description: str
    expires_at: datetime


@dataclass(frozen=True)
class PaymentOrder:
    """One try to pay an enrolment by WeChat Pay. `edits` counts its changes.

    `look_at` is when WeChat is asked next, where it waits for the payment; `settle_by` the last day on which the bank's
    deposit is expected, once it is paid. `settled_fen` is what the bank has brought under it, `suspense_fen` the part
    of that which couldn't be given to an enrolment, `refunded_fen` what WeChat was asked to give back of it. `differs`
    names what WeChat has told otherwise than was agreed.
    """

    enrolment_id: EnrolmentId
    number: int
    institution_id: InstitutionId
    account_no: str
    amount_fen: Fen
    description: str
    made_at: datetime
    expires_at: datetime
    look_at: datetime
    status: Status = Status.PREPARED
    transaction_id: str = ""
    paid_at: datetime | None = None
    settle_by: date | None = None
    bank_reference: str = ""
    settled_at: datetime | None = None
    settled_fen: Fen = Fen(0)
    suspense_fen: Fen = Fen(0)
    differs: str = ""
    refunded_fen: Fen = Fen(0)
    edits: int = 1

    @property
    def out_trade_no(self) -> str:
        """Our number of it at WeChat: the enrolment's payment reference and the number of the try.

        The bank's remittance text carries it, so the deposit finds the enrolment by the reference as any other does.
        """
        return f"{self.enrolment_id.removeprefix('enr_')}-{self.number}"

    @property
    def over(self) -> bool:
        """Whether nothing more is expected of it, so that another try may begin."""
        return self.status in (Status.SETTLED, Status.CLOSED, Status.REFUNDED)

    @property
    def waits_for(self) -> Waits | None:
        """What it waits for."""
        return {Status.PREPARED: Waits.PAYMENT, Status.PAID_UNSETTLED: Waits.SETTLEMENT}.get(self.status)


@dataclass(frozen=True)
class Trade:
    """What WeChat says of an order, in a callback or when it is asked."""

    out_trade_no: str
    mch_id: str
    app_id: str
    state: TradeState
    transaction_id: str = ""
    amount_fen: int | None = None
    currency: str | None = None
    paid_at: datetime | None = None


@dataclass(frozen=True)
class Notice:
    """A callback of WeChat Pay, checked and opened. `digest` tells a repeat from another one under the same id."""

    event_id: str
    event_type: str
    digest: str
    trade: Trade | None
    refund: RefundTold | None = None
