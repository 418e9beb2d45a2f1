"""A school offers the transfer of a student to another of its classes, or answers a guardian's request for one."""

from chalice.app import Blueprint

from functions.api import transfer_views as views
from functions.api.transfers import ANSWER_ERRORS, number_of
from functions.edge import transfers as edge
from functions.edge.auth import Audience
from functions.edge.contract import Call, Id, PageQuery, Request, endpoint
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount
from shared.funds.store.accounts import UnknownEnrolment
from shared.kernel.ids import CourseId, EnrolmentId, OfferingId
from shared.kernel.page import Page
from shared.mall import transfer_rules as rules
from shared.mall import transfers
from shared.mall.store import UnknownCourse, UnknownOffering
from shared.mall.store import transfers as store

blueprint = Blueprint(__name__)


class TransferOffer(Request):
    course_id: Id
    offering_id: Id


class SchoolAnswer(Request):
    """Whether the school agrees; not accepting one's own offer withdraws it."""

    accept: bool


@endpoint(
    blueprint,
    "GET",
    "/v1/school/transfers",
    audience=Audience.SCHOOL_ADMIN,
    query=PageQuery,
    response=views.TransferView,
    summary_zh="本校待答复的转班",
    summary_en="The school's transfers that wait for an answer, the longest waiting first",
)
def list_school_transfers(call: Call[None]) -> Page[views.TransferView]:
    found = store.list_waiting(call.institution_id, limit=call.page.limit, cursor=call.page.cursor)
    return found.map(views.transfer)


@endpoint(
    blueprint,
    "POST",
    "/v1/school/enrolments/{enrolment_id}/transfers",
    audience=Audience.SCHOOL_ADMIN,
    request=TransferOffer,
    response=views.TransferView,
    status=201,
    idempotent=True,
    errors=(UnknownEnrolment, UnknownCourse, UnknownOffering, rules.TransferOpen, *rules.ALL),
    summary_zh="提议将一名学员转到本校另一个班",
    summary_en="Offer the transfer of a student to another of the school's classes",
)
def offer_transfer(call: Call[TransferOffer]) -> views.TransferView:
    account = _own(call)
    offered = transfers.begin(
        look=edge.looking(account.enrolment_id, now=call.now),
        course_id=CourseId(call.body.course_id),
        offering_id=OfferingId(call.body.offering_id),
        terms_hash=None,
        by=call.principal.subject,
        also=edge.offering_told(account, now=call.now),
        now=call.now,
    )
    return views.transfer(offered)


@endpoint(
    blueprint,
    "POST",
    "/v1/school/enrolments/{enrolment_id}/transfers/{number}/answer",
    audience=Audience.SCHOOL_ADMIN,
    request=SchoolAnswer,
    response=views.TransferView,
    status=201,
    idempotent=True,
    errors=ANSWER_ERRORS,
    summary_zh="同意或谢绝家长申请的转班，或撤回自己的提议",
    summary_en="Accept or decline a transfer that a guardian asks for, or withdraw one's own offer",
)
def answer_school_transfer(call: Call[SchoolAnswer]) -> views.TransferView:
    enrolment_id, number, by = _own(call).enrolment_id, number_of(call.path["number"]), call.principal.subject
    if not call.body.accept:
        return views.transfer(transfers.refuse(enrolment_id=enrolment_id, number=number, by=by, now=call.now))
    done = transfers.accept(
        enrolment_id=enrolment_id,
        number=number,
        terms_hash=None,
        look=edge.looking(enrolment_id, now=call.now),
        carry=edge.carrying(enrolment_id, now=call.now),
        by=by,
        now=call.now,
    )
    return views.transfer(done)


def _own(call: Call[TransferOffer] | Call[SchoolAnswer]) -> EnrolmentAccount:
    account = funds.get_account(EnrolmentId(call.path["enrolment_id"]))
    if account.institution_id != call.institution_id:
        raise UnknownEnrolment()
    return account
