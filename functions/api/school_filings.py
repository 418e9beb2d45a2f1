"""What a school files: its cases, what it hands in for them, its answers to findings, the decision as a document."""

from datetime import date
from typing import Annotated, Any

import pydantic
from chalice.app import Blueprint

from functions.api import filing_views as views
from functions.documents import delivery, filing_decision
from functions.edge import amending
from functions.edge.auth import Audience
from functions.edge.contract import Call, Id, PageQuery, Request, SeeOther, endpoint
from shared.filings import handing_in, rules, usecases, visits
from shared.filings.model import Case, FileRef
from shared.filings.store import cases
from shared.institutions import amending as record
from shared.institutions import store as institutions
from shared.kernel import clock, errors
from shared.kernel.ids import FileId
from shared.kernel.page import Page
from shared.materials import queries as materials
from shared.materials.model import FileStatus

blueprint = Blueprint(__name__)

Answer = Annotated[str, pydantic.Field(min_length=1, max_length=rules.MOST_TEXT)]


class MaterialRequest(Request):
    """`files`: the school's own, accepted ones. `expires_on` where the catalogue's item expires."""

    files: Annotated[list[Id], pydantic.Field(min_length=1, max_length=20)]
    expires_on: Annotated[date, pydantic.Field(strict=False)] | None = None


class RectificationRequest(Request):
    """`answer`: how it was put right."""

    answer: Answer


class FileNotReady(errors.Invalid):
    code = "filing_file_not_ready"
    zh = "没有这个文件，或它尚未通过检查。"
    en = "There is no such file, or it isn't checked and accepted."


class NotDecided(errors.Conflict):
    code = "filing_not_decided"
    zh = "该申报尚未作出决定。"
    en = "Nothing is decided on this filing yet."


@endpoint(
    blueprint,
    "GET",
    "/v1/school/filings",
    audience=Audience.SCHOOL_ADMIN,
    query=PageQuery,
    response=views.FilingCard,
    summary_zh="本机构的申报，最新的在前",
    summary_en="The school's filings, newest first",
)
def list_filings(call: Call[None]) -> Page[views.FilingCard]:
    found = cases.list_of_institution(call.institution_id, limit=call.page.limit, cursor=call.page.cursor)
    return views.cards(found, call.language, clock.business_day(call.now))


@endpoint(
    blueprint,
    "GET",
    "/v1/school/filings/{case_id}",
    audience=Audience.SCHOOL_ADMIN,
    response=views.FilingView,
    errors=(cases.UnknownCase,),
    summary_zh="一个申报：材料、审核意见、进度、现在能做什么",
    summary_en="A filing: materials, what was said of them, how far it is, what can be done now",
)
def get_filing(call: Call[None]) -> views.FilingView:
    return _view(call, cases.get_of(call.path["case_id"], call.institution_id))


@endpoint(
    blueprint,
    "POST",
    "/v1/school/filings/{case_id}/materials/{code}",
    audience=Audience.SCHOOL_ADMIN,
    request=MaterialRequest,
    response=views.FilingView,
    status=201,
    idempotent=True,
    errors=(
        cases.UnknownCase,
        handing_in.UnknownItem,
        rules.ActionNotNow,
        handing_in.NotReturned,
        FileNotReady,
        handing_in.TooManyFiles,
        handing_in.WrongFileType,
        handing_in.FileTooLarge,
        handing_in.ExpiryNeeded,
        handing_in.ExpiryNotAsked,
    ),
    summary_zh="为一项材料提交文件，替换原有的",
    summary_en="Hand in files for an item, in place of those there",
)
def hand_in_material(call: Call[MaterialRequest]) -> views.FilingView:
    case = cases.get_of(call.path["case_id"], call.institution_id)
    after = usecases.hand_in(
        case_id=case.case_id,
        institution_id=call.institution_id,
        code=call.path["code"],
        files=_files(call),
        expires_on=call.body.expires_on,
        by=call.principal.subject,
        now=call.now,
    )
    return _view(call, after)


@endpoint(
    blueprint,
    "POST",
    "/v1/school/filings/{case_id}/submission",
    audience=Audience.SCHOOL_ADMIN,
    response=views.FilingView,
    status=201,
    idempotent=True,
    errors=(
        cases.UnknownCase,
        rules.ActionNotNow,
        handing_in.MaterialsMissing,
        handing_in.NotCorrected,
        handing_in.MaterialExpired,
        record.RecordChanged,
    ),
    summary_zh="提交申报，或提交补正",
    summary_en="Submit a filing, or what was corrected",
)
def submit_filing(call: Call[None]) -> views.FilingView:
    case_id, by = call.path["case_id"], call.principal.subject
    amending.check(cases.get_of(case_id, call.institution_id))
    return _view(call, usecases.submit(case_id=case_id, institution_id=call.institution_id, by=by, now=call.now))


@endpoint(
    blueprint,
    "POST",
    "/v1/school/filings/{case_id}/withdrawal",
    audience=Audience.SCHOOL_ADMIN,
    response=views.FilingView,
    status=201,
    idempotent=True,
    errors=(cases.UnknownCase, rules.ActionNotNow),
    summary_zh="放弃尚未提交的设立申请或变更",
    summary_en="Give up an application or a change that isn't submitted yet",
)
def withdraw_filing(call: Call[None]) -> views.FilingView:
    case_id, by = call.path["case_id"], call.principal.subject
    return _view(call, usecases.withdraw(case_id=case_id, institution_id=call.institution_id, by=by, now=call.now))


@endpoint(
    blueprint,
    "POST",
    "/v1/school/filings/{case_id}/findings/{number}/rectification",
    audience=Audience.SCHOOL_ADMIN,
    request=RectificationRequest,
    response=views.FilingView,
    status=201,
    idempotent=True,
    errors=(
        cases.UnknownCase,
        visits.UnknownFinding,
        visits.FindingClosed,
        rules.ActionNotNow,
        rules.FilingTextNeeded,
    ),
    summary_zh="报告现场核查问题的整改",
    summary_en="Say how a finding was put right",
)
def report_rectification(call: Call[RectificationRequest]) -> views.FilingView:
    number = call.path["number"]
    after = visits.report_rectified(
        case_id=call.path["case_id"],
        institution_id=call.institution_id,
        number=int(number) if number.isdecimal() and len(number) < 4 else 0,
        answer=call.body.answer,
        by=call.principal.subject,
        now=call.now,
    )
    return _view(call, after)


@endpoint(
    blueprint,
    "GET",
    "/v1/school/filings/{case_id}/decision.pdf",
    audience=Audience.SCHOOL_ADMIN,
    status=303,
    errors=(cases.UnknownCase, NotDecided),
    summary_zh="决定书（PDF）",
    summary_en="The decision as a PDF",
)
def get_decision_document(call: Call[None]) -> SeeOther:
    case = cases.get_of(call.path["case_id"], call.institution_id)
    if case.decision is None:
        raise NotDecided()
    school = institutions.get(case.institution_id)
    document = filing_decision.of(case, credit_code=school.credit_code, language=call.language)
    return SeeOther(delivery.hand_over(document, delivery.Form.PDF))


def _files(call: Call[MaterialRequest]) -> usecases.Handed:
    """The files that are named. Raises FileNotReady for one that isn't the school's own and accepted."""
    kept = materials.get_many([FileId(one) for one in call.body.files])
    handed = []
    for number, file_id in enumerate(call.body.files):
        one = kept.get(FileId(file_id))
        if one is None or one.institution_id != call.institution_id or one.status is not FileStatus.ACCEPTED:
            raise FileNotReady(pointer=f"/files/{number}")
        handed.append((FileRef(one.file_id, one.name, one.sha256), one.content_type, one.kept_size))
    return handed


def _view(call: Call[Any], case: Case) -> views.FilingView:
    return views.whole(case, call.language, clock.business_day(call.now))
