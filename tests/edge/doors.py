"""Calls to an app as API Gateway hands them over, and what comes back."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from chalice.app import Blueprint, Chalice
from chalice.test import Client

from functions.edge import auth
from functions.edge.auth import Role
from shared.kernel.ids import InstitutionId, TeacherId
from tests.builders import GUARDIAN, SCHOOL, TEACHER, an_id


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **of: float) -> None:
        """Let time pass: `pass_by(minutes=30)`."""
        self.now += timedelta(**of)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The code of a problem document."""
        assert self.headers["content-type"] == "application/problem+json"
        return str(self.body["code"])


class Door:
    """The app behind an HTTP door. Everything that is passed as `headers` goes along with each call."""

    def __init__(self, app: Chalice, **headers: str) -> None:
        self._app = app
        self._headers = headers

    def with_headers(self, **headers: str) -> Self:
        """The same door for who sends these too: `accept_language="en"` is the header Accept-Language."""
        return type(self)(self._app, **{**self._headers, **headers})

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None, *, key: str = "") -> Answer:
        """`body` as JSON; bytes as they are."""
        return (self.with_headers(idempotency_key=key) if key else self).call("POST", path, body)

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        headers = {name.replace("_", "-"): value for name, value in self._headers.items()}
        if body is not None:
            headers.setdefault("content-type", "application/json")
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        with Client(self._app) as client:
            told = client.http.request(method, path, headers=headers, body=raw or b"")
        return Answer(
            told.status_code, {name.lower(): value for name, value in told.headers.items()}, told.body.decode()
        )


def an_app(*blueprints: Blueprint) -> Chalice:
    """An app of these blueprints only."""
    app = Chalice(app_name="hui-test", configure_logs=False)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    return app


def bearer(subject: str = GUARDIAN, role: Role = Role.GUARDIAN, *, teacher_id: TeacherId | None = None) -> str:
    """The Authorization header of somebody who has signed in: the first guardian, unless told otherwise."""
    school = SCHOOL if role is not Role.GUARDIAN else None
    return f"Bearer {auth.issue(subject=subject, role=role, institution_id=school, teacher_id=teacher_id)[0]}"


def admin_bearer(school: InstitutionId = SCHOOL) -> str:
    """The Authorization header of a school's administrator: the first's, unless told otherwise."""
    token, _ = auth.issue(subject=an_id("usr"), role=Role.SCHOOL_ADMIN, institution_id=school, teacher_id=None)
    return f"Bearer {token}"


def teacher_bearer() -> str:
    """The Authorization header of the first school's teacher."""
    return bearer(an_id("usr", 2), Role.TEACHER, teacher_id=TEACHER)


def pointers(answer: Answer) -> Iterable[tuple[str, str]]:
    """Which fields a problem names, each with its code."""
    return [(one["pointer"], one["code"]) for one in answer.body["errors"]]
