"""A school's plaque for its wall: the code, and a page to print."""

from typing import Any

from chalice.app import Blueprint

from functions.api.views import View
from functions.documents import plaque as papers
from functions.edge import files, plaque_acts
from functions.edge.auth import Audience
from functions.edge.contract import Call, Request, SeeOther, endpoint
from shared.institutions import store as institutions
from shared.institutions.store import UnknownInstitution
from shared.kernel import clock
from shared.listings import plaques
from shared.listings.model import Plaque
from shared.listings.plaques import NoPlaqueYet, NotForPlaque

blueprint = Blueprint(__name__)


class PlaqueView(View):
    """`address` is what the code says; `svg` is the code itself, to be put on anything."""

    plaque_id: str
    address: str
    issued_at: str
    svg: str


class PlaqueRequest(Request):
    """Nothing needs to be said."""


@endpoint(
    blueprint,
    "POST",
    "/v1/school/plaque",
    audience=Audience.SCHOOL_ADMIN,
    request=PlaqueRequest,
    response=PlaqueView,
    status=201,
    idempotent=True,
    errors=(UnknownInstitution, NotForPlaque),
    summary_zh="领取本校牌匾；已有的，给出现行的",
    summary_en="The school's plaque, made if it has none",
)
def issue_plaque(call: Call[PlaqueRequest]) -> PlaqueView:
    school = institutions.get(call.institution_id)
    plaque = plaque_acts.issue(school, by=call.principal.subject, now=call.now)
    return _view(plaque)


@endpoint(
    blueprint,
    "GET",
    "/v1/school/plaque.pdf",
    audience=Audience.SCHOOL_ADMIN,
    status=303,
    errors=(UnknownInstitution, NoPlaqueYet),
    summary_zh="本校牌匾，供打印（PDF 文件的地址）",
    summary_en="The school's plaque to print: the address of a PDF",
)
def print_plaque(call: Call[Any]) -> SeeOther:
    school, plaque = institutions.get(call.institution_id), plaques.get_of(call.institution_id)
    content = papers.pdf(plaque, school)
    return SeeOther(files.hand_over(content, name=f"{school.short_name}-牌匾.pdf", content_type=papers.CONTENT_TYPE))


def _view(plaque: Plaque) -> PlaqueView:
    return PlaqueView(
        plaque_id=plaque.plaque_id,
        address=papers.address(plaque),
        issued_at=clock.shown(plaque.issued_at),
        svg=papers.svg(plaque),
    )
