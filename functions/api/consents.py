"""A guardian's consent to the use of her child's data: the text, what she agreed to, and taking it back."""

from datetime import date
from typing import Annotated, Any

import pydantic
from chalice.app import Blueprint

from functions.api.me import ChildView, child
from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, Request, endpoint
from shared.kernel import clock
from shared.kernel.ids import StudentId
from shared.mall import waitlist
from shared.mall.store import waitlist as tickets
from shared.people import consent_texts, consents, model, queries

blueprint = Blueprint(__name__)

_EFFECT = (
    "已撤回。不能再为孩子新报名或候补，已有的候补已退出；已签的合同继续履行，所必需的信息按法律规定保存。",
    "Withdrawn. The child can't be enrolled anew or wait for a seat, and has left the waitlists it stood on. Contracts "
    "that were made go on; what they need is kept as the law says.",
)


class PurposeView(View):
    code: str
    name_zh: str
    name_en: str


class ConsentTextView(View):
    """The text in force. `sha256` is of what is read here, in both languages: kept with each consent to it."""

    version: str
    effective_from: date
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    purposes: list[PurposeView]
    sha256: str


class ConsentRequest(Request):
    """`consent_version`: the text that was shown."""

    consent_version: Annotated[str, pydantic.Field(min_length=1, max_length=20)]


class WithdrawRequest(Request):
    """Nothing to say: consent is taken back as easily as it was given."""


class Withdrawn(ChildView):
    """`effect` says what the withdrawal means."""

    effect: str


class ConsentView(View):
    version: str
    text_sha256: str
    purposes: list[str]
    given_at: str
    withdrawn_at: str | None


class Consents(View):
    data: list[ConsentView]


@endpoint(
    blueprint,
    "GET",
    "/v1/consent-text",
    audience=Audience.PUBLIC,
    response=ConsentTextView,
    summary_zh="儿童个人信息处理告知书（现行）",
    summary_en="What a guardian agrees to for her child's data, as it is asked for now",
)
def get_consent_text(call: Call[None]) -> ConsentTextView:
    text = consent_texts.in_force(on=clock.business_day(call.now))
    return ConsentTextView(
        version=text.version,
        effective_from=text.effective_from,
        title_zh=text.title_zh,
        title_en=text.title_en,
        text_zh=text.zh,
        text_en=text.en,
        purposes=[PurposeView(code=one.code, name_zh=one.zh, name_en=one.en) for one in text.purposes],
        sha256=text.sha256,
    )


@endpoint(
    blueprint,
    "POST",
    "/v1/me/children/{student_id}/consent",
    audience=Audience.GUARDIAN,
    request=ConsentRequest,
    response=ChildView,
    status=201,
    idempotent=True,
    errors=(queries.UnknownStudent, consents.ConsentTextChanged),
    summary_zh="同意现行告知书",
    summary_en="Agree to the text in force",
)
def give_consent(call: Call[ConsentRequest]) -> ChildView:
    version = call.body.consent_version
    return child(consents.give(guardian_id=call.guardian_id, student_id=_student(call), version=version, now=call.now))


@endpoint(
    blueprint,
    "POST",
    "/v1/me/children/{student_id}/consent/withdrawal",
    audience=Audience.GUARDIAN,
    request=WithdrawRequest,
    response=Withdrawn,
    idempotent=True,
    errors=(queries.UnknownStudent,),
    summary_zh="撤回同意；已签的合同继续履行",
    summary_en="Withdraw the consent; contracts that were made go on",
)
def withdraw_consent(call: Call[WithdrawRequest]) -> Withdrawn:
    student = consents.withdraw(guardian_id=call.guardian_id, student_id=_student(call), now=call.now)
    _leave_waitlists(student, call)
    return Withdrawn(**child(student).model_dump(), effect=_EFFECT[call.language == "en"])


@endpoint(
    blueprint,
    "GET",
    "/v1/me/children/{student_id}/consents",
    audience=Audience.GUARDIAN,
    response=Consents,
    errors=(queries.UnknownStudent,),
    summary_zh="同意与撤回的记录",
    summary_en="Every consent for a child, and when it was withdrawn",
)
def list_consents(call: Call[None]) -> Consents:
    student = queries.get_student(guardian_id=call.guardian_id, student_id=_student(call))
    return Consents(
        data=[
            ConsentView(
                version=one.version,
                text_sha256=one.text_sha256,
                purposes=list(one.purposes),
                given_at=clock.shown(one.given_at),
                withdrawn_at=clock.shown(one.withdrawn_at) if one.withdrawn_at else None,
            )
            for one in queries.list_consents(student.student_id)
        ]
    )


def _student(call: Call[Any]) -> StudentId:
    return StudentId(call.path["student_id"])


def _leave_waitlists(student: model.Student, call: Call[WithdrawRequest]) -> None:
    """Where this is broken off, the same command does the rest; until then an offer can't be taken without consent."""
    for ticket in tickets.list_of_students([student.student_id]):
        if ticket.live:
            waitlist.leave(offering_id=ticket.offering_id, student_id=student.student_id, now=call.now)
