"""Is this school legal? By a part of its name, its credit code, or the plaque on its wall: open to everybody."""

from datetime import date
from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api.filing_views import AmendedView, changes
from functions.api.safety_views import SafetyView, safety
from functions.api.views import View
from functions.edge import amending, verified
from functions.edge.auth import Audience
from functions.edge.contract import Call, endpoint
from functions.edge.verified import Verified
from shared.institutions import store as institutions
from shared.institutions.model import CHANGE_NAMES, STATUS_NAMES, Change, Status
from shared.institutions.store import finding
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.listings.plaques import PlaqueReplaced
from shared.listings.store.plaques import UnknownPlaque

blueprint = Blueprint(__name__)

MOST = 20
MOST_CHANGES = 50
_PUBLIC = {Change.AMENDED, *(Change(status.value) for status in Status)} - {Change.APPLICANT}


class AskOneThing(errors.Invalid):
    code = "ask_one_thing"
    zh = "请按名称（至少两个字）、统一社会信用代码或牌匾编号之一查询。"
    en = "Ask by one of name (two characters at least), credit_code and plaque."


class VerifyQuery(pydantic.BaseModel):
    """Exactly one of: a part of the name, a whole credit code, the id that a plaque's QR code has."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    name: Annotated[str, pydantic.Field(min_length=2, max_length=60)] | None = None
    credit_code: Annotated[str, pydantic.Field(min_length=1, max_length=30)] | None = None
    plaque: Annotated[str, pydantic.Field(min_length=1, max_length=64)] | None = None


class PlaceView(View):
    name: str
    address: str


class VerifiedSchool(SafetyView):
    """A school with its safety. `legal`: it is licensed and may take on students today."""

    institution_id: str
    name: str
    credit_code: str
    licence_no: str
    licence_valid_to: date
    status: str
    status_name: str
    legal: bool
    campuses: list[PlaceView]


class RecordChangeView(View):
    """A change of a school's record: a status that it came to, or what was amended (`fields`), the newest first."""

    kind: str
    name: str
    at: str
    fields: list[AmendedView]


class RecordHistory(View):
    """The newest 50."""

    data: list[RecordChangeView]


class VerifiedSchools(View):
    """At most 20, by name; none: no such school is on file here."""

    data: list[VerifiedSchool]


@endpoint(
    blueprint,
    "GET",
    "/v1/verify",
    audience=Audience.PUBLIC,
    query=VerifyQuery,
    response=VerifiedSchools,
    errors=(AskOneThing, UnknownPlaque, PlaqueReplaced),
    summary_zh="查询机构是否合法：按名称、统一社会信用代码或牌匾",
    summary_en="Is this school legal? By name, credit code or plaque",
)
def verify(call: Call[None]) -> VerifiedSchools:
    asked = call.query
    assert isinstance(asked, VerifyQuery)
    if sum(one is not None for one in (asked.name, asked.credit_code, asked.plaque)) != 1:
        raise AskOneThing()
    if asked.plaque is not None:
        found = [verified.of_plaque(asked.plaque, now=call.now)]
    elif asked.name is not None:
        found = verified.schools(finding.by_name(asked.name, at_most=MOST), now=call.now)
    else:
        one = finding.by_credit_code(asked.credit_code or "")
        found = verified.schools([one] if one else [], now=call.now)
    return VerifiedSchools(data=[_view(one, call.language == "en") for one in found])


@endpoint(
    blueprint,
    "GET",
    "/v1/verify/{institution_id}/history",
    audience=Audience.PUBLIC,
    response=RecordHistory,
    errors=(institutions.UnknownInstitution,),
    summary_zh="机构登记的变更记录：状态变化和变更登记事项",
    summary_en="What has changed in a school's record: its status, and what was amended",
)
def list_record_history(call: Call[None]) -> RecordHistory:
    institution_id = InstitutionId(call.path["institution_id"])
    if institutions.get(institution_id).status is Status.APPLICANT:
        raise institutions.UnknownInstitution()
    told = [one for one in institutions.list_changes(institution_id, at_most=MOST_CHANGES) if one.change in _PUBLIC]
    return RecordHistory(
        data=[
            RecordChangeView(
                kind=one.change.value,
                name=CHANGE_NAMES[one.change][call.language == "en"],
                at=clock.shown(one.at),
                fields=changes(amending.lines(one.fields, call.language)),
            )
            for one in told
        ]
    )


def _view(one: Verified, english: bool) -> VerifiedSchool:
    school = one.school
    return VerifiedSchool(
        institution_id=school.institution_id,
        name=school.name,
        credit_code=school.credit_code,
        licence_no=school.licence_no,
        licence_valid_to=school.licence_valid_to,
        status=school.status.value,
        status_name=STATUS_NAMES[school.status][english],
        legal=one.legal,
        **vars(safety(one, english=english)),
        campuses=[PlaceView(name=campus.name, address=campus.address) for campus in school.campuses],
    )
