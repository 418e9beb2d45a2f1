"""WeChat's subscribe messages in the simulator: the app's token, consents counted for each template, what was sent."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from threading import Lock
from typing import Any

from infra.local.site import Answer, Refused, Request

TEMPLATES: Mapping[str, tuple[str, str, str, str]] = {
    "lessons": ("tmpl-lessons-0001", "thing1", "thing2", "time3"),
    "money": ("tmpl-money-0001", "thing4", "thing2", "time6"),
    "classes": ("tmpl-classes-0001", "thing1", "thing5", "time2"),
}
"""The mini-program's templates by topic, with their fields for heading, text and time."""

SETTING = ",".join(f"{topic}={'/'.join(fields)}" for topic, fields in TEMPLATES.items())
_FIELDS = {fields[0]: set(fields[1:]) for fields in TEMPLATES.values()}
_MOST_THING = 20
_LIFE_SECONDS = 7200
_WORDS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40013: "invalid appid",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    43101: "user refuse to accept the msg",
    45009: "reach max api daily quota limit",
    47003: "argument invalid!",
}


class SubscribeMessages:
    """Who takes how many messages of which template, and what was sent. Faults: errors for the next sends, in order;
    0 is a send whose answer is lost.
    """

    def __init__(self, *, app_id: str, secret: str) -> None:
        self._app = {"appid": app_id, "secret": secret}
        self._lock = Lock()
        self._tokens = 0
        self._faults: list[int] = []
        self._left: Counter[tuple[str, str]] = Counter()
        self.sent: list[dict[str, Any]] = []

    def consent(self, openid: str, topic: str, *, times: int = 1) -> None:
        """As when somebody accepts a template in the mini-program so often; 0 times takes every consent back."""
        template_id = TEMPLATES[topic][0]
        with self._lock:
            self._left[openid, template_id] = self._left[openid, template_id] + times if times else 0

    def arm(self, errors: list[int]) -> None:
        """Let the next sends go wrong so."""
        with self._lock:
            self._faults = list(errors)

    def revoke_tokens(self) -> None:
        """Let no token that was given be good any more, as when another system fetches one by the old door."""
        with self._lock:
            self._tokens += 1

    def token(self, request: Request) -> Answer:
        """`POST /cgi-bin/stable_token`: the same token for everybody who asks, while it is good."""
        told = request.json()
        if told.get("appid") != self._app["appid"]:
            return _error(40013)
        if told.get("secret") != self._app["secret"] or told.get("grant_type") != "client_credential":
            return _error(40125)
        return Answer({"access_token": self._token(), "expires_in": _LIFE_SECONDS})

    def send(self, request: Request) -> Answer:
        """`POST /cgi-bin/message/subscribe/send?access_token=…`."""
        told = request.json()
        with self._lock:
            fault = self._faults.pop(0) if self._faults else None
            if fault:
                return _error(fault)
            if request.query.get("access_token") != self._token():
                return _error(40001)
            error = self._wrong(told)
            if error:
                return _error(error)
            self._left[told["touser"], told["template_id"]] -= 1
            self.sent.append(told)
        return Answer({}, 0) if fault == 0 else Answer({"errcode": 0, "errmsg": "ok"})

    def routes(self) -> dict[str, Any]:
        """What is asked of it, and what steers it."""
        return {
            "POST /cgi-bin/stable_token": self.token,
            "POST /cgi-bin/message/subscribe/send": self.send,
            "GET /sent": lambda request: {"sent": self.sent},
            "POST /consents": self._post_consent,
            "POST /send-faults": self._post_faults,
        }

    def _token(self) -> str:
        return hashlib.sha256(f"token {self._app['secret']} {self._tokens}".encode()).hexdigest()

    def _wrong(self, told: Mapping[str, Any]) -> int:
        fields = _FIELDS.get(str(told.get("template_id")))
        if fields is None:
            return 40037
        data = told.get("data")
        if not isinstance(data, dict) or set(data) != fields:
            return 47003
        for name, field in data.items():
            value = field.get("value") if isinstance(field, dict) else None
            if not isinstance(value, str) or not value or (name.startswith("thing") and len(value) > _MOST_THING):
                return 47003
        return 0 if self._left[str(told.get("touser")), told["template_id"]] > 0 else 43101

    def _post_consent(self, request: Request) -> dict[str, Any]:
        told = request.json()
        openid, topic, times = str(told.get("openid", "")), str(told.get("topic", "")), told.get("times", 1)
        if not openid or topic not in TEMPLATES or type(times) is not int:
            raise Refused(422, "openid, topic, times")
        self.consent(openid, topic, times=times)
        return {"left": self._left[openid, TEMPLATES[topic][0]]}

    def _post_faults(self, request: Request) -> dict[str, Any]:
        errors = request.json().get("errors")
        if not isinstance(errors, list) or not all(one == 0 or one in _WORDS for one in errors):
            raise Refused(422, f"errors: a list of 0 and {sorted(_WORDS)}")
        self.arm(errors)
        return {"errors": errors}


def _error(code: int) -> Answer:
    return Answer({"errcode": code, "errmsg": f"{_WORDS[code]} rid: local"})
