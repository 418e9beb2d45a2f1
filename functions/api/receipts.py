"""A guardian's receipt as a file; and whether a receipt is genuine, for everybody who holds one."""

from datetime import date

from chalice.app import Blueprint

from functions.api.views import View, money
from functions.documents import delivery
from functions.documents import receipt as papers
from functions.edge.auth import Audience
from functions.edge.contract import Call, Money, SeeOther, endpoint
from shared.funds import queries as funds
from shared.funds import receipts
from shared.funds.store.accounts import UnknownEnrolment
from shared.institutions import store as institutions
from shared.kernel.ids import EnrolmentId
from shared.mall import queries as courses
from shared.people import queries as people

blueprint = Blueprint(__name__)


class ReceivedView(View):
    """A deposit. `state`: received, or reversed on `reversed_on`."""

    day: date
    amount: Money
    state: str
    reversed_on: date | None


class ReceiptView(View):
    """A genuine receipt, as it stands now. `total` is without what is reversed. Nobody's name is told."""

    institution_name: str
    credit_code: str
    total: Money
    deposits: list[ReceivedView]


@endpoint(
    blueprint,
    "GET",
    "/v1/enrolments/{enrolment_id}/receipt.pdf",
    audience=Audience.GUARDIAN,
    status=303,
    errors=(UnknownEnrolment, receipts.NoDepositYet),
    summary_zh="一笔报名的收据（PDF 文件的地址），带查验二维码",
    summary_en="An enrolment's receipt with a QR code: the address of a PDF",
)
def print_receipt(call: Call[None]) -> SeeOther:
    enrolment_id = EnrolmentId(call.path["enrolment_id"])
    account = funds.get_own_account(enrolment_id=enrolment_id, guardian_id=call.guardian_id)
    document = papers.of(
        receipts.of(account),
        institutions.get(account.institution_id),
        courses.get_terms(account.terms_hash),
        student=people.get_student(guardian_id=call.guardian_id, student_id=account.student_id).name,
        language=call.language,
        now=call.now,
    )
    return SeeOther(delivery.hand_over(document, delivery.Form.PDF))


@endpoint(
    blueprint,
    "GET",
    "/v1/receipts/{code}",
    audience=Audience.PUBLIC,
    response=ReceiptView,
    errors=(receipts.UnknownReceipt,),
    summary_zh="收据是否真实：机构、日期、金额、是否被冲正",
    summary_en="Is this receipt genuine? Its school, days, amounts, and what was reversed",
)
def check_receipt(call: Call[None]) -> ReceiptView:
    found = receipts.find(call.path["code"])
    school = institutions.get(found.account.institution_id)
    return ReceiptView(
        institution_name=school.name,
        credit_code=school.credit_code,
        total=money(found.total_fen),
        deposits=[
            ReceivedView(
                day=one.day,
                amount=money(one.amount_fen),
                state="reversed" if one.reversed_on else "received",
                reversed_on=one.reversed_on,
            )
            for one in found.deposits
        ],
    )
