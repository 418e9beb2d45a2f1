"""What API Gateway answers by itself, when no function is asked: problem documents like the functions' own.

The package gives them to the real gateway, infra/local/gateway.py answers with them in the local district. They are in
both languages, since a gateway doesn't look at Accept-Language.
"""

import json
from typing import Any

ANSWERS = {
    400: ("bad_request", "请求无法读取。", "The request can't be read."),
    404: ("no_such_path", "没有这个地址。", "There is nothing at this address."),
    405: ("no_such_method", "该地址不支持此方法。", "This address doesn't take this method."),
    413: ("too_large", "请求正文过大。", "The body is too large."),
    429: ("too_many_requests", "请求过于频繁，请稍后再试。", "Too many requests. Try again in a moment."),
    500: ("internal_error", "系统内部错误。", "Something went wrong on our side."),
    503: ("try_again", "系统繁忙，请稍后再试。", "The service is busy. Please try again."),
}

_OF_GATEWAY = {  # API Gateway has one word for no such path and no such method
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    "REQUEST_TOO_LARGE": 413,
    "THROTTLED": 429,
    "QUOTA_EXCEEDED": 429,
    "INTEGRATION_TIMEOUT": 503,
    "INTEGRATION_FAILURE": 503,
    "DEFAULT_5XX": 500,
}


def problem(status: int, *, request_id: str) -> str:
    """The problem document of a status, as JSON."""
    code, zh, en = ANSWERS[status]
    told = {
        "type": "about:blank",
        "title": en,
        "status": status,
        "code": code,
        "detail": f"{zh} {en}",
        "request_id": request_id,
    }
    return json.dumps(told, ensure_ascii=False)


def for_template() -> dict[str, Any]:
    """The `GatewayResponses` of the template's API."""
    headers = {
        "Content-Type": "'application/problem+json'",
        "X-Content-Type-Options": "'nosniff'",
        "X-Request-Id": "context.requestId",
    }
    return {
        kind: {
            "StatusCode": status,
            "ResponseParameters": {"Headers": headers},
            "ResponseTemplates": {"application/json": problem(status, request_id="$context.requestId")},
        }
        for kind, status in _OF_GATEWAY.items()
    }
