"""Reads what was sent against the model that documents it, and says what is wrong with each field."""

from collections.abc import Mapping
from typing import Any

import pydantic

from functions.edge import problems
from functions.edge.problems import FieldError, InvalidRequest
from shared.kernel import strict_json

MAX_BODY_BYTES = 64 * 1024
_FIELDS_TOLD = 20
_POINTER_LENGTH = 200

# What pydantic finds -> our stable code, and a sentence in both languages with pydantic's figures.
_WRONG = {
    "missing": ("missing", "必填。", "This is required."),
    "extra_forbidden": ("unknown_field", "没有这个字段。", "There is no such field."),
    "model_type": ("not_an_object", "应为对象。", "This must be an object."),
    "dict_type": ("not_an_object", "应为对象。", "This must be an object."),
    "list_type": ("not_a_list", "应为列表。", "This must be a list."),
    "bool_type": ("not_true_or_false", "应为 true 或 false。", "This must be true or false."),
    "int_type": ("not_whole", "应为整数。", "This must be a whole number."),
    "int_parsing": ("not_whole", "应为整数。", "This must be a whole number."),
    "int_from_float": ("not_whole", "应为整数。", "This must be a whole number."),
    "int_parsing_size": ("not_whole", "应为整数。", "This must be a whole number."),
    "string_type": ("not_text", "应为文字。", "This must be text."),
    "string_too_short": ("too_short", "至少 {min_length} 个字符。", "At least {min_length} characters."),
    "string_too_long": ("too_long", "至多 {max_length} 个字符。", "At most {max_length} characters."),
    "string_pattern_mismatch": ("wrong_format", "格式应符合 {pattern}。", "This must match {pattern}."),
    "too_short": ("too_few", "至少 {min_length} 项。", "At least {min_length} of them."),
    "too_long": ("too_many", "至多 {max_length} 项。", "At most {max_length} of them."),
    "literal_error": ("not_one_of", "应为以下之一：{expected}。", "This must be one of {expected}."),
    "enum": ("not_one_of", "应为以下之一：{expected}。", "This must be one of {expected}."),
    "greater_than_equal": ("too_small", "不得小于 {ge}。", "At least {ge}."),
    "greater_than": ("too_small", "应大于 {gt}。", "More than {gt}."),
    "less_than_equal": ("too_great", "不得大于 {le}。", "At most {le}."),
    "less_than": ("too_great", "应小于 {lt}。", "Less than {lt}."),
    "date_type": ("not_a_date", "应为日期，如 2026-09-01。", "This must be a date, such as 2026-09-01."),
    "date_parsing": ("not_a_date", "应为日期，如 2026-09-01。", "This must be a date, such as 2026-09-01."),
    "date_from_datetime_parsing": (
        "not_a_date",
        "应为日期，如 2026-09-01。",
        "This must be a date, such as 2026-09-01.",
    ),
}
_WRONG_VALUE = ("wrong_value", "内容有误。", "This is not a right value.")


def body_of(http: Any, model: type[pydantic.BaseModel], *, language: str) -> pydantic.BaseModel:
    """The body of a Chalice request; an empty one is `{}`.

    Raises TooLarge, WrongContentType, BrokenJson, InvalidRequest.
    """
    raw = http.raw_body
    if len(raw) > MAX_BODY_BYTES:
        raise problems.TooLarge()
    content_type = http.headers.get("content-type", "application/json")
    if raw and content_type.split(";")[0].strip().lower() != "application/json":
        raise problems.WrongContentType()
    raw = raw.strip() or b"{}"
    try:
        strict_json.read(raw)  # pydantic would let NaN and repeated names pass, and say less clearly what is broken
    except ValueError:
        raise problems.BrokenJson() from None
    try:
        return model.model_validate_json(raw)
    except pydantic.ValidationError as error:
        raise _refused(error, language) from None


def query_of(http: Any, model: type[pydantic.BaseModel], *, language: str) -> pydantic.BaseModel:
    """The query of a Chalice request. Raises InvalidRequest."""
    try:
        return model.model_validate(dict(http.query_params or {}))
    except pydantic.ValidationError as error:
        raise _refused(error, language) from None


def _refused(error: pydantic.ValidationError, language: str) -> problems.BrokenJson | InvalidRequest:
    found = error.errors(include_url=False, include_input=False)
    if any(one["type"] == "json_invalid" for one in found):
        return problems.BrokenJson()
    return InvalidRequest([_field(one, language) for one in found[:_FIELDS_TOLD]])


def _field(found: Mapping[str, Any], language: str) -> FieldError:
    code, zh, en = _WRONG.get(found["type"], _WRONG_VALUE)
    figures = {name: str(value).replace(" or ", ", ") for name, value in found.get("ctx", {}).items()}
    return FieldError(_pointer(found["loc"]), code, (en if language == "en" else zh).format(**figures))


def _pointer(path: tuple[int | str, ...]) -> str:
    """The JSON pointer (RFC 6901) of a field; a query's field has one name, like a body's at the top."""
    pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return pointer[:_POINTER_LENGTH]
