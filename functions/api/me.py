"""Who I am, and a guardian's children."""

from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, PageQuery, Request, endpoint
from shared.kernel import clock, ids
from shared.kernel.ids import StudentId
from shared.kernel.page import Page
from shared.people import consents, model, queries, rules, usecases

blueprint = Blueprint(__name__)


class MeView(View):
    subject: str
    role: str
    institution_id: str | None
    teacher_id: str | None


class ChildRequest(Request):
    """`consent`: the guardian agrees to the text in force (`/v1/consent-text`); where `consent_version` says which she
    was shown, only to that.
    """

    name: Annotated[str, pydantic.Field(min_length=1, max_length=40)]
    birth_month: Annotated[str, pydantic.Field(pattern=r"^[0-9]{4}-[0-9]{2}$")]
    consent: bool
    consent_version: Annotated[str, pydantic.Field(min_length=1, max_length=20)] | None = None


class ChildView(View):
    """A child, and her guardian's last consent: who has withdrawn it can't enrol the child anew."""

    student_id: str
    name: str
    birth_month: str
    consented_at: str
    consent_version: str
    consent_withdrawn_at: str | None


@endpoint(
    blueprint,
    "GET",
    "/v1/me",
    audience=Audience.SIGNED_IN,
    response=MeView,
    summary_zh="我是谁",
    summary_en="Who I am",
)
def get_me(call: Call[None]) -> MeView:
    return MeView(
        subject=call.principal.subject,
        role=call.principal.role.value,
        institution_id=call.principal.institution_id,
        teacher_id=call.principal.teacher_id,
    )


@endpoint(
    blueprint,
    "POST",
    "/v1/me/children",
    audience=Audience.GUARDIAN,
    request=ChildRequest,
    response=ChildView,
    status=201,
    idempotent=True,
    errors=(rules.ConsentMissing, rules.WrongName, rules.WrongBirthMonth, consents.ConsentTextChanged),
    summary_zh="登记孩子",
    summary_en="Add a child",
)
def add_child(call: Call[ChildRequest]) -> ChildView:
    student = usecases.add_child(
        student_id=StudentId(ids.derived("stu", call.guardian_id, call.idempotency_key)),
        guardian_id=call.guardian_id,
        name=call.body.name,
        birth_month=call.body.birth_month,
        consent=call.body.consent,
        consent_version=call.body.consent_version,
        now=call.now,
    )
    return child(student)


@endpoint(
    blueprint,
    "GET",
    "/v1/me/children",
    audience=Audience.GUARDIAN,
    query=PageQuery,
    response=ChildView,
    summary_zh="我的孩子",
    summary_en="My children",
)
def list_children(call: Call[None]) -> Page[ChildView]:
    page = queries.list_students(call.guardian_id, limit=call.page.limit, cursor=call.page.cursor)
    return page.map(child)


def child(student: model.Student) -> ChildView:
    return ChildView(
        student_id=student.student_id,
        name=student.name,
        birth_month=student.birth_month,
        consented_at=clock.shown(student.consented_at),
        consent_version=student.consent_version,
        consent_withdrawn_at=clock.shown(student.consent_withdrawn_at) if student.consent_withdrawn_at else None,
    )
