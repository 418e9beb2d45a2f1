"""What a view of the console is given, and what it may answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from functions.console import uploads
from shared.kernel import errors
from shared.people.model import StaffRole, StaffSession


class NoSuchPage(errors.Missing):
    code = "no_such_page"
    zh = "没有这个页面。"
    en = "There is no such page."


@dataclass(frozen=True)
class Visit:
    """One call of a page. `query` and `form` have the last of each name; `_session` is None before the sign-in."""

    http: Any
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    _session: StaffSession | None
    language: str
    now: datetime
    request_id: str
    files: Mapping[str, uploads.Sent] = field(default_factory=dict)

    @property
    def session(self) -> StaffSession:
        """Who is signed in. Not on a page that is open to all."""
        assert self._session is not None
        return self._session

    @property
    def role(self) -> StaffRole:
        """What the one who is signed in may do."""
        return self.session.role

    def asked(self, name: str) -> str | None:
        """A parameter of the query; None when it is missing or empty."""
        return self.query.get(name) or None


@dataclass(frozen=True)
class Shown:
    """A page to show: a template and what it needs."""

    template: str
    told: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class SeeOther:
    """A page to go to instead, by its path. `set_cookie` is a Set-Cookie header."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    set_cookie: str = ""


@dataclass(frozen=True)
class Download:
    """A file to keep."""

    name: str
    text: str
    content_type: str = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Elsewhere:
    """A file to keep that isn't here but at an address outside the console."""

    address: str


Answer = Shown | SeeOther | Download | Elsewhere
View = Callable[[Visit], Answer]
