"""A guardian's statement of an enrolment of hers: to read on, or as a file."""

from datetime import date

import pydantic
from chalice.app import Blueprint

from functions.api.statement_views import StatementLine, line
from functions.api.views import View
from functions.documents import delivery
from functions.documents import statements as papers
from functions.documents.delivery import DocumentTooLong, Form
from functions.edge.auth import Audience
from functions.edge.contract import Call, SeeOther, endpoint
from shared.funds import queries as funds
from shared.funds import statement_queries
from shared.funds.periods import Basis
from shared.funds.store.accounts import UnknownEnrolment
from shared.institutions import store as institutions
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId
from shared.mall import queries as courses
from shared.people import queries as people
from shared.teaching import queries as teaching

blueprint = Blueprint(__name__)


class EnrolmentStatementQuery(pydantic.BaseModel):
    """Up to the end of the business day `as_of` (today, if it isn't said), by the day of booking or of effect."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    as_of: date | None = None
    basis: Basis = Basis.BOOKING


class EnrolmentStatement(View):
    """closing = held + refund_pending: what is still hers. All in fen."""

    enrolment_id: str
    as_of: date
    basis: Basis
    closing_fen: int
    held_fen: int
    refund_pending_fen: int
    released_fen: int
    refunded_fen: int
    data: list[StatementLine]


@endpoint(
    blueprint,
    "GET",
    "/v1/enrolments/{enrolment_id}/statement",
    audience=Audience.GUARDIAN,
    query=EnrolmentStatementQuery,
    response=EnrolmentStatement,
    errors=(UnknownEnrolment,),
    summary_zh="一笔报名的对账单：逐笔说明与余额",
    summary_en="An enrolment's statement: each line explained, with the balance after it",
)
def get_statement(call: Call[None]) -> EnrolmentStatement:
    paper = _paper(call)
    told = paper.of
    lines = papers.explained(told.statement.lines, language=call.language, lessons=paper.lessons)
    return EnrolmentStatement(
        enrolment_id=paper.account.enrolment_id,
        as_of=paper.until,
        basis=paper.basis,
        closing_fen=told.statement.closing_fen,
        held_fen=told.standing.held_fen,
        refund_pending_fen=told.standing.refund_pending_fen,
        released_fen=told.standing.released_fen,
        refunded_fen=told.standing.refunded_fen,
        data=list(map(line, lines)),
    )


@endpoint(
    blueprint,
    "GET",
    "/v1/enrolments/{enrolment_id}/statement.pdf",
    audience=Audience.GUARDIAN,
    query=EnrolmentStatementQuery,
    status=303,
    errors=(UnknownEnrolment, DocumentTooLong),
    summary_zh="一笔报名的对账单（PDF 文件的地址）",
    summary_en="An enrolment's statement: the address of a PDF",
)
def print_statement(call: Call[None]) -> SeeOther:
    return _hand_over(call, Form.PDF)


@endpoint(
    blueprint,
    "GET",
    "/v1/enrolments/{enrolment_id}/statement.xlsx",
    audience=Audience.GUARDIAN,
    query=EnrolmentStatementQuery,
    status=303,
    errors=(UnknownEnrolment,),
    summary_zh="一笔报名的对账单（xlsx 文件的地址）",
    summary_en="An enrolment's statement: the address of a workbook",
)
def export_statement(call: Call[None]) -> SeeOther:
    return _hand_over(call, Form.XLSX)


def _paper(call: Call[None], *, named: bool = False) -> papers.EnrolmentPaper:
    asked = call.query
    assert isinstance(asked, EnrolmentStatementQuery)
    enrolment_id = EnrolmentId(call.path["enrolment_id"])
    account = funds.get_own_account(enrolment_id=enrolment_id, guardian_id=call.guardian_id)
    until = asked.as_of or clock.business_day(call.now)
    student = people.get_student(guardian_id=call.guardian_id, student_id=account.student_id) if named else None
    return papers.EnrolmentPaper(
        account=account,
        terms=courses.get_terms(account.terms_hash),
        school=institutions.get(account.institution_id),
        of=statement_queries.of_enrolment(account, until=until, basis=asked.basis),
        until=until,
        basis=asked.basis,
        lessons={session.session_id: session.number for session in teaching.list_sessions(account.offering_id)},
        student=student.name if student else "",
    )


def _hand_over(call: Call[None], form: Form) -> SeeOther:
    document = papers.of_enrolment(_paper(call, named=True), language=call.language, now=call.now)
    return SeeOther(delivery.hand_over(document, form))
