"""What the service says of itself: health, the page of its API, files."""

import re
from html.parser import HTMLParser

import pytest

from app import app
from tests.builders import POLICY
from tests.edge.doors import Answer, Clock, Door

DOOR = Door(app)


def directives(answer: Answer) -> dict[str, list[str]]:
    """The Content-Security-Policy, directive by directive."""
    told = answer.headers["content-security-policy"]
    return {name: values for name, *values in (part.split() for part in told.split(";") if part.strip())}


class Page(HTMLParser):
    """What stands in a page: addresses that it loads, and whatever a strict policy forbids."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.forbidden: list[str] = []
        self._in_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_script = tag == "script"
        told = dict(attrs)
        self.forbidden += [name for name in told if name.startswith("on") or name == "style"]
        self.forbidden += ["style"] if tag == "style" else []
        address = told.get("src") if tag == "script" else told.get("href") if tag == "link" else None
        if address is not None:
            self.loads.append(address)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.forbidden.append("script")


class TestHealth:
    def test_says_the_time_and_the_policy_in_force(self, at: Clock) -> None:
        assert DOOR.get("/health").body == {
            "status": "ok",
            "time": "2026-09-01T10:00:00+08:00",
            "environment": "测试环境",
            "policy_version": POLICY.version,
        }
        at.pass_by(days=1)
        assert DOOR.get("/health").body["time"] == "2026-09-02T10:00:00+08:00"

    def test_is_never_cached(self) -> None:
        assert DOOR.get("/health").headers["cache-control"] == "no-store"


class TestDocs:
    def test_runs_under_a_strict_policy(self) -> None:
        policy = directives(DOOR.get("/docs"))

        assert policy["default-src"] == ["'none'"]
        assert policy["script-src"] == policy["connect-src"] == ["'self'"]
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == ["'none'"]
        assert not any("http" in value or "*" in value for values in policy.values() for value in values)

    def test_has_nothing_inline(self) -> None:
        answer = DOOR.get("/docs")

        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert Page(answer.text).forbidden == []

    def test_loads_only_files_of_ours_by_relative_addresses(self) -> None:
        loads = Page(DOOR.get("/docs").text).loads

        assert loads
        for address in loads:
            assert re.fullmatch(r"assets/[\w.-]+", address)  # relative, so that a stage's prefix breaks nothing
            assert DOOR.get(f"/{address}").status == 200

    def test_shows_the_document_that_is_served(self) -> None:
        assert "openapi.json" in DOOR.get("/assets/docs.js").text


class TestAsset:
    @pytest.mark.parametrize(
        ("name", "content_type"),
        [
            ("docs.js", "text/javascript; charset=utf-8"),
            ("swagger-ui.css", "text/css; charset=utf-8"),
            ("swagger-ui.LICENSE.txt", "text/plain; charset=utf-8"),
        ],
    )
    def test_has_its_type_and_may_be_kept(self, name: str, content_type: str) -> None:
        answer = DOOR.get(f"/assets/{name}")

        assert (answer.status, answer.headers["content-type"]) == (200, content_type)
        assert answer.headers["cache-control"] == "public, max-age=3600"
        assert answer.headers["x-content-type-options"] == "nosniff"

    def test_is_not_sent_again_while_it_is_the_same(self) -> None:
        first = DOOR.get("/assets/docs.js")

        again = DOOR.with_headers(if_none_match=first.headers["etag"]).get("/assets/docs.js")
        changed = DOOR.with_headers(if_none_match='"another"').get("/assets/docs.js")

        assert (again.status, again.text) == (304, "")
        assert (changed.status, changed.text) == (200, first.text)

    @pytest.mark.parametrize(
        "name",
        ["nothing.js", "static.py", "..", ".", "%2e%2e%2fauth.py", "..%2f..%2f..%2fapp.py", "docs", "docs.js%00"],
    )
    def test_that_is_not_ours_to_give_is_404(self, name: str) -> None:
        answer = DOOR.get(f"/assets/{name}")

        assert (answer.status, answer.code) == (404, "unknown_asset")
