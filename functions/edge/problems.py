"""Refusals as problem documents (RFC 9457), in the language that was asked for."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from functions.edge.settings import settings
from shared.kernel import errors

_KINDS: dict[type[errors.Refusal], str] = {
    errors.Invalid: "请求内容有误",
    errors.Unauthenticated: "需要登录",
    errors.Denied: "无权办理",
    errors.Missing: "没有找到",
    errors.Conflict: "与现状不符",
    errors.Limited: "请求过于频繁",
    errors.Unavailable: "暂时无法处理",
}
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
}


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: its JSON pointer, a stable code, a sentence."""

    pointer: str
    code: str
    detail: str


class InvalidRequest(errors.Invalid):
    """The request's fields aren't as documented. `fields` says which."""

    code = "invalid_request"
    zh = "请求内容有误，请检查所列字段。"
    en = "The request is wrong; see the fields listed."

    def __init__(self, fields: Sequence[FieldError]) -> None:
        super().__init__(pointer=fields[0].pointer if fields else None)
        self.fields = tuple(fields)


class BrokenJson(errors.Invalid):
    status = 400
    code = "broken_json"
    zh = "请求正文不是有效的 JSON。"
    en = "The body is not valid JSON."


class TooLarge(errors.Invalid):
    status = 413
    code = "too_large"
    zh = "请求正文超过 64 KiB。"
    en = "The body is over 64 KiB."


class WrongContentType(errors.Invalid):
    status = 415
    code = "wrong_content_type"
    zh = "请以 application/json 发送请求正文。"
    en = "Send the body as application/json."


class NoSuchPath(errors.Missing):
    code = "no_such_path"
    zh = "没有这个地址。"
    en = "There is nothing at this address."


class InternalError(errors.Refusal):
    status = 500
    code = "internal_error"
    zh = "系统内部错误，已记录。请稍后再试，或提供请求编号联系我们。"
    en = "Something went wrong on our side and is recorded. Try again, or tell us the request id."


def language_of(accept_language: str) -> str:
    """'en' when English is wanted more than Chinese, or first of the two; 'zh' otherwise."""
    wanted = []
    for position, part in enumerate(accept_language.lower().split(",")):
        tag, _, parameter = part.partition(";")
        language = tag.strip().partition("-")[0]
        if language in ("zh", "en"):
            wanted.append((_quality(parameter), -position, language))
    quality, _, language = max(wanted, default=(0.0, 0, "zh"))
    return language if quality > 0 else "zh"


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


def title(refusal: type[errors.Refusal], *, language: str) -> str:
    """What kind of problem it is, whatever the case: 'Sold out' of `SoldOut`; in Chinese, what its kind says."""
    if language == "zh":
        return next((told for kind, told in _KINDS.items() if issubclass(refusal, kind)), "系统错误")
    return re.sub(r"(?<!^)(?=[A-Z])", " ", refusal.__name__).capitalize()


def document(refusal: errors.Refusal, *, language: str, path: str, request_id: str) -> dict[str, Any]:
    """A refusal as a problem document."""
    told: dict[str, Any] = {
        "type": f"{settings().public_url}/docs/problems#{refusal.code}",
        "title": title(type(refusal), language=language),
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.sentence(language),
        "instance": path,
        "request_id": request_id,
    }
    if isinstance(refusal, InvalidRequest):
        told["errors"] = [vars(one) for one in refusal.fields]
    elif isinstance(refusal, errors.Several):
        told["errors"] = [
            {"pointer": one.pointer, "code": one.code, "detail": one.sentence(language)} for one in refusal.of
        ]
    elif refusal.pointer is not None:
        told["errors"] = [{"pointer": refusal.pointer, "code": refusal.code, "detail": told["detail"]}]
    return told


def response(refusal: errors.Refusal, *, language: str, path: str, request_id: str) -> Response:
    """A refusal as an HTTP response."""
    headers: dict[str, Any] = {
        **SECURITY_HEADERS,
        "Content-Type": "application/problem+json",
        "Content-Language": "en" if language == "en" else "zh-CN",
        "X-Request-Id": request_id,
    }
    if isinstance(refusal, errors.Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="hui"'
    if isinstance(refusal, errors.Limited):
        seconds = refusal.figures.get("retry_after_seconds", 1)
        headers["Retry-After"] = str(seconds)
        headers["RateLimit"] = f'"{refusal.code}";r=0;t={seconds}'
    if isinstance(refusal, errors.Unavailable):
        headers["Retry-After"] = "1"
    told = document(refusal, language=language, path=path, request_id=request_id)
    return Response(body=json.dumps(told, ensure_ascii=False), status_code=refusal.status, headers=headers)
