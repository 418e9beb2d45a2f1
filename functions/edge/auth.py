"""Who calls: short-lived tokens, and who may use an endpoint. Whose object it is, is checked where it is read."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from functions.edge import wiring
from functions.edge.settings import settings
from shared.kernel import errors
from shared.kernel.ids import GuardianId, InstitutionId, TeacherId
from shared.people import queries as people

TOKEN_LIFE = timedelta(minutes=30)
_ISSUER = "hui"
_AUDIENCE = "hui-api"
_ALGORITHM = "HS256"


class Role(StrEnum):
    """What a token's holder is. Bureau staff sign in to the console, not here."""

    GUARDIAN = "guardian"
    SCHOOL_ADMIN = "school_admin"
    TEACHER = "teacher"


class Audience(StrEnum):
    """Who an endpoint is for."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    GUARDIAN = "guardian"
    SCHOOL = "school"
    SCHOOL_ADMIN = "school_admin"


_ROLES = {
    Audience.SIGNED_IN: set(Role),
    Audience.GUARDIAN: {Role.GUARDIAN},
    Audience.SCHOOL: {Role.SCHOOL_ADMIN, Role.TEACHER},
    Audience.SCHOOL_ADMIN: {Role.SCHOOL_ADMIN},
}


class TokenMissing(errors.Unauthenticated):
    code = "token_missing"
    zh = "请先登录。"
    en = "Sign in first."


class TokenInvalid(errors.Unauthenticated):
    code = "token_invalid"
    zh = "登录凭证无效，请重新登录。"
    en = "The token is not valid. Sign in again."


class TokenExpired(errors.Unauthenticated):
    code = "token_expired"
    zh = "登录已过期，请重新登录。"
    en = "The token has expired. Sign in again."


class TokenRevoked(errors.Unauthenticated):
    code = "token_revoked"
    zh = "您已退出登录，请重新登录。"
    en = "You have signed out. Sign in again."


class NotForYourRole(errors.Denied):
    code = "not_for_your_role"
    zh = "您的身份不能使用此功能。"
    en = "This isn't for your role."


ERRORS = (TokenMissing, TokenInvalid, TokenExpired, TokenRevoked, NotForYourRole)


@dataclass(frozen=True)
class Principal:
    """Who signed in. `subject` is the guardian's id, or the school user's."""

    subject: str
    role: Role
    token_id: str
    expires_at: datetime
    institution_id: InstitutionId | None = None
    teacher_id: TeacherId | None = None

    @property
    def guardian_id(self) -> GuardianId:
        """The guardian's id. Only where the audience is GUARDIAN."""
        assert self.role is Role.GUARDIAN
        return GuardianId(self.subject)


def issue(
    *,
    subject: str,
    role: Role,
    institution_id: InstitutionId | None = None,
    teacher_id: TeacherId | None = None,
) -> tuple[str, Principal]:
    """A new token for somebody who has just shown who they are."""
    import jwt

    now = wiring.now()
    principal = Principal(subject, role, wiring.new_id("tok"), now + TOKEN_LIFE, institution_id, teacher_id)
    claims = {
        "iss": _ISSUER,
        "aud": _AUDIENCE,
        "sub": subject,
        "role": role.value,
        "jti": principal.token_id,
        "iat": int(now.timestamp()),
        "exp": int(principal.expires_at.timestamp()),
        "ins": institution_id,
        "tch": teacher_id,
    }
    kid, key = next(iter(_keys().items()))
    return jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": kid}), principal


def authenticate(authorization: str | None, audience: Audience) -> Principal | None:
    """Who calls, for an endpoint's audience; None for PUBLIC. Raises one of ERRORS."""
    if audience is Audience.PUBLIC:
        return None
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenMissing()
    principal = _read(token)
    if principal.expires_at <= wiring.now():
        raise TokenExpired()
    if people.is_revoked(principal.token_id):
        raise TokenRevoked()
    if principal.role not in _ROLES[audience]:
        raise NotForYourRole()
    return principal


def _keys() -> dict[str, str]:
    """The keys by their names, newest first. A token says which one signed it, so a new key breaks no token."""
    return {hashlib.sha256(key.encode()).hexdigest()[:16]: key for key in settings().jwt_keys}


def _read(token: str) -> Principal:
    import jwt

    try:
        kid = jwt.get_unverified_header(token).get("kid", "")
        claims = jwt.decode(
            token,
            _keys()[kid],
            algorithms=[_ALGORITHM],
            issuer=_ISSUER,
            audience=_AUDIENCE,
            # The time is checked against our own clock in `authenticate`.
            options={"verify_exp": False, "verify_iat": False, "require": ["exp", "iat", "jti", "sub", "role"]},
        )
        return Principal(
            subject=claims["sub"],
            role=Role(claims["role"]),
            token_id=claims["jti"],
            expires_at=datetime.fromtimestamp(claims["exp"], tz=UTC),
            institution_id=claims.get("ins"),
            teacher_id=claims.get("tch"),
        )
    except (jwt.InvalidTokenError, KeyError, ValueError):
        raise TokenInvalid() from None
