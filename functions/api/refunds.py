"""A guardian's refunds: what would come back, asking for it, changing her mind."""

from typing import Annotated, Any

import pydantic
from chalice.app import Blueprint

from functions.api import refund_views as views
from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, Request, endpoint
from shared.funds import queries, refund_money, refund_rules, refunds
from shared.funds.model import EnrolmentAccount
from shared.funds.refund_model import Refund
from shared.funds.store.accounts import UnknownEnrolment
from shared.funds.store.refunds import UnknownRefund
from shared.kernel.ids import EnrolmentId
from shared.payments.store import refunds as wechat_refunds
from shared.teaching import queries as teaching

blueprint = Blueprint(__name__)


class RefundRequest(Request):
    """`amount_fen` is the refundable amount as the preview said it: what the guardian agrees to."""

    amount_fen: Annotated[int, pydantic.Field(gt=0, le=10**13)]
    reason: Annotated[str, pydantic.Field(min_length=1, max_length=200)]


class WithdrawalRequest(Request):
    """Nothing to say: the address says it all."""


class Refunds(View):
    data: list[views.RefundView]


@endpoint(
    blueprint,
    "GET",
    "/v1/enrolments/{enrolment_id}/refund-preview",
    audience=Audience.GUARDIAN,
    response=views.RefundPreview,
    errors=(UnknownEnrolment,),
    summary_zh="现在退费能退多少、依据什么规则",
    summary_en="What a refund would give back now, and by which rule",
)
def preview_refund(call: Call[None]) -> views.RefundPreview:
    account = _own(call)
    taught = teaching.list_taught(account.enrolment_id)
    return views.preview(queries.preview_refund(account=account, taught=taught), language=call.language)


@endpoint(
    blueprint,
    "POST",
    "/v1/enrolments/{enrolment_id}/refunds",
    audience=Audience.GUARDIAN,
    request=RefundRequest,
    response=views.RefundView,
    status=201,
    idempotent=True,
    errors=(
        UnknownEnrolment,
        refund_rules.RefundOpen,
        refund_rules.NothingToRefund,
        refund_rules.AmountChanged,
        refund_rules.TooManyRefunds,
        refund_rules.ReasonNeeded,
    ),
    summary_zh="申请退费",
    summary_en="Ask for a refund",
)
def request_refund(call: Call[RefundRequest]) -> views.RefundView:
    account = _own(call)
    refund = refunds.request(
        enrolment_id=account.enrolment_id,
        amount_fen=call.body.amount_fen,
        reason=call.body.reason,
        taught=teaching.list_taught(account.enrolment_id),
        now=call.now,
    )
    return views.refund(refund)


@endpoint(
    blueprint,
    "GET",
    "/v1/enrolments/{enrolment_id}/refunds",
    audience=Audience.GUARDIAN,
    response=Refunds,
    errors=(UnknownEnrolment,),
    summary_zh="一笔报名的退费",
    summary_en="An enrolment's refunds",
)
def list_refunds(call: Call[None]) -> Refunds:
    enrolment_id = _own(call).enrolment_id
    found, passed = queries.list_refunds(enrolment_id), wechat_refunds.list_of(enrolment_id)
    return Refunds(data=[views.refund(one, refund_money.payments(one), passed) for one in reversed(found)])


@endpoint(
    blueprint,
    "POST",
    "/v1/enrolments/{enrolment_id}/refunds/{refund_id}/withdrawal",
    audience=Audience.GUARDIAN,
    request=WithdrawalRequest,
    response=views.RefundView,
    status=201,
    idempotent=True,
    errors=(UnknownEnrolment, UnknownRefund, refund_rules.RefundMovedOn),
    summary_zh="撤回退费申请",
    summary_en="Withdraw a refund that isn't agreed yet",
)
def withdraw_refund(call: Call[WithdrawalRequest]) -> views.RefundView:
    refund = _of(_own(call), call.path["refund_id"])
    return views.refund(refunds.withdraw(refund_id=refund.refund_id, now=call.now))


def _own(call: Call[Any]) -> EnrolmentAccount:
    enrolment_id = EnrolmentId(call.path["enrolment_id"])
    return queries.get_own_account(enrolment_id=enrolment_id, guardian_id=call.guardian_id)


def _of(account: EnrolmentAccount, refund_id: str) -> Refund:
    """A refund of this very enrolment. Raises UnknownRefund."""
    refund = queries.get_refund(refund_id)
    if refund.enrolment_id != account.enrolment_id:
        raise UnknownRefund()
    return refund
