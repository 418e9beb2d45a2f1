"""What the bank sends, read strictly: anything that isn't exactly the documented shape is refused with its field."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

import pydantic
from pydantic import BeforeValidator, Field, StringConstraints

from events import facts
from shared.kernel import errors, field_problems, strict_json
from shared.kernel.money import Fen

MAX_BODY_BYTES = 64 * 1024


class NotJson(errors.Invalid):
    status = 400
    code = "broken_json"
    zh = "请求正文不是有效的 JSON。"
    en = "The body is not valid JSON."


class WrongMessage(errors.Invalid):
    code = "wrong_bank_message"
    zh = "银行消息格式有误：{pointer_text} {problem_zh}"
    en = "The bank message is wrong: {pointer_text} {problem}"


class TooLarge(errors.Invalid):
    status = 413
    code = "too_large"
    zh = "请求正文超过 64 KiB。"
    en = "The body is over 64 KiB."


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)


_MOMENT = r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"


def _with_zone(told: object) -> object:
    if not isinstance(told, str) or not re.fullmatch(_MOMENT, told):
        raise ValueError("should be a moment with its zone, such as 2026-09-01T10:00:00+08:00")
    return told


_DAY = r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}$"


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


class Deposit(_Strict):
    bank_reference: Reference
    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    payer_name: Text
    payer_account_no: Text
    remittance: Text
    booked_at: Moment

    def fact(self) -> facts.DepositPosted:
        return facts.DepositPosted(**_facts_of(self))


class Reversal(_Strict):
    bank_reference: Reference
    original_reference: Reference
    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    reason: Text
    booked_at: Moment

    def fact(self) -> facts.DepositReversed:
        return facts.DepositReversed(**_facts_of(self))


class Withdrawal(_Strict):
    bank_reference: Reference
    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    counterparty: Text
    purpose: Text
    booked_at: Moment

    def fact(self) -> facts.WithdrawalPosted:
        return facts.WithdrawalPosted(**_facts_of(self))


class Settled(_Strict):
    payout_id: Text
    bank_reference: Reference
    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    booked_at: Moment

    def fact(self) -> facts.PayoutSettled:
        return facts.PayoutSettled(**_facts_of(self))


class PartlySettled(_Strict):
    payout_id: Text
    bank_reference: Reference
    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    booked_at: Moment

    def fact(self) -> facts.PayoutPartlySettled:
        return facts.PayoutPartlySettled(**_facts_of(self))


class SentBack(_Strict):
    payout_id: Text
    bank_reference: Reference
    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    reason: Text
    booked_at: Moment

    def fact(self) -> facts.PayoutReturned:
        return facts.PayoutReturned(**_facts_of(self))


class Recalled(_Strict):
    payout_id: Text
    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    booked_at: Moment

    def fact(self) -> facts.PayoutRecalled:
        return facts.PayoutRecalled(**_facts_of(self))


class Failed(_Strict):
    payout_id: Text
    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    reason: Text
    booked_at: Moment

    def fact(self) -> facts.PayoutFailed:
        return facts.PayoutFailed(**_facts_of(self))


class Refunded(_Strict):
    payment_id: Text
    bank_reference: Reference
    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    booked_at: Moment

    def fact(self) -> facts.RefundPaid:
        return facts.RefundPaid(**_facts_of(self))


class NotRefunded(_Strict):
    payment_id: Text
    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    reason: Text
    booked_at: Moment

    def fact(self) -> facts.RefundFailed:
        return facts.RefundFailed(**_facts_of(self))


class MinimumPaid(_Strict):
    withdrawal_id: Text
    bank_reference: Reference
    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    booked_at: Moment

    def fact(self) -> facts.MinimumWithdrawalPaid:
        return facts.MinimumWithdrawalPaid(**_facts_of(self))


class MinimumNotPaid(_Strict):
    withdrawal_id: Text
    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    reason: Text
    booked_at: Moment

    def fact(self) -> facts.MinimumWithdrawalFailed:
        return facts.MinimumWithdrawalFailed(**_facts_of(self))


class Returned(_Strict):
    notice_no: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{3,6}$")]
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z+/=]{40,200}$")]
    bank_reference: Reference
    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    booked_at: Moment

    def fact(self) -> facts.TerminationPaid:
        return facts.TerminationPaid(**_facts_of(self))


class Interest(_Strict):
    """Both days of the period are in it."""

    bank_reference: Reference
    account_no: AccountNo
    amount_fen: Amount
    currency: Literal["CNY"]
    period_from: Day
    period_to: Day
    booked_at: Moment

    @pydantic.field_validator("period_to")
    @classmethod
    def _ends_after_it_begins(cls, told: date, info: pydantic.ValidationInfo) -> date:
        if "period_from" in info.data and told < info.data["period_from"]:
            raise ValueError("should be period_from or a later day")
        return told

    def fact(self) -> facts.InterestPosted:
        return facts.InterestPosted(**_facts_of(self))


class DepositPosted(_Strict):
    type: Literal["deposit.posted"]
    occurred_at: Moment
    data: Deposit


class DepositReversed(_Strict):
    type: Literal["deposit.reversed"]
    occurred_at: Moment
    data: Reversal


class WithdrawalPosted(_Strict):
    type: Literal["withdrawal.posted"]
    occurred_at: Moment
    data: Withdrawal


class PayoutSettled(_Strict):
    type: Literal["payout.settled"]
    occurred_at: Moment
    data: Settled


class PayoutPartlySettled(_Strict):
    type: Literal["payout.partly_settled"]
    occurred_at: Moment
    data: PartlySettled


class PayoutRecalled(_Strict):
    type: Literal["payout.recalled"]
    occurred_at: Moment
    data: Recalled


class PayoutReturned(_Strict):
    type: Literal["payout.returned"]
    occurred_at: Moment
    data: SentBack


class PayoutFailed(_Strict):
    type: Literal["payout.failed"]
    occurred_at: Moment
    data: Failed


class RefundPaid(_Strict):
    type: Literal["refund.paid"]
    occurred_at: Moment
    data: Refunded


class RefundFailed(_Strict):
    type: Literal["refund.failed"]
    occurred_at: Moment
    data: NotRefunded


class MinimumWithdrawalPaid(_Strict):
    type: Literal["minimum_withdrawal.paid"]
    occurred_at: Moment
    data: MinimumPaid


class MinimumWithdrawalFailed(_Strict):
    type: Literal["minimum_withdrawal.failed"]
    occurred_at: Moment
    data: MinimumNotPaid


class TerminationPaid(_Strict):
    type: Literal["termination.paid"]
    occurred_at: Moment
    data: Returned


class InterestPosted(_Strict):
    type: Literal["interest.posted"]
    occurred_at: Moment
    data: Interest


Message = Annotated[
    DepositPosted
    | DepositReversed
    | WithdrawalPosted
    | PayoutSettled
    | PayoutPartlySettled
    | PayoutRecalled
    | PayoutReturned
    | PayoutFailed
    | RefundPaid
    | RefundFailed
    | InterestPosted
    | MinimumWithdrawalPaid
    | MinimumWithdrawalFailed
    | TerminationPaid,
    Field(discriminator="type"),
]
_message: pydantic.TypeAdapter[Message] = pydantic.TypeAdapter(Message)


_UNKNOWN_TYPE = ("unknown_type", "没有这种消息类型。", "There is no such type of message.")


def parse(body: bytes) -> facts.BankFact:
    """The fact that a message tells. Raises NotJson, WrongMessage (with the pointer of the first field at fault)."""
    try:
        told = strict_json.read(body)
    except ValueError:
        raise NotJson() from None
    try:
        return _message.validate_python(told).data.fact()
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        unknown_type = first["type"].startswith("union_tag")
        pointer = "/type" if unknown_type else "".join(f"/{step}" for step in first["loc"][1:])
        _, zh, en = _UNKNOWN_TYPE if unknown_type else field_problems.told(first["type"], first.get("ctx", {}))
        raise WrongMessage(pointer=pointer, pointer_text=pointer, problem_zh=zh, problem=en) from None


def schema() -> dict[str, object]:
    """The JSON schema of every message, for the API's document."""
    return _message.json_schema(ref_template="#/components/schemas/{model}")


def _facts_of(data: _Strict) -> dict[str, Any]:
    told = data.model_dump(exclude={"currency"})
    return {**told, "amount_fen": Fen(told["amount_fen"])}
