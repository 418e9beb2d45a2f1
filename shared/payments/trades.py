"""What WeChat Pay says of an order, read strictly where we use it; it may say more."""

from datetime import datetime
from typing import Annotated, Any, TypeVar

import pydantic
from pydantic import AliasChoices, Field, StringConstraints

from shared.kernel import errors
from shared.payments.model import Trade, TradeState
from shared.payments.refund_model import RefundState, RefundTold

M = TypeVar("M", bound=pydantic.BaseModel)


class WrongTrade(errors.Invalid):
    code = "wrong_wechat_trade"
    zh = "微信支付的内容格式有误：{pointer_text}"
    en = "What WeChat Pay tells is wrong: {pointer_text}"


Text = Annotated[str, StringConstraints(max_length=64)]


class _Amount(pydantic.BaseModel):
    """`total` is what the order is for, in whole fen."""

    model_config = pydantic.ConfigDict(extra="ignore", strict=True, frozen=True)
    total: Annotated[int, Field(ge=0, le=10**13)]
    currency: Text


class _Transaction(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="ignore", strict=True, frozen=True)
    out_trade_no: Text
    mchid: Text
    appid: Text
    trade_state: Annotated[TradeState, Field(strict=False)]
    transaction_id: Text = ""
    amount: _Amount | None = None
    success_time: Annotated[datetime, Field(strict=False)] | None = None

    @pydantic.field_validator("success_time")
    @classmethod
    def _has_a_zone(cls, told: datetime | None) -> datetime | None:
        if told is not None and told.tzinfo is None:
            raise ValueError("should have a zone")
        return told


class _RefundAmount(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="ignore", strict=True, frozen=True)
    total: Annotated[int, Field(ge=0, le=10**13)]
    refund: Annotated[int, Field(ge=0, le=10**13)]


class _Refund(pydantic.BaseModel):
    """A callback says `refund_status`, an answer `status`."""

    model_config = pydantic.ConfigDict(extra="ignore", strict=True, frozen=True)
    out_trade_no: Text
    out_refund_no: Text
    refund_id: Text
    status: Annotated[RefundState, Field(strict=False, validation_alias=AliasChoices("refund_status", "status"))]
    amount: _RefundAmount
    mchid: Text = ""
    success_time: Annotated[datetime, Field(strict=False)] | None = None


def parse_refund(told: Any) -> RefundTold:
    """The refund that WeChat tells. Raises WrongTrade with the pointer of the first field at fault."""
    found = _read(_Refund, told)
    return RefundTold(
        out_trade_no=found.out_trade_no,
        out_refund_no=found.out_refund_no,
        state=found.status,
        wechat_refund_id=found.refund_id,
        amount_fen=found.amount.refund,
        total_fen=found.amount.total,
        mch_id=found.mchid,
        ended_at=found.success_time if found.success_time and found.success_time.tzinfo else None,
    )


def _read(model: type[M], told: Any) -> M:
    """Raises WrongTrade."""
    try:
        return model.model_validate(told)
    except pydantic.ValidationError as error:
        pointer = "".join(f"/{step}" for step in error.errors()[0]["loc"])
        raise WrongTrade(pointer=pointer, pointer_text=pointer) from None


def parse(told: Any) -> Trade:
    """The trade that WeChat tells. Raises WrongTrade with the pointer of the first field at fault."""
    found = _read(_Transaction, told)
    return Trade(
        out_trade_no=found.out_trade_no,
        mch_id=found.mchid,
        app_id=found.appid,
        state=found.trade_state,
        transaction_id=found.transaction_id,
        amount_fen=found.amount.total if found.amount else None,
        currency=found.amount.currency if found.amount else None,
        paid_at=found.success_time,
    )
