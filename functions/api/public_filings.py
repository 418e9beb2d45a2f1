"""Decisions while they are public, and the objections to them: open to everybody."""

from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api import filing_views as views
from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, PageQuery, Request, endpoint
from shared.filings import decisions, rules
from shared.filings.model import State
from shared.filings.store import cases
from shared.kernel import clock
from shared.kernel.page import Page

blueprint = Blueprint(__name__)


class ObjectionRequest(Request):
    """`contact`: where the bureau may ask; only the bureau sees it."""

    by_whom: Annotated[str, pydantic.Field(min_length=1, max_length=100)]
    contact: Annotated[str, pydantic.Field(max_length=100)] = ""
    text: Annotated[str, pydantic.Field(min_length=1, max_length=rules.MOST_TEXT)]


class ObjectionView(View):
    objection_id: str
    status: str
    at: str


@endpoint(
    blueprint,
    "GET",
    "/v1/publicity",
    audience=Audience.PUBLIC,
    query=PageQuery,
    response=views.PublicFiling,
    summary_zh="正在公示的审批决定",
    summary_en="Decisions that are public now",
)
def list_publicity(call: Call[None]) -> Page[views.PublicFiling]:
    found = cases.list_by_state(State.PUBLICISED, limit=call.page.limit, cursor=call.page.cursor)
    return found.map(lambda case: views.public(case, call.language))


@endpoint(
    blueprint,
    "POST",
    "/v1/publicity/{case_id}/objections",
    audience=Audience.PUBLIC,
    request=ObjectionRequest,
    response=ObjectionView,
    status=201,
    errors=(cases.UnknownCase, rules.ActionNotNow, rules.FilingTextNeeded, decisions.TooManyObjections),
    summary_zh="对公示的决定提出异议（同样的内容只记一次）",
    summary_en="Object to a decision that is public (the same words count once)",
)
def object_to_decision(call: Call[ObjectionRequest]) -> ObjectionView:
    kept = decisions.object_to(
        case_id=call.path["case_id"],
        by_whom=call.body.by_whom,
        contact=call.body.contact,
        text=call.body.text,
        now=call.now,
    )
    return ObjectionView(objection_id=kept.objection_id, status=kept.status.value, at=clock.shown(kept.at))
