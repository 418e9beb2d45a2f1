"""WeChat's subscribe messages, as far as we use them: a token for the app, and one message to one person.

`POST /cgi-bin/stable_token` gives the token, which others may hold too; `POST /cgi-bin/message/subscribe/send` sends.
WeChat answers 200 whatever is wrong, with an `errcode`. It knows no id of ours for a message, so one whose answer was
lost may come twice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import urllib3

from shared.kernel import clock, errors
from shared.messages.model import Topic

MOST_CHARACTERS = 20  # of a `thing`
_EARLY = timedelta(minutes=5)
_TOKEN_OVER = {40001, 40014, 42001}
_BUSY = {-1, 45009, 45011, 45047}
NOT_ACCEPTED = 43101


@dataclass(frozen=True)
class SubscribeTemplate:
    """A template of the mini-program's and the names of its fields: a heading, a text (`thing`) and a `time`."""

    template_id: str
    title: str
    text: str
    at: str


class NotTaken(errors.Conflict):
    """WeChat doesn't send this message, and never will: the person has not accepted it, or it is wrong."""

    code = "wechat_message_not_taken"
    zh = "微信没有发送这条消息：{errcode} {errmsg}"
    en = "WeChat didn't send this message: {errcode} {errmsg}"


class NotNow(errors.Unavailable):
    """WeChat is busy, silent, or gives no token; the next try may go through."""

    code = "wechat_messages_not_now"
    zh = "微信暂时不能发送消息：{errcode} {errmsg}"
    en = "WeChat can't send messages now: {errcode} {errmsg}"


class SubscribeMessages:
    """Sends as the mini-program `app_id` through WeChat at `url`."""

    def __init__(
        self,
        *,
        url: str,
        app_id: str,
        secret: str,
        templates: Mapping[Topic, SubscribeTemplate],
        timeout_seconds: float = 5.0,
    ) -> None:
        self.templates = templates
        self._url = url.rstrip("/")
        self._app = {"grant_type": "client_credential", "appid": app_id, "secret": secret}
        timeout = urllib3.Timeout(connect=timeout_seconds, read=timeout_seconds)
        self._http = urllib3.PoolManager(timeout=timeout, retries=False, maxsize=8)
        self._token = ""
        self._good_until: datetime | None = None

    def send(self, *, openid: str, topic: Topic, title: str, text: str, at: datetime, now: datetime) -> None:
        """Send one message under a topic that has a template. Raises NotTaken, NotNow."""
        template = self.templates[topic]
        shown = at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
        told = {template.title: title, template.text: text, template.at: shown}
        body = {
            "touser": openid,
            "template_id": template.template_id,
            "page": "pages/messages/index",
            "lang": "zh_CN",
            "data": {name: {"value": value} for name, value in told.items()},
        }
        error, words = self._sent(body, now)
        if error in _TOKEN_OVER:
            self._token = ""
            error, words = self._sent(body, now)
        if error in _TOKEN_OVER or error in _BUSY:
            raise NotNow(errcode=error, errmsg=words)
        if error:
            raise NotTaken(errcode=error, errmsg=words)

    def _sent(self, body: Mapping[str, Any], now: datetime) -> tuple[int, str]:
        token = self._token_of(now)
        told = self._post(f"/cgi-bin/message/subscribe/send?access_token={token}", body)
        return _error_of(told)

    def _token_of(self, now: datetime) -> str:
        """The app's token, kept until shortly before its end. Raises NotNow."""
        if not self._token or self._good_until is None or now >= self._good_until:
            told = self._post("/cgi-bin/stable_token", self._app)
            error, words = _error_of(told)
            token, seconds = told.get("access_token"), told.get("expires_in")
            if error or not isinstance(token, str) or type(seconds) is not int:
                raise NotNow(errcode=error, errmsg=words)
            self._token, self._good_until = token, now + timedelta(seconds=seconds) - _EARLY
        return self._token

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Raises NotNow."""
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        try:
            answer = self._http.request("POST", f"{self._url}{path}", body=content, headers=headers)
            told = json.loads(answer.data)
        except (urllib3.exceptions.HTTPError, ValueError):
            raise NotNow(errcode="-", errmsg="no answer") from None
        if not isinstance(told, dict) or answer.status >= 500:
            raise NotNow(errcode="-", errmsg=f"HTTP {answer.status}")
        return told


def _error_of(told: Mapping[str, Any]) -> tuple[int, str]:
    try:
        return int(told.get("errcode") or 0), str(told.get("errmsg", ""))[:100]
    except (TypeError, ValueError):
        raise NotNow(errcode="-", errmsg="nonsense") from None
