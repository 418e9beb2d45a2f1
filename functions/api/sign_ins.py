"""Signing in by WeChat, and out; a school's invitations."""

import base64
from typing import Annotated, Literal

import pydantic
from chalice.app import Blueprint

from functions.api.views import View
from functions.edge import auth, wiring
from functions.edge.auth import Audience, Role
from functions.edge.contract import Call, Id, Request, endpoint
from shared.institutions import store as institutions
from shared.kernel import clock, errors
from shared.kernel.ids import TeacherId
from shared.people import rules, usecases
from shared.people.wechat import WeChatBlocked, WeChatCodeInvalid

blueprint = Blueprint(__name__)


class SignInRequest(Request):
    """`wechat_code` is from `wx.login`. A school's user says `as: school`; the first time with an invitation."""

    wechat_code: Annotated[str, pydantic.Field(min_length=1, max_length=128)]
    as_: Annotated[Literal["guardian", "school"], pydantic.Field(alias="as")] = "guardian"
    invitation: Annotated[str, pydantic.Field(min_length=8, max_length=64)] | None = None


class SignedIn(View):
    token: str
    expires_at: str
    role: str
    subject: str
    institution_id: str | None
    teacher_id: str | None


class InvitationRequest(Request):
    teacher_id: Id


class InvitationView(View):
    """`code` is told only here."""

    code: str
    teacher_id: str
    expires_at: str


class UnknownTeacher(errors.Missing):
    code = "unknown_teacher"
    zh = "本校没有这位教师。"
    en = "The school has no such teacher."


@endpoint(
    blueprint,
    "POST",
    "/v1/sign-ins",
    audience=Audience.PUBLIC,
    request=SignInRequest,
    response=SignedIn,
    status=201,
    errors=(WeChatCodeInvalid, WeChatBlocked, rules.NotASchoolUser, rules.InvitationInvalid),
    summary_zh="微信登录",
    summary_en="Sign in by WeChat",
)
def sign_in(call: Call[SignInRequest]) -> SignedIn:
    openid = wiring.wechat().openid_of(call.body.wechat_code)
    if call.body.as_ == "school" or call.body.invitation is not None:
        user = usecases.sign_in_school_user(
            openid=openid, invitation=call.body.invitation, new_id=wiring.new_id, now=call.now
        )
        role = Role.TEACHER if user.teacher_id else Role.SCHOOL_ADMIN
        token, principal = auth.issue(
            subject=user.user_id, role=role, institution_id=user.institution_id, teacher_id=user.teacher_id
        )
    else:
        guardian_id = usecases.sign_in_guardian(openid=openid, new_id=wiring.new_id)
        token, principal = auth.issue(subject=guardian_id, role=Role.GUARDIAN)
    return SignedIn(
        token=token,
        expires_at=clock.shown(principal.expires_at),
        role=principal.role.value,
        subject=principal.subject,
        institution_id=principal.institution_id,
        teacher_id=principal.teacher_id,
    )


@endpoint(
    blueprint,
    "DELETE",
    "/v1/sign-ins/current",
    audience=Audience.SIGNED_IN,
    status=204,
    summary_zh="退出登录",
    summary_en="Sign out",
)
def sign_out(call: Call[None]) -> None:
    usecases.sign_out(token_id=call.principal.token_id, expires_at=call.principal.expires_at)


@endpoint(
    blueprint,
    "POST",
    "/v1/school/invitations",
    audience=Audience.SCHOOL_ADMIN,
    request=InvitationRequest,
    response=InvitationView,
    status=201,
    idempotent=True,
    errors=(UnknownTeacher,),
    summary_zh="邀请本校教师",
    summary_en="Invite a teacher of the school",
)
def invite_teacher(call: Call[InvitationRequest]) -> InvitationView:
    school = institutions.get(call.institution_id)
    teacher = next((one for one in school.teachers if one.teacher_id == call.body.teacher_id), None)
    if teacher is None:
        raise UnknownTeacher(pointer="/teacher_id")
    code = base64.b32encode(wiring.randomness(15)).decode()
    invitation = usecases.invite(
        code=code,
        institution_id=school.institution_id,
        teacher_id=TeacherId(teacher.teacher_id),
        name=teacher.name,
        now=call.now,
    )
    return InvitationView(code=code, teacher_id=teacher.teacher_id, expires_at=clock.shown(invitation.expires_at))
