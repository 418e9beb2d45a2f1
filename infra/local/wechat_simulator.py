"""WeChat's code2session on 127.0.0.1, as its documentation has it, for mini-program sign-ins; and subscribe messages.

`GET /sns/jscode2session?appid&secret&js_code&grant_type=authorization_code` exchanges a code once. `POST /codes`
`{openid}` makes one, as the mini-program's `wx.login` would; `POST /faults` `{busy: n}` lets the next n exchanges fail.
"""

import base64
import hashlib
from collections import Counter
from threading import Lock
from typing import Any

from infra.local.site import Answer, Refused, Request, Site
from infra.local.wechat_messages import SubscribeMessages

_ERRORS = {
    -1: "system error",
    40013: "invalid appid",
    40029: "invalid code",
    40125: "invalid appsecret",
    40163: "code been used",
    40002: "invalid grant_type",
}


class WeChat:
    """WeChat, as a mini-program's server sees it."""

    def __init__(self, *, port: int, app_id: str, secret: str) -> None:
        self._app_id = app_id
        self._secret = secret
        self._lock = Lock()
        self._openids: dict[str, str] = {}
        self._exchanged: set[str] = set()
        self._made: Counter[str] = Counter()
        self._busy = 0
        self.messages = SubscribeMessages(app_id=app_id, secret=secret)
        routes = {
            "GET /sns/jscode2session": self._code2session,
            "POST /codes": self._post_code,
            "POST /faults": self._post_fault,
            **self.messages.routes(),
        }
        self.site = Site("wechat", port, routes)

    def start(self) -> None:
        """Listen. Raises PortTaken."""
        self.site.start()

    def stop(self) -> None:
        """Stop, with every call answered."""
        self.site.stop()

    def code_for(self, openid: str) -> str:
        """A new code with which the holder of `openid` signs in once."""
        with self._lock:
            self._made[openid] += 1
            digest = hashlib.sha256(f"{openid}#{self._made[openid]}#{id(self)}".encode()).digest()
            code = base64.urlsafe_b64encode(digest[:24]).decode()
            self._openids[code] = openid
        return code

    def _code2session(self, request: Request) -> Answer:
        """WeChat answers 200 whatever is wrong, and calls its JSON text."""
        told = self._exchange(request)
        if isinstance(told, int):
            told = {"errcode": told, "errmsg": f"{_ERRORS[told]}, rid: local"}
        return Answer(told, content_type="text/plain")

    def _exchange(self, request: Request) -> dict[str, Any] | int:
        query = request.query
        code = query.get("js_code", "")
        with self._lock:
            if self._busy:
                self._busy -= 1
                return -1
            if query.get("appid") != self._app_id:
                return 40013
            if query.get("secret") != self._secret:
                return 40125
            if query.get("grant_type") != "authorization_code":
                return 40002
            if code in self._exchanged:
                return 40163
            if code not in self._openids:
                return 40029
            self._exchanged.add(code)
            openid = self._openids[code]
        key = hashlib.sha256(f"session {code}".encode()).digest()[:16]
        return {"openid": openid, "session_key": base64.b64encode(key).decode()}

    def _post_code(self, request: Request) -> Answer:
        openid = request.json().get("openid")
        if not isinstance(openid, str) or not openid:
            raise Refused(422, "openid is missing")
        return Answer({"code": self.code_for(openid)}, 201)

    def _post_fault(self, request: Request) -> dict[str, int]:
        with self._lock:
            self._busy = int(request.json().get("busy", 0))
        return {"busy": self._busy}
