"""The console's session: a cookie that only the server reads, and a token against forged forms."""

import base64
import hmac
from http.cookies import CookieError, SimpleCookie

from functions.edge import wiring
from functions.edge.settings import settings
from shared.kernel import errors
from shared.people import rules, usecases
from shared.people.model import StaffSession

COOKIE = "hui_session"


class ForgedForm(errors.Denied):
    code = "forged_form"
    zh = "页面已过期，请返回刷新后再提交。"
    en = "The page is out of date. Go back, reload and send it again."


def begin(*, username: str, password: str, code: str) -> str:
    """Sign a member of the staff in; the Set-Cookie header. Raises SignInFailed, SignInLocked."""
    secret, csrf = _token(), _token()
    usecases.sign_in_staff(username=username, password=password, code=code, secret=secret, csrf=csrf, now=wiring.now())
    return _cookie(secret, max_age=int(rules.SESSION_LIFE.total_seconds()))


def current(cookie_header: str) -> StaffSession:
    """Who is signed in. Raises SessionOver."""
    return usecases.get_staff_session(secret=_secret(cookie_header), now=wiring.now())


def check_form(session: StaffSession, csrf: str) -> None:
    """Whether a form was made for this session. Raises ForgedForm."""
    if not hmac.compare_digest(session.csrf.encode(), csrf.encode()):
        raise ForgedForm()


def end(cookie_header: str) -> str:
    """Sign out; the Set-Cookie header that forgets the session."""
    usecases.sign_out_staff(secret=_secret(cookie_header))
    return _cookie("", max_age=0)


def cookies_of(cookie_header: str) -> dict[str, str]:
    """The cookies that a browser sent; none when they can't be read."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(cookie_header).items()}
    except CookieError:
        return {}


def only_over_https() -> str:
    """The end of a cookie of ours: it never travels in the clear, but on one's own machine there is nothing else."""
    return "; Secure" if settings().public_url.startswith("https://") else ""


def _secret(cookie_header: str) -> str:
    return cookies_of(cookie_header).get(COOKIE, "")


def _cookie(secret: str, *, max_age: int) -> str:
    return f"{COOKIE}={secret}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Strict{only_over_https()}"


def _token() -> str:
    return base64.urlsafe_b64encode(wiring.randomness(32)).decode().rstrip("=")
