"""Reads what was sent against the model that documents it, and says what is wrong with each field."""

from collections.abc import Mapping
from typing import Any

import pydantic

from functions.edge import problems
from functions.edge.problems import FieldError, InvalidRequest
from shared.kernel import field_problems, strict_json

MAX_BODY_BYTES = 64 * 1024
_FIELDS_TOLD = 20
_POINTER_LENGTH = 200


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
    code, zh, en = field_problems.told(found["type"], found.get("ctx", {}))
    return FieldError(_pointer(found["loc"]), code, en if language == "en" else zh)


def _pointer(path: tuple[int | str, ...]) -> str:
    """The JSON pointer (RFC 6901) of a field; a query's field has one name, like a body's at the top."""
    pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return pointer[:_POINTER_LENGTH]
