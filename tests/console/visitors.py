"""Who visits the console: staff of each role with their cookies, and what they see."""

import html
import re
from collections.abc import Mapping
from urllib.parse import urlencode

from app import app
from functions.edge import wiring
from shared.kernel.ids import StaffId
from shared.people.model import StaffRole, StaffSession
from shared.people.store import staff as staff_store
from tests.builders import an_id
from tests.edge.doors import Answer, Door

FORM = "application/x-www-form-urlencoded"


class Visitor:
    """Somebody at a browser. `csrf` is what her pages' forms carry."""

    def __init__(self, cookie: str = "", csrf: str = "", **headers: str) -> None:
        self.csrf = csrf
        self._cookie = cookie
        self._headers = headers

    def with_headers(self, **headers: str) -> "Visitor":
        """The same one, whose browser sends these too."""
        return Visitor(self._cookie, self.csrf, **{**self._headers, **headers})

    def in_english(self) -> "Visitor":
        """The same one, who has chosen English."""
        return Visitor(f"{self._cookie}; hui_lang=en", self.csrf, **self._headers)

    def get(self, path: str) -> Answer:
        return self._door().get(path)

    def post(self, path: str, form: Mapping[str, str] | bytes | None = None, *, csrf: str | None = None) -> Answer:
        """Send a form as a page of ours does, with her token unless told otherwise."""
        if not isinstance(form, bytes):
            form = urlencode({"csrf": self.csrf if csrf is None else csrf, **(form or {})}).encode()
        return Door(app, **{"content_type": FORM, **self._sent()}).call("POST", path, form)

    def upload(self, path: str, content: bytes, *, name: str = "名册.csv", csrf: str | None = None) -> Answer:
        """Send a file with a form, as a browser does."""
        token = self.csrf if csrf is None else csrf
        body = (
            f'--edge\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n'
            f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        ).encode()
        sent = {**self._sent(), "content_type": "multipart/form-data; boundary=edge"}
        return Door(app, **sent).call("POST", path, body + content + b"\r\n--edge--\r\n")

    def _door(self) -> Door:
        return Door(app, **self._sent())

    def _sent(self) -> dict[str, str]:
        return {**({"cookie": self._cookie} if self._cookie else {}), **self._headers}


def sign_in(username: str = "supervisor", role: StaffRole = StaffRole.SUPERVISOR) -> Visitor:
    """A visitor who is signed in, without a password's slow hash."""
    secret, csrf, now = f"secret-of-{username}", f"token-of-{username}", wiring.now()
    session = StaffSession(
        "", StaffId(an_id("stf", 7)), username, "临示例", "校外教育监管科", role, csrf, began_at=now, seen_at=now
    )
    staff_store.put_session(secret, session)
    return Visitor(f"hui_session={secret}", csrf)


def text_of(answer: Answer) -> str:
    """What a page says, without its tags."""
    body = answer.text.partition("<main")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def heading_of(answer: Answer) -> str:
    """A page's main heading."""
    found = re.search(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)
    assert found is not None
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found[1])).split())


def addresses_in(answer: Answer) -> set[str]:
    """Every address that a page points to."""
    found = re.findall(r'(?:href|src|action|hx-get)="([^"]*)"', answer.text)
    return {html.unescape(one) for one in found}
