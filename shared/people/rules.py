"""Who may sign in, and what is refused."""

import re
from datetime import datetime, timedelta

import pyotp

from shared.kernel import clock, errors
from shared.people.model import Invitation, Staff, StaffSession

FAILURES_ALLOWED = 5  # within LOCK of one another
LOCK = timedelta(minutes=15)
SESSION_LIFE = timedelta(hours=8)
SESSION_IDLE = timedelta(minutes=30)
INVITATION_LIFE = timedelta(days=14)
TOTP_STEP_SECONDS = 30
USERNAME_LENGTH = 64

_BIRTH_MONTH = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])")


class InvitationInvalid(errors.Denied):
    code = "invitation_invalid"
    zh = "邀请码无效、已使用或已过期。"
    en = "The invitation is not valid, used, or expired."


class NotASchoolUser(errors.Denied):
    code = "not_a_school_user"
    zh = "该微信账号没有绑定任何培训机构。"
    en = "This WeChat account belongs to no school."


class ConsentMissing(errors.Invalid):
    code = "consent_missing"
    zh = "登记未成年人信息需要监护人同意。"
    en = "A child's data needs the guardian's consent."


class WrongName(errors.Invalid):
    code = "wrong_name"
    zh = "姓名不能为空，也不能含有不可见字符。"
    en = "A name is not empty, and has no characters that can't be seen."


class WrongBirthMonth(errors.Invalid):
    code = "wrong_birth_month"
    zh = "出生年月应为 YYYY-MM，且不晚于本月。"
    en = "The birth month is YYYY-MM, and not in the future."


class SignInFailed(errors.Unauthenticated):
    code = "sign_in_failed"
    zh = "用户名、密码或动态口令有误。"
    en = "The username, the password or the code is wrong."


class SignInLocked(errors.Limited):
    code = "sign_in_locked"
    zh = "失败次数过多，请在 {retry_after_seconds} 秒后再试。"
    en = "Too many failures. Try again in {retry_after_seconds} seconds."


class SessionOver(errors.Unauthenticated):
    code = "session_over"
    zh = "登录已失效，请重新登录。"
    en = "Your session is over. Sign in again."


def check_child(name: str, birth_month: str, consent: bool, now: datetime) -> None:
    """Raises ConsentMissing, WrongName, WrongBirthMonth."""
    if not consent:
        raise ConsentMissing(pointer="/consent")
    if not name.strip() or not name.strip().isprintable():
        raise WrongName(pointer="/name")
    if not _BIRTH_MONTH.fullmatch(birth_month) or birth_month > clock.business_day(now).strftime("%Y-%m"):
        raise WrongBirthMonth(pointer="/birth_month")


def check_invitation(invitation: Invitation | None, now: datetime) -> Invitation:
    """An invitation that may be used now. Raises InvitationInvalid."""
    if invitation is None or invitation.expires_at <= now:
        raise InvitationInvalid(pointer="/invitation")
    return invitation


def totp_step(staff: Staff, code: str, now: datetime) -> int | None:
    """The step of a one-time code that is right (this one or the one before) and wasn't used; None otherwise."""
    totp = pyotp.TOTP(staff.totp_secret, interval=TOTP_STEP_SECONDS)
    this = int(now.timestamp()) // TOTP_STEP_SECONDS
    for step in (this, this - 1):
        if step > staff.last_totp_step and pyotp.utils.strings_equal(totp.generate_otp(step), code):
            return step
    return None


def check_session(session: StaffSession | None, now: datetime) -> StaffSession:
    """A session that is still good. Raises SessionOver."""
    if session is None or now - session.began_at >= SESSION_LIFE or now - session.seen_at >= SESSION_IDLE:
        raise SessionOver()
    return session
