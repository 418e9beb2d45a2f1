"""What the data of each kind of message must be, field by field, and the fact that it tells."""

import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

import pydantic
from pydantic import BeforeValidator, Field, StringConstraints

from events import facts
from shared.kernel.money import Fen

_MOMENT = r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
_DAY = r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}$"


def _with_zone(told: object) -> object:
    if not isinstance(told, str) or not re.fullmatch(_MOMENT, told):
        raise ValueError("should be a moment with its zone, such as 2026-09-01T10:00:00+08:00")
    return told


def _day(told: object) -> object:
    if not isinstance(told, str) or not re.fullmatch(_DAY, told):
        raise ValueError("should be a day, such as 2026-09-20")
    return told


Reference = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{6,64}$")]
AccountNo = Annotated[str, StringConstraints(pattern=r"^[0-9]{8,30}$")]
Amount = Annotated[int, Field(gt=0, le=10**13, description="whole fen")]
Moment = Annotated[datetime, Field(strict=False, json_schema_extra={"pattern": _MOMENT}), BeforeValidator(_with_zone)]
Day = Annotated[date, Field(strict=False, json_schema_extra={"pattern": _DAY}), BeforeValidator(_day)]
Text = Annotated[str, StringConstraints(max_length=200)]
NoticeNo = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{3,6}$")]


class Strict(pydantic.BaseModel):
    """Exactly these fields, of exactly these types."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)


class Data(Strict):
    """What every message says of an account of ours. `tells` is the fact that it becomes."""

    tells: ClassVar[type[Any]]

    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    booked_at: Moment

    def fact(self) -> facts.BankFact:
        """The fact; everything is in CNY."""
        told = self.model_dump(exclude={"currency"})
        fact: facts.BankFact = self.tells(**{**told, "amount_fen": Fen(told["amount_fen"])})
        return fact


class Movement(Data):
    """Money has moved: the bank gives a reference."""

    bank_reference: Reference


class Deposit(Movement):
    tells = facts.DepositPosted
    payer_name: Text
    payer_account_no: Text
    remittance: Text


class Reversal(Movement):
    tells = facts.DepositReversed
    original_reference: Reference
    reason: Text


class Withdrawal(Movement):
    tells = facts.WithdrawalPosted
    counterparty: Text
    purpose: Text


class Settled(Movement):
    tells = facts.PayoutSettled
    payout_id: Text


class PartlySettled(Movement):
    tells = facts.PayoutPartlySettled
    payout_id: Text


class SentBack(Movement):
    tells = facts.PayoutReturned
    payout_id: Text
    reason: Text


class Recalled(Data):
    tells = facts.PayoutRecalled
    payout_id: Text


class Failed(Data):
    tells = facts.PayoutFailed
    payout_id: Text
    reason: Text


class Refunded(Movement):
    tells = facts.RefundPaid
    payment_id: Text


class NotRefunded(Data):
    tells = facts.RefundFailed
    payment_id: Text
    reason: Text


class MinimumPaid(Movement):
    tells = facts.MinimumWithdrawalPaid
    withdrawal_id: Text


class MinimumNotPaid(Data):
    tells = facts.MinimumWithdrawalFailed
    withdrawal_id: Text
    reason: Text


class Returned(Movement):
    tells = facts.TerminationPaid
    notice_no: NoticeNo
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z+/=]{40,200}$")]


class NotReturned(Data):
    tells = facts.TerminationFailed
    notice_no: NoticeNo
    reason: Text


class Interest(Movement):
    """Both days of the period are in it."""

    tells = facts.InterestPosted
    period_from: Day
    period_to: Day

    @pydantic.field_validator("period_to")
    @classmethod
    def _ends_after_it_begins(cls, told: date, info: pydantic.ValidationInfo) -> date:
        if "period_from" in info.data and told < info.data["period_from"]:
            raise ValueError("should be period_from or a later day")
        return told
