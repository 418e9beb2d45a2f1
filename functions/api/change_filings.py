"""A school files a change of its record (变更): what changes, field by field, checked before anything is opened."""

from dataclasses import replace
from typing import Annotated, Self

import pydantic
from chalice.app import Blueprint

from functions.api import filing_views as views
from functions.edge import amending
from functions.edge.auth import Audience
from functions.edge.contract import Call, Id, Request, endpoint
from shared.dynamo import transaction
from shared.filings import rules, usecases
from shared.filings.model import Filing
from shared.filings.store import cases
from shared.institutions import amending as record
from shared.institutions import rules as institution_rules
from shared.institutions import store as institutions
from shared.institutions.model import Campus, Institution, Status
from shared.kernel import clock, errors, ids, position
from shared.kernel.ids import CampusId, CaseId

blueprint = Blueprint(__name__)

Answer = Annotated[str, pydantic.Field(min_length=1, max_length=rules.MOST_TEXT)]


class CampusRequest(Request):
    """A campus as it is afterwards; `campus_id` of one that there is, none for a new one.

    `street` and `position` (`latitude,longitude` in GCJ-02) stay where neither they nor the address are told anew.
    """

    campus_id: Id | None = None
    name: Annotated[str, pydantic.Field(min_length=1, max_length=40)]
    address: Annotated[str, pydantic.Field(min_length=1, max_length=200)]
    phone: Annotated[str, pydantic.Field(min_length=7, max_length=20)]
    street: Annotated[str, pydantic.Field(max_length=40)] | None = None
    position: Annotated[str, pydantic.Field(max_length=40)] | None = None


class AmendmentRequest(Request):
    """What the record says afterwards; a field that isn't told stays. `campuses`: all that there are afterwards."""

    name: Annotated[str, pydantic.Field(min_length=1, max_length=60)] | None = None
    short_name: Annotated[str, pydantic.Field(min_length=1, max_length=20)] | None = None
    legal_representative: Annotated[str, pydantic.Field(min_length=1, max_length=40)] | None = None
    phone: Annotated[str, pydantic.Field(min_length=7, max_length=20)] | None = None
    size: Annotated[str, pydantic.Field(max_length=10)] | None = None
    categories: Annotated[list[str], pydantic.Field(min_length=1, max_length=20)] | None = None
    campuses: Annotated[list[CampusRequest], pydantic.Field(min_length=1, max_length=10)] | None = None

    @pydantic.model_validator(mode="after")
    def tells_something(self) -> Self:
        """At least one field is told."""
        if all(value is None for _, value in self):
            raise ValueError("nothing is told")
        return self


class ChangeRequest(Request):
    """`changes`: what is to change; `statement`: why."""

    statement: Answer
    changes: AmendmentRequest


class NotLicensed(errors.Conflict):
    code = "filing_not_licensed"
    zh = "只有已取得办学许可证的机构可以申报变更。"
    en = "Only a licensed school files a change."


@endpoint(
    blueprint,
    "POST",
    "/v1/school/filings",
    audience=Audience.SCHOOL_ADMIN,
    request=ChangeRequest,
    response=views.FilingView,
    status=201,
    idempotent=True,
    errors=(
        NotLicensed,
        rules.FilingTextNeeded,
        record.NothingToAmend,
        record.AmendmentBlank,
        record.SizeUnknown,
        record.UnknownCampus,
        record.CampusesWrong,
        record.NameTooLong,
        amending.CategoryUnknown,
        institution_rules.WrongPhone,
        position.WrongPosition,
    ),
    summary_zh="申报变更",
    summary_en="File a change",
)
def file_change(call: Call[ChangeRequest]) -> views.FilingView:
    school = institutions.get(call.institution_id)
    if school.status is not Status.LICENSED:
        raise NotLicensed()
    case, parts = usecases.opening(
        case_id=CaseId(ids.derived("cas", school.institution_id, Filing.CHANGE, call.idempotency_key)),
        filing=Filing.CHANGE,
        institution_id=school.institution_id,
        institution_type=rules.institution_type(school.credit_code),
        subject=school.name,
        by=call.principal.subject,
        now=call.now,
        statement=rules.check_text(call.body.statement, pointer="/statement"),
        amendments=amending.asked(school, _after(school, call.body.changes)),
    )
    try:
        transaction.commit(parts)
    except cases.CaseExists:  # the answer to the same request was lost
        case = cases.get(case.case_id)
    return views.whole(case, call.language, clock.business_day(call.now))


def _placed(campus: Campus, told: CampusRequest, was: Campus | None) -> Campus:
    """The campus with its street and its position: those that are told, else those that it has at the same address."""
    street, place = (was.street, was.position) if was and was.address == campus.address else ("", "")
    return replace(
        campus,
        street=street if told.street is None else told.street.strip(),
        position=place if told.position is None else told.position.strip(),
    )


def _after(school: Institution, told: AmendmentRequest) -> Institution:
    """The school as it is to become. Raises UnknownCampus."""
    known = {campus.campus_id: campus for campus in school.campuses}
    campuses = []
    for number, one in enumerate(told.campuses or ()):
        if one.campus_id is not None and one.campus_id not in known:
            raise record.UnknownCampus(pointer=f"/changes/campuses/{number}/campus_id")
        new = ids.derived("cmp", school.institution_id, one.name, one.address)
        campus = Campus(CampusId(one.campus_id or new), one.name.strip(), one.address.strip(), one.phone)
        campuses.append(_placed(campus, one, known.get(campus.campus_id)))
    return amending.becoming(
        school,
        name=told.name and told.name.strip(),
        short_name=told.short_name and told.short_name.strip(),
        legal_representative=told.legal_representative and told.legal_representative.strip(),
        phone=told.phone,
        size=told.size,
        categories=tuple(told.categories) if told.categories is not None else None,
        campuses=tuple(campuses) if told.campuses is not None else None,
    )
