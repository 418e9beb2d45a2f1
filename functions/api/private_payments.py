"""'Was a discount offered to pay privately?' Anybody who is signed in reports it to the bureau, with pictures."""

from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api.uploads import PictureNotUsable, pictures_of
from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, Id, PageQuery, Request, endpoint
from shared.institutions import store as institutions
from shared.institutions.store import UnknownInstitution
from shared.kernel import clock, ids
from shared.kernel.ids import InstitutionId, ReportId
from shared.kernel.page import Page
from shared.materials.queries import UnknownFile
from shared.policy import queries as policies
from shared.reviews import reports, rules
from shared.reviews.model import Report
from shared.reviews.store import reports as store

blueprint = Blueprint(__name__)


class PrivatePaymentRequest(Request):
    """`anonymous`: the school is not to be told who reported. `pictures`: files of one's own that were accepted."""

    institution_id: Id
    text: Annotated[str, pydantic.Field(min_length=1, max_length=5000)]
    anonymous: bool
    pictures: Annotated[list[Id], pydantic.Field(max_length=20)] = []


class PrivatePaymentView(View):
    """What became of a report; `reason` is the bureau's, once it is decided."""

    report_id: str
    institution_id: str
    text: str
    anonymous: bool
    pictures: int
    at: str
    status: str
    reason: str | None


@endpoint(
    blueprint,
    "POST",
    "/v1/reports/private-payment",
    audience=Audience.SIGNED_IN,
    request=PrivatePaymentRequest,
    response=PrivatePaymentView,
    status=201,
    idempotent=True,
    errors=(
        UnknownInstitution,
        UnknownFile,
        PictureNotUsable,
        rules.TextWrong,
        rules.TooManyPictures,
        rules.TooManyReports,
    ),
    summary_zh="举报机构以优惠诱导私下付费",
    summary_en="Report that a school offered a discount for paying privately",
)
def report_private_payment(call: Call[PrivatePaymentRequest]) -> PrivatePaymentView:
    subject, asked = call.principal.subject, call.body
    school = institutions.get(InstitutionId(asked.institution_id))
    report = reports.make(
        report_id=ReportId(ids.derived("ppr", subject, call.idempotency_key)),
        institution_id=school.institution_id,
        by=subject,
        anonymous=asked.anonymous,
        text=asked.text,
        pictures=pictures_of(subject, asked.pictures),
        policy=policies.in_force(at=call.now),
        now=call.now,
    )
    return _view(report)


@endpoint(
    blueprint,
    "GET",
    "/v1/reports/private-payment",
    audience=Audience.SIGNED_IN,
    query=PageQuery,
    response=PrivatePaymentView,
    summary_zh="我举报的私下付费及处理结果",
    summary_en="What I have reported, and what became of it",
)
def list_my_private_payment_reports(call: Call[None]) -> Page[PrivatePaymentView]:
    page = call.page
    return store.list_by(call.principal.subject, limit=page.limit, cursor=page.cursor).map(_view)


def _view(report: Report) -> PrivatePaymentView:
    return PrivatePaymentView(
        report_id=report.report_id,
        institution_id=report.institution_id,
        text=report.text,
        anonymous=report.anonymous,
        pictures=len(report.pictures),
        at=clock.shown(report.at),
        status=report.status.value,
        reason=report.steps[-1].reason if report.status.decided else None,
    )
