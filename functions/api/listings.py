"""The white list and the black list, each school's history, and what has changed: open to everybody."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import pydantic
from chalice.app import Blueprint, Response

from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, PageQuery, endpoint, raw_endpoint
from functions.edge.settings import settings
from shared.dynamo.pages import BadCursor
from shared.institutions import store as institutions
from shared.institutions.store import UnknownInstitution
from shared.kernel import clock
from shared.kernel.ids import InstitutionId
from shared.kernel.page import Page
from shared.listings import store
from shared.listings.model import CHANGE_NAMES, LIST_NAMES, ListChange, ListName

blueprint = Blueprint(__name__)

_FEED = 50


class ListedView(View):
    """A school on a list, through the business day `until` (null: without an end). `selling`: may it sell today."""

    institution_id: str
    name: str
    credit_code: str
    status: str
    selling: bool
    since: str
    until: date | None
    reason: str
    evidence: str


class ListChangeView(View):
    """A change. `number` counts the district's from 1 on without a gap; `nth` the school's own.

    `was` and `becomes`: white, black, or null for no list. `kind`: listed, removed, lapsed, appeal_upheld. Each
    with its name in Chinese and in English.
    """

    number: int
    nth: int
    institution_id: str
    name: str
    credit_code: str
    kind: str
    kind_zh: str
    kind_en: str
    was: str | None
    was_zh: str | None
    was_en: str | None
    becomes: str | None
    becomes_zh: str | None
    becomes_en: str | None
    reason: str
    evidence: str
    until: date | None
    at: str


class ChangesQuery(pydantic.BaseModel):
    """The changes after the one with this number, at most `limit` of them, oldest first."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    after: Annotated[int, pydantic.Field(ge=0, le=10**9)] = 0
    limit: Annotated[int, pydantic.Field(ge=1, le=100)] = 50


class ListChangesView(View):
    """Ask again after `last`: what was changed by then comes, every change once. With nothing new it is `after`."""

    data: list[ListChangeView]
    last: int


@endpoint(
    blueprint,
    "GET",
    "/v1/listings/whitelist",
    audience=Audience.PUBLIC,
    query=PageQuery,
    response=ListedView,
    errors=(BadCursor,),
    summary_zh="白名单，新列入的在前",
    summary_en="The white list, the newest first",
)
def list_whitelist(call: Call[None]) -> Page[ListedView]:
    return _list(call, ListName.WHITE)


@endpoint(
    blueprint,
    "GET",
    "/v1/listings/blacklist",
    audience=Audience.PUBLIC,
    query=PageQuery,
    response=ListedView,
    errors=(BadCursor,),
    summary_zh="黑名单，新列入的在前",
    summary_en="The black list, the newest first",
)
def list_blacklist(call: Call[None]) -> Page[ListedView]:
    return _list(call, ListName.BLACK)


@endpoint(
    blueprint,
    "GET",
    "/v1/listings/institutions/{institution_id}/history",
    audience=Audience.PUBLIC,
    query=PageQuery,
    response=ListChangeView,
    errors=(UnknownInstitution, BadCursor),
    summary_zh="某机构的名单变更记录，新的在前",
    summary_en="A school's changes on the lists, the newest first",
)
def list_listing_history(call: Call[None]) -> Page[ListChangeView]:
    institution_id = InstitutionId(call.path["institution_id"])
    page = store.list_history(institution_id, limit=call.page.limit, cursor=call.page.cursor)
    if not page.rows:
        institutions.get(institution_id)  # one that never was on a list, or that nobody knows
    return page.map(change_view)


@endpoint(
    blueprint,
    "GET",
    "/v1/listings/changes",
    audience=Audience.PUBLIC,
    query=ChangesQuery,
    response=ListChangesView,
    summary_zh="名单变更，按编号从旧到新；每次变更恰好一次",
    summary_en="The changes of the lists by number, oldest first; every change exactly once",
)
def list_listing_changes(call: Call[None]) -> ListChangesView:
    asked = call.query
    assert isinstance(asked, ChangesQuery)
    found = store.list_changes(after=asked.after, limit=asked.limit)
    return ListChangesView(data=list(map(change_view, found)), last=found[-1].number if found else asked.after)


@raw_endpoint(
    blueprint,
    "GET",
    "/v1/listings/feed.json",
    summary_zh="名单变更的订阅源（JSON Feed 1.1），最近50条",
    summary_en="The last 50 changes of the lists as a JSON Feed 1.1",
)
def get_listings_feed() -> Response:
    found = store.list_changes(after=max(store.last_number() - _FEED, 0), limit=_FEED)
    home = settings().public_url
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "培训机构白名单、黑名单变更 Changes of the white and the black list",
        "language": "zh-CN",
        "home_page_url": f"{home}/verify",
        "feed_url": f"{home}/v1/listings/feed.json",
        "items": _items(found),
    }
    body = json.dumps(told, ensure_ascii=False)
    return Response(body=body, headers={"Content-Type": "application/feed+json; charset=utf-8"})


def change_view(change: ListChange) -> ListChangeView:
    """A change as the API says it: without the officers."""
    kind, none = CHANGE_NAMES[change.kind], (None, None)
    was = LIST_NAMES[change.was] if change.was else none
    becomes = LIST_NAMES[change.becomes] if change.becomes else none
    return ListChangeView(
        number=change.number,
        nth=change.nth,
        institution_id=change.institution_id,
        name=change.name,
        credit_code=change.credit_code,
        kind=change.kind.value,
        kind_zh=kind[0],
        kind_en=kind[1],
        was=change.was.value if change.was else None,
        was_zh=was[0],
        was_en=was[1],
        becomes=change.becomes.value if change.becomes else None,
        becomes_zh=becomes[0],
        becomes_en=becomes[1],
        reason=change.reason,
        evidence=change.evidence,
        until=change.until,
        at=clock.shown(change.at),
    )


def _list(call: Call[None], of: ListName) -> Page[ListedView]:
    page = store.list_page(of, limit=call.page.limit, cursor=call.page.cursor)
    schools = institutions.get_many([one.institution_id for one in page.rows]) if page.rows else {}
    today = clock.business_day(call.now)
    told = []
    for one in page.rows:
        school = schools.get(one.institution_id)
        if school is None or one.at is None or (one.until is not None and one.until < today):
            continue
        told.append(
            ListedView(
                institution_id=school.institution_id,
                name=school.name,
                credit_code=school.credit_code,
                status=school.status.value,
                selling=school.may_sell_on(today),
                since=clock.shown(one.at),
                until=one.until,
                reason=one.reason,
                evidence=one.evidence,
            )
        )
    return Page(told, page.next_cursor)


def _items(found: Sequence[ListChange]) -> list[dict[str, Any]]:
    items = []
    for change in reversed(found):
        name = LIST_NAMES[change.becomes or change.was or ListName.WHITE]
        kind = CHANGE_NAMES[change.kind]
        until = f"，至 {change.until}" if change.until else ""
        items.append(
            {
                "id": f"listing-change-{change.number}",
                "title": f"{change.name}：{kind[0]}{name[0]}",
                "content_text": f"{change.reason}{until}\n{kind[1]}: {name[1]}. {change.credit_code}",
                "date_published": clock.shown(change.at),
            }
        )
    return items
