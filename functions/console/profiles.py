"""What is published of schools: changes that wait for a review, one change, a school's profile with its validity."""

from datetime import timedelta

from chalice.app import Blueprint

from functions.console import officers, roles
from functions.console.pages import Answer, SeeOther, Shown, Visit, form, page
from functions.console.schools import get_school
from functions.edge import personnel_acts, publishing
from shared.institutions import store as institutions
from shared.institutions.model import Certificate, Teacher
from shared.institutions.store import watched
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId, ProfileChangeId
from shared.policy import queries as policies
from shared.profiles import rules, store, usecases
from shared.profiles.model import ChangeStatus, ProfileChange

blueprint = Blueprint(__name__)

PAGE = 20


@page(blueprint, "/console/profiles")
def show_profile_changes(visit: Visit) -> Shown:
    """One page of the changes that wait for a review, the longest waiting first."""
    found = store.list_waiting(limit=PAGE, cursor=visit.asked("cursor"))
    schools = institutions.get_many([one.institution_id for one in found.rows]) if found.rows else {}
    published = {
        one.change_id: publishing.item_of(schools[one.institution_id], one.item_id)
        for one in found.rows
        if one.institution_id in schools
    }
    told = {
        "rows": found.rows,
        "schools": schools,
        "published": published,
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
        "done": visit.query.get("done", ""),
    }
    return Shown("profile_changes.html", told)


@page(blueprint, "/console/validities")
def show_validities(visit: Visit) -> Shown:
    """One page of the schools of which a paper ends within the first warning's days or has ended, the first first."""
    today, policy = clock.business_day(visit.now), policies.in_force(at=visit.now)
    until = today + timedelta(days=policy.certificate_first_warning_days)
    page_of = watched.list_expiring(until=until, limit=PAGE, cursor=visit.asked("cursor"))
    schools = institutions.get_many(page_of.rows) if page_of.rows else {}
    ending = [
        (schools[iid], paper, policy.validity_level(paper.last_day, today))
        for iid in page_of.rows
        for paper in sorted(schools[iid].validities, key=lambda one: one.last_day)
        if policy.validity_stage(paper.last_day, today) is not None
    ]
    told = {
        "rows": ending,
        "days": policy.certificate_first_warning_days,
        "next_cursor": page_of.next_cursor,
        "paged": "cursor" in visit.query,
    }
    return Shown("validities.html", told)


@page(blueprint, "/console/schools/{institution_id}/profile")
def show_profile(visit: Visit) -> Shown:
    """What is published of a school, how long it is valid, and every change of it, the newest first."""
    school = get_school(visit)
    changes = store.list_of(school.institution_id, limit=PAGE, cursor=visit.asked("changes"))
    today, policy = clock.business_day(visit.now), policies.in_force(at=visit.now)
    dated: list[Certificate | Teacher] = [*school.certificates, *school.teachers]
    told = {
        "school": school,
        "levels": {publishing.id_of(one): policy.validity_level(one.valid_to, today) for one in dated},
        "listed": {one.teacher_id: barred for one, barred in personnel_acts.listed_teachers(school, on=today)},
        "published": {publishing.id_of(one): one for one in (*dated, *school.rooms)},
        "changes": changes,
        "query": visit.query,
    }
    return Shown("profile.html", told)


@page(blueprint, "/console/schools/{institution_id}/profile/{change_id}")
def show_profile_change(visit: Visit) -> Shown:
    """One change beside what is published, with the decision on it."""
    return _change(visit, _get(visit))


@form(blueprint, "/console/schools/{institution_id}/profile/{change_id}/decision", who=roles.RECOMMENDERS)
def decide_profile_change(visit: Visit) -> Answer:
    """Accept what was seen, which publishes it, or send it back with the reason."""
    change = _get(visit)
    told = visit.form.get("edits", "")
    try:
        edits = int(told) if told.isascii() and told.isdigit() else 0
        if visit.form.get("decision") == "accept":
            done = "profile_accepted"
            publishing.accept(
                institution_id=change.institution_id,
                change_id=change.change_id,
                edits=edits,
                by=visit.session.username,
                now=visit.now,
            )
        else:
            done = "profile_returned"
            usecases.send_back(
                institution_id=change.institution_id,
                change_id=change.change_id,
                edits=edits,
                reason=visit.form.get("reason", ""),
                by=visit.session.username,
                now=visit.now,
            )
    except (errors.Invalid, errors.Conflict) as refusal:
        return _change(visit, _get(visit), refusal)
    return SeeOther("/console/profiles", {"done": done})


def _get(visit: Visit) -> ProfileChange:
    return store.get(InstitutionId(visit.path["institution_id"]), ProfileChangeId(visit.path["change_id"]))


def _change(visit: Visit, change: ProfileChange, refusal: errors.Refusal | None = None) -> Shown:
    school = institutions.get(change.institution_id)
    told = {
        "school": school,
        "change": change,
        "published": publishing.item_of(school, change.item_id),
        "waiting": change.status is ChangeStatus.SUBMITTED,
        "officers": officers.names([change.decided_by] if change.decided_by else []),
        "reason": visit.form.get("reason", ""),
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "most_reason": rules.MOST_REASON,
    }
    return Shown("profile_change.html", told, refusal.status if refusal else 200)
