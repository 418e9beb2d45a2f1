"""The steps of walk.toml, each as one request to be sent."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local import district

_WALK = Path(__file__).with_name("walk.toml")
_OPENIDS = {"guardian": "{{guardian_openid}}-{{run}}", "teacher": "{{teacher_openid}}", "admin": "{{admin_openid}}"}
_SCHOOL, _SEARCH = 4, "音乐精品"
"""A school that teaches music one to one, and what finds its class that begins when `make run` is long ready."""


@dataclass(frozen=True)
class Request:
    """A request. What is to be filled in stands in {{braces}}; `keep`: a variable's name → where the answer has it."""

    zh: str
    en: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None = None
    status: int | None = 200
    expect: Mapping[str, Any] = field(default_factory=dict)
    keep: Mapping[str, str] = field(default_factory=dict)


def requests(document: Mapping[str, Any]) -> list[Request]:
    """The whole walk, against the operations of an OpenAPI document. Raises KeyError for a call that isn't in it."""
    operations = {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    found: list[Request] = []
    for step in tomllib.loads(_WALK.read_text(encoding="utf-8"))["step"]:
        if "enters" in step:
            found += _entering(step)
        elif "control" in step:
            method, path = step["control"].split()
            found.append(_control(step["zh"], step["en"], method, path, step["body"], step.get("keep", {})))
        else:
            found.append(_call(len(found) + 1, step, *operations[step["call"]]))
    return found


def variables(*, api: str, control: str) -> dict[str, str]:
    """What the first request finds: where the district is, and who lives in it."""
    school = district.generate().schools[_SCHOOL - 1]
    late = max((one for one in school.classes if _SEARCH in one.course.title), key=lambda one: one.offering.starts_on)
    return {
        "api": api,
        "control": control,
        "guardian_openid": "openid-walking",
        "teacher_openid": f"openid-{late.offering.teacher_id}",
        "admin_openid": f"openid-admin-{_SCHOOL}",
        "search": _SEARCH,
        "offering_id": late.offering.offering_id,
    }


def _entering(step: Mapping[str, Any]) -> list[Request]:
    who = step["enters"]
    code = json.dumps({"openid": _OPENIDS[who]})
    body = json.dumps({"wechat_code": "{{wechat_code}}", "as": "guardian" if who == "guardian" else "school"})
    headers = {"Content-Type": "application/json"}
    return [
        _control(
            f"{step['zh']}：微信", f"{step['en']}: WeChat", "POST", "/wechat/codes", code, {"wechat_code": "code"}
        ),
        Request(step["zh"], step["en"], "POST", "{{api}}/v1/sign-ins", headers, body, status=201, keep={who: "token"}),
    ]


def _control(zh: str, en: str, method: str, path: str, body: str, keep: Mapping[str, str]) -> Request:
    headers = {"x-hui-control": "1", "Content-Type": "application/json"}
    return Request(zh, en, method, "{{control}}" + path, headers, body, status=None, keep=keep)


def _call(number: int, step: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]) -> Request:
    for name, value in step.get("path", {}).items():
        path = path.replace("{" + name + "}", value)
    query = "&".join(f"{name}={value}" for name, value in step.get("query", {}).items())
    headers = {"Authorization": f"Bearer {braced(step['by'])}"} if "by" in step else {}
    if any(one["name"] == "Idempotency-Key" for one in operation["parameters"]):
        headers["Idempotency-Key"] = f"walk-{braced('run')}-{number:03d}"
    if "body" in step:
        headers["Content-Type"] = "application/json"
    return Request(
        step["zh"],
        step["en"],
        method,
        "{{api}}" + path + (f"?{query}" if query else ""),
        headers,
        step.get("body"),
        step.get("status", 200),
        step.get("expect", {}),
        step.get("keep", {}),
    )


def braced(name: str) -> str:
    """A variable, as it stands in a request."""
    return "{{" + name + "}}"


def filled(text: str, known: Mapping[str, Any]) -> str:
    """`text` with what is known in the place of its braces. Raises KeyError for what nobody has kept."""
    return re.sub(r"\{\{(\w+)\}\}", lambda name: str(known[name[1]]), text)
