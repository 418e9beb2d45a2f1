"""The district's public doors, as those who use them do: HTTP with a token, nothing behind it."""

import json
from dataclasses import dataclass
from typing import Any

import urllib3

from infra.local.wechat_simulator import WeChat

_http = urllib3.PoolManager(maxsize=32, timeout=30.0, retries=False)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: Any

    @property
    def code(self) -> str:
        """The stable code of a problem; empty for anything else."""
        return str(self.body.get("code", "")) if self.status >= 400 and isinstance(self.body, dict) else ""


class Refused(RuntimeError):
    """A call that should have gone through was refused."""


class Caller:
    """Somebody who is signed in (or isn't: then `token` is empty)."""

    def __init__(self, url: str, token: str = "", subject: str = "") -> None:
        self._url = url
        self._token = token
        self.subject = subject

    def call(self, method: str, path: str, body: Any = None, *, key: str = "") -> Answer:
        """One call, whatever it answers."""
        headers = {"Accept-Language": "zh"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if key:
            headers["Idempotency-Key"] = key
        raw = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            raw = json.dumps(body, ensure_ascii=False).encode()
        answer = _http.request(method, self._url + path, body=raw, headers=headers)
        return Answer(answer.status, json.loads(answer.data) if answer.data else None)

    def get(self, path: str) -> Any:
        """What is at a path. Raises Refused."""
        return self._expected(self.call("GET", path), path)

    def post(self, path: str, body: Any, *, key: str = "") -> Any:
        """The answer of a command that is expected to go through. Raises Refused."""
        return self._expected(self.call("POST", path, body, key=key), path)

    def _expected(self, answer: Answer, path: str) -> Any:
        if answer.status >= 400:
            raise Refused(f"{path}: {answer.status} {answer.body}")
        return answer.body


def sign_in(url: str, wechat: WeChat, openid: str, *, school: bool = False, invitation: str | None = None) -> Caller:
    """Sign in by WeChat, as a guardian or as a school's user."""
    body: dict[str, Any] = {"wechat_code": wechat.code_for(openid), "as": "school" if school else "guardian"}
    if invitation is not None:
        body["invitation"] = invitation
    told = Caller(url).post("/v1/sign-ins", body)
    return Caller(url, told["token"], told["subject"])
