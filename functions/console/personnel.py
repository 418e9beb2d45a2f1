"""Who may not teach: the blacklist, the serving public-school teachers, whom a school publishes all the same."""

from collections.abc import Iterator
from datetime import date

from chalice.app import Blueprint

from functions.console import csv_files, officers, profile_words, roles, words
from functions.console.approvals import propose
from functions.console.pages import Answer, Download, Shown, Visit, form, page
from shared.approvals import rules as approvals
from shared.approvals.model import OF_NO_SCHOOL, Kind
from shared.institutions import store as institutions
from shared.kernel import clock, errors
from shared.kernel.page import Page
from shared.personnel import rules, store
from shared.personnel.model import ListName, Person

blueprint = Blueprint(__name__)

PAGE = 20
MOST_IN_A_FILE = 2000
_PUBLISHED = "published"


class UnknownPerson(errors.Missing):
    code = "unknown_person"
    zh = "没有找到该人员。"
    en = "There is no such person."


class PersonDayUnreadable(errors.Invalid):
    code = "person_day_unreadable"
    zh = "到期日应为“年-月-日”，如 2027-06-30。"
    en = "The last day is a date such as 2027-06-30."


class NoSuchPersonnelList(errors.Invalid):
    code = "no_such_personnel_list"
    zh = "没有这份名单。"
    en = "There is no such list."


@page(blueprint, "/console/personnel", who=roles.PERSONNEL)
def show_personnel(visit: Visit) -> Shown:
    """One page of a list, the newest first; or whoever has a number or a name that is asked for."""
    of, asked, cursor = _of(visit), visit.query.get("q", "").strip(), visit.asked("cursor")
    found = _searched(asked, cursor) if asked else _listed(of, limit=PAGE, cursor=cursor)
    schools = {one.institution_id for person in found.rows for one in person.published}
    told = {
        "of": of,
        "asked": asked,
        "rows": found.rows,
        "schools": institutions.get_many(sorted(schools)) if schools else {},
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
        "most_in_a_file": MOST_IN_A_FILE,
    }
    return Shown("personnel.html", told)


@page(blueprint, "/console/personnel.csv", who=roles.PERSONNEL)
def download_personnel(visit: Visit) -> Download:
    """The newest of a list, as a table that names nobody."""
    of = _of(visit)
    rows: list[list[csv_files.Cell]] = [
        [
            person.number,
            profile_words.PERSONNEL_LISTS[name.value][visit.language == "en"],
            csv_files.moment(listing.since),
            listing.until.isoformat() if listing.until else "",
            listing.reason,
            listing.evidence,
            len(person.published),
        ]
        for person in _newest(of)
        for name in ListName
        for listing in [person.listing(name)]
        if listing is not None and of in (name.value, _PUBLISHED)
    ]
    day = clock.business_day(visit.now)
    return Download(f"personnel-{of}-{day}.csv", csv_files.text(_COLUMNS, visit.language, rows))


_COLUMNS: tuple[words.Both, ...] = (
    ("资格证号", "qualification_no"),
    ("名单", "list"),
    ("列入时间", "since"),
    ("至", "until"),
    ("理由", "reason"),
    ("依据", "evidence"),
    ("公示任教的机构数", "published_by"),
)


@page(blueprint, "/console/personnel/{number}", who=roles.PERSONNEL)
def show_person(visit: Visit) -> Shown:
    """One person: the lists she is on, the schools that publish her, what happened."""
    person = _person(visit)
    history = store.list_history(person.number, limit=PAGE, cursor=visit.asked("history"))
    told = {
        "person": person,
        "barred": person.barred_by(clock.business_day(visit.now)),
        "schools": institutions.get_many([one.institution_id for one in person.published]) if person.published else {},
        "history": history,
        "officers": officers.names(name for one in history.rows for name in (one.proposed_by, one.approved_by) if name),
        "query": visit.query,
    }
    return Shown("person.html", told)


@page(blueprint, "/console/personnel-blacklisting", who=roles.RECOMMENDERS)
def ask_to_blacklist_person(visit: Visit) -> Shown:
    """The form that proposes to put a person on the blacklist."""
    return _asked(visit, visit.query)


@form(blueprint, "/console/personnel-blacklisting", who=roles.RECOMMENDERS)
def propose_blacklisting_person(visit: Visit) -> Answer:
    """Propose it; a supervisor, another person, approves."""
    try:
        number = rules.normal_number(visit.form.get("qualification_no", ""))
        name = rules.normal_name(visit.form.get("name", ""))
        until, person = _until(visit), store.get(number)
        evidence = rules.check_blacklisting(
            person, evidence=visit.form.get("evidence", ""), until=until, on=clock.business_day(visit.now)
        )
        told = {"qualification_no": number, "person_name": name, "evidence": evidence}
        told |= {"until": until.isoformat()} if until else {}
        subject = f"person#{number}#{person.changes}"
        return propose(visit, Kind.PERSON_BLACKLISTING, OF_NO_SCHOOL, subject=subject, words=told)
    except (errors.Invalid, errors.Conflict) as refusal:
        return _asked(visit, visit.form, refusal)


@page(blueprint, "/console/personnel/{number}/delisting", who=roles.RECOMMENDERS)
def ask_to_delist_person(visit: Visit) -> Shown:
    """The form that proposes to take a person off a list."""
    return _asked_to_delist(visit, _person(visit), visit.query.get("list", ""))


@form(blueprint, "/console/personnel/{number}/delisting", who=roles.RECOMMENDERS)
def propose_delisting_person(visit: Visit) -> Answer:
    """Propose it; a supervisor, another person, approves."""
    person, named = _person(visit), visit.form.get("list", "")
    try:
        on = _list_named(named)
        rules.check_removal(person, on)
        listing = person.listing(on)
        assert listing is not None
        told = {"qualification_no": person.number, "person_name": listing.name, "person_list": on.value}
        subject = f"person#{person.number}#{on}#{person.changes}"
        return propose(visit, Kind.PERSON_DELISTING, OF_NO_SCHOOL, subject=subject, words=told)
    except (errors.Invalid, errors.Conflict) as refusal:
        return _asked_to_delist(visit, person, named, refusal)


def _of(visit: Visit) -> str:
    asked = visit.asked("of") or ""
    return asked if asked in {*ListName, _PUBLISHED} else ListName.BLACKLIST.value


def _listed(of: str, *, limit: int, cursor: str | None) -> Page[Person]:
    if of == _PUBLISHED:
        return store.list_published(limit=limit, cursor=cursor)
    return store.list_page(ListName(of), limit=limit, cursor=cursor)


def _searched(asked: str, cursor: str | None) -> Page[Person]:
    """Who has this number, or else this name; nobody for what can be neither."""
    try:
        person = store.get(rules.normal_number(asked))
        if person.version:
            return Page([person])
    except rules.QualificationNoWrong:
        pass
    try:
        return store.list_named(rules.normal_name(asked), limit=PAGE, cursor=cursor)
    except rules.PersonNameWrong:
        return Page([])


def _newest(of: str) -> Iterator[Person]:
    cursor = None
    for _ in range(MOST_IN_A_FILE // 100):
        found = _listed(of, limit=100, cursor=cursor)
        yield from found.rows
        cursor = found.next_cursor
        if cursor is None:
            return


def _person(visit: Visit) -> Person:
    """Raises UnknownPerson, also of a number that can't be one."""
    try:
        person = store.get(rules.normal_number(visit.path["number"]))
    except rules.QualificationNoWrong:
        raise UnknownPerson() from None
    if not person.version:
        raise UnknownPerson()
    return person


def _list_named(text: str) -> ListName:
    """Raises NoSuchPersonnelList."""
    if text not in set(ListName):
        raise NoSuchPersonnelList(pointer="/list")
    return ListName(text)


def _until(visit: Visit) -> date | None:
    """Raises PersonDayUnreadable."""
    text = visit.form.get("until", "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise PersonDayUnreadable(pointer="/until") from None


def _asked(visit: Visit, given: object, refusal: errors.Refusal | None = None) -> Shown:
    told = {
        "kind": Kind.PERSON_BLACKLISTING,
        "address": "/console/personnel-blacklisting",
        "given": given,
        "person": None,
        **_limits(visit, refusal),
    }
    return Shown("person_proposal.html", told, refusal.status if refusal else 200)


def _asked_to_delist(visit: Visit, person: Person, named: str, refusal: errors.Refusal | None = None) -> Shown:
    told = {
        "kind": Kind.PERSON_DELISTING,
        "address": f"/console/personnel/{person.number}/delisting",
        "person": person,
        "on": named,
        **_limits(visit, refusal),
    }
    return Shown("person_proposal.html", told, refusal.status if refusal else 200)


def _limits(visit: Visit, refusal: errors.Refusal | None) -> dict[str, object]:
    return {
        "reason": visit.form.get("reason", ""),
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "most_reason": approvals.MOST_REASON,
        "most_evidence": rules.MOST_EVIDENCE,
        "most_name": rules.MOST_NAME,
    }
