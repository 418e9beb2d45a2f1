"""A school's own place on the lists: whether it is eligible and why, its appeal against the black list."""

from datetime import date, datetime
from typing import Annotated, Any

import pydantic
from chalice.app import Blueprint

from functions.api.views import View
from functions.edge import eligibility
from functions.edge.auth import Audience
from functions.edge.contract import Call, Request, endpoint
from shared.institutions import store as institutions
from shared.institutions.store import UnknownInstitution
from shared.kernel import clock
from shared.listings import rules, store, usecases
from shared.listings.model import RULE_NAMES, Appeal, Fact

blueprint = Blueprint(__name__)

_APPEALS = 20


class FactView(View):
    """What a rule looked at: `value` beside its `limit`, as people read them; `since` when it is so, where it is known.

    `stops_sales`: while it isn't met, each sale is refused as it is made.
    """

    rule: str
    name: str
    met: bool
    stops_sales: bool
    value: str | None
    limit: str | None
    since: date | None


class AppealView(View):
    """An appeal against the school's `nth` change. `status`: open, upheld, dismissed."""

    nth: int
    text: str
    status: str
    answer: str | None
    at: str
    answered_at: str | None


class SchoolListingView(View):
    """`on_list`: white, black, or null. `may_appeal` against being on the black list, once for each time."""

    eligible: bool
    selling: bool
    facts: list[FactView]
    on_list: str | None
    since: str | None
    until: date | None
    reason: str | None
    evidence: str | None
    may_appeal: bool
    appeals: list[AppealView]


class AppealRequest(Request):
    """Why the school shouldn't be on the black list. Two officers answer."""

    text: Annotated[str, pydantic.Field(min_length=1, max_length=rules.MOST_TEXT)]


@endpoint(
    blueprint,
    "GET",
    "/v1/school/listing",
    audience=Audience.SCHOOL_ADMIN,
    response=SchoolListingView,
    errors=(UnknownInstitution,),
    summary_zh="本校名单状态与资格：每项条件、实际值、要求、自何时起",
    summary_en="The school's place on the lists, and its eligibility: each rule, its value, its limit, since when",
)
def get_school_listing(call: Call[Any]) -> SchoolListingView:
    school = institutions.get(call.institution_id)
    listing = store.get(school.institution_id)
    found = eligibility.of(school, now=call.now, listing=listing)
    english = call.language == "en"
    return SchoolListingView(
        eligible=found.eligible,
        selling=school.may_sell_on(clock.business_day(call.now)),
        facts=[_fact(fact, english) for fact in found.facts],
        on_list=listing.on.value if listing.on else None,
        since=clock.shown(listing.at) if listing.at else None,
        until=listing.until,
        reason=listing.reason if listing.on else None,
        evidence=listing.evidence if listing.on else None,
        may_appeal=listing.on == "black" and listing.appealed != listing.changes,
        appeals=[_appeal(one) for one in store.list_appeals(school.institution_id, at_most=_APPEALS)],
    )


@endpoint(
    blueprint,
    "POST",
    "/v1/school/listing/appeals",
    audience=Audience.SCHOOL_ADMIN,
    request=AppealRequest,
    response=AppealView,
    status=201,
    idempotent=True,
    errors=(rules.NothingToAppeal, rules.AlreadyAppealed, rules.AppealTextNeeded, store.ListingChanged),
    summary_zh="对列入黑名单提出申诉（每次列入可申诉一次）",
    summary_en="Appeal against being on the black list, once for each time that the school is put there",
)
def appeal_against_listing(call: Call[AppealRequest]) -> AppealView:
    by = call.principal.subject
    try:
        made = usecases.appeal(institution_id=call.institution_id, text=call.body.text, by=by, now=call.now)
    except rules.AlreadyAppealed:
        made = _made_before(call, by)
    return _appeal(made)


def _made_before(call: Call[AppealRequest], by: str) -> Appeal:
    """The appeal that this very call made when its answer was lost. Raises AlreadyAppealed for another's."""
    listing = store.get(call.institution_id)
    before = store.get_appeal(call.institution_id, listing.appealed)
    if before.text != call.body.text.strip() or before.by != by:
        raise rules.AlreadyAppealed()
    return before


def _fact(fact: Fact, english: bool) -> FactView:
    since = clock.business_day(fact.since) if isinstance(fact.since, datetime) else fact.since
    return FactView(
        rule=fact.rule.value,
        name=RULE_NAMES[fact.rule][english],
        met=fact.met,
        stops_sales=fact.stops_sales,
        value=fact.value or None,
        limit=fact.limit or None,
        since=since,
    )


def _appeal(one: Appeal) -> AppealView:
    return AppealView(
        nth=one.nth,
        text=one.text,
        status=one.status.value,
        answer=one.answer or None,
        at=clock.shown(one.at),
        answered_at=clock.shown(one.answered_at) if one.answered_at else None,
    )
