"""WeChat, as far as we ask it: who is behind a mini-program's sign-in code (code2session)."""

import json

import urllib3

from shared.kernel import errors


class WeChatCodeInvalid(errors.Unauthenticated):
    code = "wechat_code_invalid"
    zh = "微信登录凭证无效或已使用，请重新登录。"
    en = "The WeChat code is not valid or used. Sign in again."


class WeChatBlocked(errors.Denied):
    code = "wechat_blocked"
    zh = "微信拒绝了该账号的登录。"
    en = "WeChat doesn't let this account sign in."


class WeChatRefused(RuntimeError):
    """WeChat answered with an error that is ours to mend (the app's id, its secret)."""


_INVALID_CODES = {40029, 40163}
_BUSY_CODES = {-1, 45011}
_BLOCKED_CODE = 40226


class WeChatClient:
    """Asks WeChat at `url` as the mini-program `app_id`."""

    def __init__(self, *, url: str, app_id: str, secret: str, timeout_seconds: float = 5.0) -> None:
        self._url = url.rstrip("/")
        self._app = {"appid": app_id, "secret": secret}
        timeout = urllib3.Timeout(connect=timeout_seconds, read=timeout_seconds)
        self._http = urllib3.PoolManager(timeout=timeout, retries=False, maxsize=8)

    def openid_of(self, code: str) -> str:
        """Who signed in. The session key isn't kept.

        Raises WeChatCodeInvalid, WeChatBlocked, Unavailable, WeChatRefused.
        """
        fields = {**self._app, "js_code": code, "grant_type": "authorization_code"}
        try:
            answer = self._http.request("GET", f"{self._url}/sns/jscode2session", fields=fields)
            told = json.loads(answer.data)
        except (urllib3.exceptions.HTTPError, ValueError):
            raise errors.Unavailable() from None
        if not isinstance(told, dict) or answer.status >= 500:
            raise errors.Unavailable()
        error = int(told.get("errcode") or 0)  # its documents show it as text in places
        if error in _INVALID_CODES:
            raise WeChatCodeInvalid()
        if error == _BLOCKED_CODE:
            raise WeChatBlocked()
        if error in _BUSY_CODES:
            raise errors.Unavailable()
        if error or "openid" not in told:
            raise WeChatRefused(f"code2session: {error} {told.get('errmsg', '')}")
        return str(told["openid"])
