"""Is this school legal? By a part of its name, its credit code, or the plaque on its wall: open to everybody."""

from datetime import date
from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api.filing_views import InspectionView, inspection
from functions.api.views import View
from functions.edge import verified
from functions.edge.auth import Audience
from functions.edge.contract import Call, endpoint
from functions.edge.verified import MONEY_NAMES, Verified
from shared.institutions.model import STATUS_NAMES
from shared.institutions.store import finding
from shared.kernel import errors
from shared.listings.plaques import PlaqueReplaced
from shared.listings.store.plaques import UnknownPlaque

blueprint = Blueprint(__name__)

MOST = 20


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


class VerifiedSchool(View):
    """`legal`: it is licensed and may take on students today. `money` (safe, low, short, frozen) tells no amount.
    `inspection` is None where none of this year or the last says anything yet.
    """

    institution_id: str
    name: str
    credit_code: str
    licence_no: str
    licence_valid_to: date
    status: str
    status_name: str
    legal: bool
    on_list: str | None
    listed_reason: str | None
    listed_until: date | None
    money: str
    money_name: str
    inspection: InspectionView | None
    campuses: list[PlaceView]


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
        on_list=one.on.value if one.on else None,
        listed_reason=one.listing.reason if one.on else None,
        listed_until=one.listing.until if one.on else None,
        money=one.money.value,
        money_name=MONEY_NAMES[one.money][english],
        inspection=inspection(one.inspected, english),
        campuses=[PlaceView(name=campus.name, address=campus.address) for campus in school.campuses],
    )
