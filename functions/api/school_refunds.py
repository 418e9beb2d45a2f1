"""What guardians ask a school to pay back, and the school's answer."""

from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api import refund_views as views
from functions.edge.auth import Audience
from functions.edge.contract import Call, PageQuery, Request, endpoint
from shared.funds import queries, refund_rules, refunds
from shared.funds.store.refunds import UnknownRefund
from shared.kernel.page import Page

blueprint = Blueprint(__name__)


class AnswerRequest(Request):
    """`reason` is what the school says to the guardian; where it doesn't agree, the bureau decides on it."""

    agree: bool
    reason: Annotated[str, pydantic.Field(min_length=1, max_length=200)]


@endpoint(
    blueprint,
    "GET",
    "/v1/school/refunds",
    audience=Audience.SCHOOL_ADMIN,
    query=PageQuery,
    response=views.RefundView,
    summary_zh="本校的退费申请",
    summary_en="The school's refunds, newest first",
)
def list_school_refunds(call: Call[None]) -> Page[views.RefundView]:
    page = call.page
    found = queries.list_refunds_of_institution(call.institution_id, limit=page.limit, cursor=page.cursor)
    return found.map(views.refund)


@endpoint(
    blueprint,
    "POST",
    "/v1/school/refunds/{refund_id}/answer",
    audience=Audience.SCHOOL_ADMIN,
    request=AnswerRequest,
    response=views.RefundView,
    status=201,
    idempotent=True,
    errors=(UnknownRefund, refund_rules.RefundMovedOn, refund_rules.AnswerTooLate, refund_rules.ReasonNeeded),
    summary_zh="答复退费申请：同意，或说明理由由教育局裁决",
    summary_en="Answer a refund: agree, or object for the bureau to decide",
)
def answer_refund(call: Call[AnswerRequest]) -> views.RefundView:
    refund = refunds.answer(
        refund_id=call.path["refund_id"],
        institution_id=call.institution_id,
        agree=call.body.agree,
        reason=call.body.reason,
        now=call.now,
    )
    return views.refund(refund)
