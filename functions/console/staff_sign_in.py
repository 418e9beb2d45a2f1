"""Signing in and out."""

from chalice.app import Blueprint

from functions.console import links
from functions.console.pages import Answer, SeeOther, Shown, Visit, form, page
from functions.edge import staff_session
from shared.kernel import errors
from shared.people.rules import SignInFailed, SignInLocked

blueprint = Blueprint(__name__)


@page(blueprint, "/console/sign-in", who=None)
def show_sign_in(visit: Visit) -> Shown:
    """The form; `next` is where she wanted to go."""
    told = {"next": links.safe_next(visit.query.get("next", "")), "username": "", "sentence": ""}
    return Shown("sign_in.html", {**told, "over": "over" in visit.query})


@form(blueprint, "/console/sign-in", who=None)
def sign_in(visit: Visit) -> Answer:
    """Begin a session, or say why not. The password and the code are not shown again."""
    wanted = links.safe_next(visit.form.get("next", ""))
    username = visit.form.get("username", "").strip()
    code = visit.form.get("code", "").replace(" ", "")
    try:
        cookie = staff_session.begin(username=username, password=visit.form.get("password", ""), code=code)
    except (SignInFailed, SignInLocked) as refusal:
        return _refused(visit, refusal, username, wanted)
    path, _, query = wanted.partition("?")
    return SeeOther(path, links.read_query(query), set_cookie=cookie)


@form(blueprint, "/console/sign-out", who=None)
def sign_out(visit: Visit) -> SeeOther:
    """End the session. Without a session there is nothing to forge, and nothing to end."""
    cookies = visit.http.headers.get("cookie", "")
    try:
        staff_session.check_form(staff_session.current(cookies), visit.form.get("csrf", ""))
    except errors.Unauthenticated:
        return SeeOther("/console/sign-in")
    return SeeOther("/console/sign-in", set_cookie=staff_session.end(cookies))


def _refused(visit: Visit, refusal: errors.Refusal, username: str, wanted: str) -> Shown:
    told = {"next": wanted, "username": username, "over": False, "sentence": refusal.sentence(visit.language)}
    return Shown("sign_in.html", told, refusal.status)
