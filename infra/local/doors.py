"""The district's public doors, as those who use them do: HTTP with a token, nothing behind it."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pyotp
import urllib3

from infra.local.district.staff import Officer
from infra.local.wechat_simulator import WeChat
from shared.bank import signature

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

    def call(self, method: str, path: str, body: Any = None, *, key: str = "", if_match: str = "") -> Answer:
        """One call, whatever it answers."""
        headers = {"Accept-Language": "zh"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if key:
            headers["Idempotency-Key"] = key
        if if_match:
            headers["If-Match"] = if_match
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

    def try_to_post(self, path: str, body: Any, *, key: str, unless: str) -> Any:
        """The answer of a command; None where it is refused with the code `unless`. Raises Refused for any other."""
        answer = self.call("POST", path, body, key=key)
        return None if answer.code == unless else self._expected(answer, path)

    def fetch(self, path: str) -> bytes:
        """The file that a path sends to. Its address is fetched as anybody would, without a token. Raises Refused."""
        return _file_behind(self._url + path, {"Authorization": f"Bearer {self._token}"})

    def _expected(self, answer: Answer, path: str) -> Any:
        if answer.status >= 400:
            raise Refused(f"{path}: {answer.status} {answer.body}")
        return answer.body


def _file_behind(address: str, headers: Mapping[str, str]) -> bytes:
    answer = _http.request("GET", address, headers=headers, redirect=False)
    if answer.status != 303:
        raise Refused(f"{address}: {answer.status}")
    found = _http.request("GET", answer.headers["Location"])
    if found.status != 200:
        raise Refused(f"{answer.headers['Location']}: {found.status}")
    return bytes(found.data)


def sign_in(url: str, wechat: WeChat, openid: str, *, school: bool = False, invitation: str | None = None) -> Caller:
    """Sign in by WeChat, as a guardian or as a school's user."""
    body: dict[str, Any] = {"wechat_code": wechat.code_for(openid), "as": "school" if school else "guardian"}
    if invitation is not None:
        body["invitation"] = invitation
    told = Caller(url).post("/v1/sign-ins", body)
    return Caller(url, told["token"], told["subject"])


def hand_over(bank_url: str, key: str, content: bytes, *, now: datetime) -> None:
    """Give the bank a file of instructions, signed with our `key`. Raises Refused."""
    headers = signature.sign(key, message_id=f"file-{hashlib.sha256(content).hexdigest()[:16]}", at=now, body=content)
    answer = _http.request("POST", f"{bank_url}/files", body=content, headers=headers)
    if answer.status not in (200, 202):
        raise Refused(f"{bank_url}/files: {answer.status} {answer.data.decode()}")


class Console:
    """A member of the staff in the console, with what a browser would keep."""

    def __init__(self, url: str, cookie: str = "") -> None:
        self._url = url
        self._cookie = cookie
        self._form_token = ""  # the same on every page of a session

    def page(self, path: str) -> str:
        """A page's text. Raises Refused."""
        answer = _http.request("GET", self._url + path, headers={"Cookie": self._cookie}, redirect=False)
        if answer.status != 200:
            raise Refused(f"{path}: {answer.status}")
        return answer.data.decode()

    def send(self, path: str, **fields: str) -> str:
        """Fill the form of a page in and send it; the Set-Cookie header of the answer. Raises Refused."""
        return self.send_to(path, path, **fields)

    def fetch(self, path: str) -> bytes:
        """The file that a link leads to. Raises Refused."""
        return _file_behind(self._url + path, {"Cookie": self._cookie})

    def send_to(self, page: str, path: str, **fields: str) -> str:
        """Fill in a form that stands on a `page` and goes to a `path`, and send it. Raises Refused."""
        told = {**fields, "csrf": self._csrf(page)}
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        answer = _http.request("POST", self._url + path, body=urlencode(told), headers=headers, redirect=False)
        if answer.status != 303:
            raise Refused(f"{path}: {answer.status}")
        return str(answer.headers.get("Set-Cookie", ""))

    def upload(self, page: str, name: str, content: bytes) -> None:
        """Send a file with the form of a page. Raises Refused."""
        told: dict[str, Any] = {"csrf": self._csrf(page), "file": (name, content, "text/csv")}
        headers = {"Cookie": self._cookie}
        answer = _http.request("POST", self._url + page, fields=told, headers=headers, redirect=False)
        if answer.status != 303:
            raise Refused(f"{page}: {answer.status}")

    def _csrf(self, page: str) -> str:
        if not self._form_token:
            found = re.search(r'name="csrf" value="([^"]+)"', self.page(page))
            self._form_token = found.group(1) if found else ""
        return self._form_token


def sign_in_officer(url: str, officer: Officer, *, now: datetime) -> Console:
    """Sign in to the console with a password and a one-time code. Raises Refused when this code was used already."""
    code = pyotp.TOTP(officer.totp_secret).at(now)
    cookie = Console(url).send("/console/sign-in", username=officer.username, password=officer.password, code=code)
    return Console(url, cookie.partition(";")[0])
