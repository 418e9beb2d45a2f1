"""The contract of an enrolment as a file: for its guardian and for its school."""

from typing import Any

from chalice.app import Blueprint

from functions.documents import delivery, service_contract
from functions.edge import sold
from functions.edge.auth import Audience
from functions.edge.contract import Call, SeeOther, endpoint
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount
from shared.funds.store.accounts import UnknownEnrolment
from shared.kernel.ids import EnrolmentId
from shared.people import queries as people

blueprint = Blueprint(__name__)

_ERRORS = (UnknownEnrolment, sold.TermsAltered)


@endpoint(
    blueprint,
    "GET",
    "/v1/enrolments/{enrolment_id}/contract.pdf",
    audience=Audience.GUARDIAN,
    status=303,
    errors=_ERRORS,
    summary_zh="一笔报名的服务合同（PDF 文件的地址），与报名时双方接受的条款一致",
    summary_en="An enrolment's service contract as both sides accepted it: the address of a PDF",
)
def print_contract(call: Call[None]) -> SeeOther:
    enrolment_id = EnrolmentId(call.path["enrolment_id"])
    return _hand_over(call, funds.get_own_account(enrolment_id=enrolment_id, guardian_id=call.guardian_id))


@endpoint(
    blueprint,
    "GET",
    "/v1/school/enrolments/{enrolment_id}/contract.pdf",
    audience=Audience.SCHOOL_ADMIN,
    status=303,
    errors=_ERRORS,
    summary_zh="本校一笔报名的服务合同（PDF 文件的地址）",
    summary_en="The service contract of an enrolment at the school: the address of a PDF",
)
def print_school_contract(call: Call[None]) -> SeeOther:
    account = funds.get_account(EnrolmentId(call.path["enrolment_id"]))
    if account.institution_id != call.institution_id:
        raise UnknownEnrolment()
    return _hand_over(call, account)


def _hand_over(call: Call[Any], account: EnrolmentAccount) -> SeeOther:
    student = people.get_student(guardian_id=account.guardian_id, student_id=account.student_id)
    document = service_contract.of(sold.get(account), student=student.name, language=call.language)
    return SeeOther(delivery.hand_over(document, delivery.Form.PDF))
