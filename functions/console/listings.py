"""The white list and the black list: who is on them, a school's eligibility and history, what is proposed, appeals."""

from datetime import date

from chalice.app import Blueprint

from functions.console import acts, evidence, officers, roles
from functions.console.approvals import propose
from functions.console.pages import Answer, Shown, Visit, form, page
from functions.console.schools import get_school
from functions.edge import eligibility, listing_acts, reentry
from functions.edge.auth import NotForYourRole
from shared.approvals import rules as approvals
from shared.approvals.model import Kind
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.kernel import clock, errors
from shared.listings import rules, store
from shared.listings.model import Listing, ListName

blueprint = Blueprint(__name__)

PAGE = 20
_APPEALS = 5
_LISTS = {Kind.WHITELISTING: ListName.WHITE, Kind.BLACKLISTING: ListName.BLACK}


class NoSuchListingAct(errors.Missing):
    code = "no_such_listing_act"
    zh = "没有这个名单事项。"
    en = "There is no such act on a listing."


class ListingDayUnreadable(errors.Invalid):
    code = "listing_day_unreadable"
    zh = "到期日应为“年-月-日”，如 2027-06-30。"
    en = "The last day is a date such as 2027-06-30."


class AppealAnswerMissing(errors.Invalid):
    code = "appeal_answer_missing"
    zh = "请选择申诉成立或不成立。"
    en = "Choose whether the appeal is upheld or dismissed."


@page(blueprint, "/console/listings")
def show_listings(visit: Visit) -> Shown:
    """One page of a list, the newest first; or of the appeals that wait, the longest first."""
    of, cursor = visit.asked("of") or ListName.WHITE.value, visit.asked("cursor")
    appealing = of == "appeals"
    name = ListName.BLACK if of == ListName.BLACK else ListName.WHITE
    appeals = store.list_open_appeals(limit=PAGE, cursor=cursor) if appealing else None
    listed = None if appealing else store.list_page(name, limit=PAGE, cursor=cursor)
    found = appeals or listed
    assert found is not None
    told = {
        "of": "appeals" if appealing else name.value,
        "appeals": appeals.rows if appeals else (),
        "listed": listed.rows if listed else (),
        "schools": institutions.get_many([one.institution_id for one in found.rows]) if found.rows else {},
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
    }
    return Shown("listings.html", told)


@page(blueprint, "/console/schools/{institution_id}/listing")
def show_listing(visit: Visit) -> Shown:
    """Where a school stands, whether it is eligible and why, what has changed, its appeals."""
    school = get_school(visit)
    iid = school.institution_id
    listing = store.get(iid)
    history = store.list_history(iid, limit=PAGE, cursor=visit.asked("history"))
    appeals = store.list_appeals(iid, at_most=_APPEALS)
    told = {
        "school": school,
        "listing": listing,
        "eligibility": eligibility.of(school, now=visit.now, listing=listing),
        "selling": school.may_sell_on(clock.business_day(visit.now)),
        "history": history,
        "files": evidence.shown(file_id for one in history.rows for file_id in one.files),
        "hints": reentry.hints(school),
        "appeals": appeals,
        "officers": officers.names(name for one in history.rows for name in (one.proposed_by, one.approved_by)),
        "query": visit.query,
    }
    return Shown("listing.html", told)


@page(blueprint, "/console/schools/{institution_id}/listing/{act}", who=roles.RECOMMENDERS)
def ask_to_list(visit: Visit) -> Shown:
    """The form that proposes to put a school on a list, take it off, or answer its appeal."""
    return _asked(visit, get_school(visit), _kind(visit))


@form(blueprint, "/console/schools/{institution_id}/listing/{act}", who=roles.RECOMMENDERS)
def propose_listing(visit: Visit) -> Answer:
    """Propose it; a supervisor, another person, approves."""
    school, kind = get_school(visit), _kind(visit)
    listing = store.get(school.institution_id)
    try:
        figures, words = _told(visit, school, kind, listing)
        subject = f"{school.institution_id}#{listing.changes}"
        return propose(visit, kind, school.institution_id, subject=subject, figures=figures, words=words)
    except (errors.Invalid, errors.Conflict) as refusal:
        return _asked(visit, school, kind, refusal)


def _told(visit: Visit, school: Institution, kind: Kind, listing: Listing) -> tuple[dict[str, int], dict[str, str]]:
    """The figures and words of a proposal, for functions/console/acts.py; what can't be is refused now."""
    if kind in _LISTS:
        until, today = _until(visit), clock.business_day(visit.now)
        told = rules.check_listing(
            listing, _LISTS[kind], evidence=visit.form.get("evidence", ""), until=until, on=today
        )
        if kind is Kind.WHITELISTING:
            listing_acts.check_eligible(listing.institution_id, listing, visit.now)
        files = evidence.named(visit, school)
        return {}, {"evidence": told, **files} | ({"until": until.isoformat()} if until else {})
    if kind is Kind.DELISTING:
        return {}, {"on_list": rules.check_removal(listing).value}
    appeal = store.get_appeal(listing.institution_id, listing.appealed)
    rules.check_answerable(listing, appeal)
    answer = visit.form.get("answer", "")
    if answer not in ("upheld", "dismissed"):
        raise AppealAnswerMissing(pointer="/answer")
    return {"listing_change": appeal.nth}, {"appeal": appeal.text, "appeal_answer": answer}


def _until(visit: Visit) -> date | None:
    """Raises ListingDayUnreadable."""
    text = visit.form.get("until", "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ListingDayUnreadable(pointer="/until") from None


def _kind(visit: Visit) -> Kind:
    """The act that the address names. Raises NoSuchListingAct, NotForYourRole."""
    named = visit.path["act"]
    if named not in {*_LISTS, Kind.DELISTING, Kind.LISTING_APPEAL}:
        raise NoSuchListingAct()
    if visit.role not in acts.ACTS[Kind(named)].proposers:
        raise NotForYourRole()
    return Kind(named)


def _asked(visit: Visit, school: Institution, kind: Kind, refusal: errors.Refusal | None = None) -> Shown:
    listing = store.get(school.institution_id)
    told = {
        "kind": kind,
        "address": f"/console/schools/{school.institution_id}/listing/{kind}",
        "school": school,
        "listing": listing,
        "appeal": store.get_appeal(school.institution_id, listing.appealed) if kind is Kind.LISTING_APPEAL else None,
        "reason": visit.form.get("reason", ""),
        "evidence": visit.form.get("evidence", ""),
        "until": visit.form.get("until", ""),
        "files": evidence.offered(school) if kind in _LISTS else [],
        "chosen": evidence.chosen(visit),
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "most_reason": approvals.MOST_REASON,
        "most_text": rules.MOST_TEXT,
    }
    return Shown("listing_proposal.html", told, refusal.status if refusal else 200)
