"""How one call of a page is answered: who is signed in, may she see it, render, and say what went wrong."""

from collections.abc import Mapping, Set
from contextlib import suppress
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl

from chalice.app import Response

from functions.console import links, navigation, rendering, uploads
from functions.console.answers import Answer, Download, Elsewhere, SeeOther, Shown, View, Visit
from functions.edge import auth, exchange, logs, problems, staff_session, wiring
from shared.kernel import errors
from shared.people.model import StaffRole, StaffSession
from shared.people.rules import SessionOver

LANGUAGE_COOKIE = "hui_lang"
_MAX_FORM_BYTES = 16 * 1024
_MAX_UPLOAD_BYTES = 1024 * 1024
_A_YEAR = 365 * 24 * 3600

HEADERS = {
    **problems.SECURITY_HEADERS,
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}


class FormUnreadable(errors.Invalid):
    code = "form_unreadable"
    zh = "表单内容无法读取。"
    en = "The form can't be read."


class Call:
    """What becomes known in the course of one call of a page."""

    def __init__(self, http: Any, parts: Mapping[str, str], method: str, route: str, recognised: bool) -> None:
        self.http = http
        self.recognised = recognised
        self.parts = parts
        self.method = method
        self.route = route
        self.request_id = exchange.request_id_of(http)
        self.query: dict[str, str] = dict(http.query_params or {})
        self.cookies = staff_session.cookies_of(http.headers.get("cookie", ""))
        self.language = "en" if self._wanted_language() == "en" else "zh"
        self.session: StaffSession | None = None
        self.code = ""

    def respond(self, view: View, who: Set[StaffRole] | None) -> Response:
        """The answer of a page to who may see it, else a page that says why not; nothing escapes."""
        started = perf_counter()
        try:
            response = self._answer(view, who)
        except Exception:
            logs.tell_bug("internal_error", request_id=self.request_id, method=self.method, route=self.route)
            response = self._refuse(problems.InternalError())
        logs.tell(
            "request",
            request_id=self.request_id,
            method=self.method,
            route=self.route,
            status=response.status_code,
            code=self.code,
            milliseconds=round((perf_counter() - started) * 1000, 1),
            principal=self.session.staff_id if self.session else "",
        )
        return response

    def _answer(self, view: View, who: Set[StaffRole] | None) -> Response:
        try:
            if self.method == "GET" and "lang" in self.query:
                return self._remember_language()
            told, files = self._form() if self.method == "POST" else ({}, {})
            if who is not None:
                self._admit(who, told)
            elif self.recognised:
                with suppress(SessionOver):
                    self.session = staff_session.current(self.http.headers.get("cookie", ""))
            visit = Visit(
                self.http,
                self.parts,
                self.query,
                told,
                self.session,
                self.language,
                wiring.now(),
                self.request_id,
                files,
            )
            return self._response(view(visit))
        except SessionOver as over:
            return self._ask_to_sign_in(over)
        except errors.Refusal as refusal:
            return self._refuse(refusal)

    def _admit(self, who: Set[StaffRole], told: Mapping[str, str]) -> None:
        """Raises SessionOver, ForgedForm, NotForYourRole."""
        self.session = staff_session.current(self.http.headers.get("cookie", ""))
        if self.method == "POST":
            staff_session.check_form(self.session, told.get("csrf", ""))
        if self.session.role not in who:
            raise auth.NotForYourRole()

    def _form(self) -> tuple[dict[str, str], dict[str, uploads.Sent]]:
        """What a form of ours sent, and its files. Raises ForgedForm when another site's page did, FormUnreadable."""
        if self.http.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise staff_session.ForgedForm()
        content_type = self.http.headers.get("content-type", "")
        kind, raw = content_type.partition(";")[0].strip().lower(), self.http.raw_body
        try:
            if kind == uploads.CONTENT_TYPE and len(raw) <= _MAX_UPLOAD_BYTES:
                return uploads.read(content_type, raw)
            if kind == "application/x-www-form-urlencoded" and len(raw) <= _MAX_FORM_BYTES:
                told = parse_qsl(raw.decode(), keep_blank_values=True, strict_parsing=bool(raw), max_num_fields=50)
                return dict(told), {}
        except ValueError:
            pass
        raise FormUnreadable()

    def _response(self, answer: Answer) -> Response:
        if isinstance(answer, SeeOther):
            return self._see_other(links.link(answer.path, **answer.query), answer.set_cookie)
        if isinstance(answer, Elsewhere):
            return self._see_other(answer.address)
        if isinstance(answer, Download):
            named = f'attachment; filename="{answer.name}"'
            return self._respond(200, answer.text, {"Content-Type": answer.content_type, "Content-Disposition": named})
        return self._show(answer)

    def _show(self, shown: Shown) -> Response:
        now, here, session = wiring.now(), self._here(), self.session
        rooms = navigation.rooms(session.role, here, now=now, counted=shown.status < 400) if session else []
        surroundings = rendering.Surroundings(self.language, session, rooms, here, now, self.request_id)
        text = rendering.render(shown.template, shown.told, surroundings)
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Language": "en" if self.language == "en" else "zh-CN",
        }
        return self._respond(shown.status, text, headers)

    def _refuse(self, refusal: errors.Refusal) -> Response:
        self.code = refusal.code
        told = {"sentence": refusal.sentence(self.language), "status": refusal.status}
        response = self._show(Shown("error.html", told, refusal.status))
        if isinstance(refusal, errors.Limited):
            response.headers["Retry-After"] = str(refusal.figures.get("retry_after_seconds", 1))
        return response

    def _ask_to_sign_in(self, over: SessionOver) -> Response:
        self.code = over.code
        wanted = self._here() if self.method == "GET" else links.HOME
        had_one = "1" if staff_session.COOKIE in self.cookies else None
        address = links.link("/console/sign-in", next=wanted, over=had_one)
        if self.http.headers.get("hx-request"):  # htmx would follow a redirect and put the page into a part of this one
            return self._respond(200, "", {"HX-Redirect": address, "Content-Type": "text/plain"})
        return self._see_other(address)

    def _remember_language(self) -> Response:
        cookie = f"{LANGUAGE_COOKIE}={self.language}; Path=/; Max-Age={_A_YEAR}; HttpOnly; SameSite=Lax"
        return self._see_other(links.link(self._here()), cookie + staff_session.only_over_https())

    def _wanted_language(self) -> str:
        return self.query.get("lang") or self.cookies.get(LANGUAGE_COOKIE, "")

    def _here(self) -> str:
        """This page's path with its query, but not the choice of a language."""
        query = {name: value for name, value in self.query.items() if name != "lang"}
        return links.safe_next(links.with_query(self.route.format(**self.parts), query))

    def _see_other(self, address: str, set_cookie: str = "") -> Response:
        headers = {"Location": address, "Content-Type": "text/plain"}
        return self._respond(303, "", headers | ({"Set-Cookie": set_cookie} if set_cookie else {}))

    def _respond(self, status: int, body: str, headers: Mapping[str, str]) -> Response:
        own: dict[str, Any] = {**HEADERS, "X-Request-Id": self.request_id, **headers}
        return Response(body=body, status_code=status, headers=own)
