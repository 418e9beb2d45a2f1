"""What the bank sends, read strictly: anything that isn't exactly the documented shape is refused with its field."""

from typing import Annotated, Any, Literal, Union

import pydantic
from pydantic import Field

from events import facts
from shared.bank import message_data as data
from shared.kernel import errors, field_problems, strict_json

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


KINDS: dict[str, type[data.Data]] = {
    "deposit.posted": data.Deposit,
    "deposit.reversed": data.Reversal,
    "withdrawal.posted": data.Withdrawal,
    "payout.settled": data.Settled,
    "payout.partly_settled": data.PartlySettled,
    "payout.recalled": data.Recalled,
    "payout.returned": data.SentBack,
    "payout.failed": data.Failed,
    "refund.paid": data.Refunded,
    "refund.failed": data.NotRefunded,
    "interest.posted": data.Interest,
    "minimum_withdrawal.paid": data.MinimumPaid,
    "minimum_withdrawal.failed": data.MinimumNotPaid,
    "termination.paid": data.Returned,
    "termination.failed": data.NotReturned,
}
"""Every kind of message, by its type, and what its data must be."""


def _envelope(kind: str, told: type[data.Data]) -> type[pydantic.BaseModel]:
    """A whole message: `type`, when it happened, its data. Named after the fact, for the API's document."""
    fields: dict[str, Any] = {"type": (Literal[kind], ...), "occurred_at": (data.Moment, ...), "data": (told, ...)}
    return pydantic.create_model(told.tells.__name__, __base__=data.Strict, **fields)


_envelopes = tuple(_envelope(kind, told) for kind, told in KINDS.items())
_Message: Any = Annotated[Union[_envelopes], Field(discriminator="type")]  # noqa: UP007 -- of a tuple
_message: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(_Message)
_UNKNOWN_TYPE = ("unknown_type", "没有这种消息类型。", "There is no such type of message.")


def parse(body: bytes) -> facts.BankFact:
    """The fact that a message tells. Raises NotJson, WrongMessage (with the pointer of the first field at fault)."""
    try:
        told = strict_json.read(body)
    except ValueError:
        raise NotJson() from None
    try:
        found: data.Data = _message.validate_python(told).data
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        unknown_type = first["type"].startswith("union_tag")
        pointer = "/type" if unknown_type else "".join(f"/{step}" for step in first["loc"][1:])
        _, zh, en = _UNKNOWN_TYPE if unknown_type else field_problems.told(first["type"], first.get("ctx", {}))
        raise WrongMessage(pointer=pointer, pointer_text=pointer, problem_zh=zh, problem=en) from None
    return found.fact()


def schema() -> dict[str, object]:
    """The JSON schema of every message, for the API's document."""
    return _message.json_schema(ref_template="#/components/schemas/{model}")
