"""A school's plaque for its wall: issued, printed, replaced when it is lost or was copied."""

from chalice.app import Blueprint

from functions.console import officers, roles
from functions.console.pages import Answer, Download, Elsewhere, SeeOther, Shown, Visit, form, page
from functions.console.schools import get_school
from functions.documents import plaque as papers
from functions.edge import files, plaque_acts
from shared.institutions.model import Institution, Status
from shared.kernel import errors
from shared.listings import plaques
from shared.listings.store import plaques as store

blueprint = Blueprint(__name__)


@page(blueprint, "/console/schools/{institution_id}/plaque")
def show_plaque(visit: Visit) -> Shown:
    """The plaque that is valid, or that there is none yet."""
    return _shown(visit, get_school(visit))


@form(blueprint, "/console/schools/{institution_id}/plaque", who=roles.RECOMMENDERS)
def issue_plaque(visit: Visit) -> Answer:
    """Issue one; or, where the form names the valid one, replace that."""
    school = get_school(visit)
    found, named = store.find_of(school.institution_id), visit.form.get("replaces", "")
    by, now = visit.session.username, visit.now
    try:
        if found is not None and found.plaque_id == named:
            plaque_acts.replace_it(found, school, by=by, now=now)
        else:
            plaque_acts.issue(school, by=by, now=now)
    except errors.Conflict as refusal:
        return _shown(visit, school, refusal)
    return SeeOther(f"/console/schools/{school.institution_id}/plaque", {"done": "plaque_issued"})


@page(blueprint, "/console/schools/{institution_id}/plaque.svg")
def download_plaque_code(visit: Visit) -> Download:
    """The code alone. Raises NoPlaqueYet."""
    plaque = plaques.get_of(get_school(visit).institution_id)
    return Download("plaque.svg", papers.svg(plaque), "image/svg+xml")


@page(blueprint, "/console/schools/{institution_id}/plaque.pdf")
def print_plaque_page(visit: Visit) -> Elsewhere:
    """The page to print. Raises NoPlaqueYet."""
    school = get_school(visit)
    content = papers.pdf(plaques.get_of(school.institution_id), school)
    return Elsewhere(files.hand_over(content, name=f"{school.short_name}-牌匾.pdf", content_type=papers.CONTENT_TYPE))


def _shown(visit: Visit, school: Institution, refusal: errors.Refusal | None = None) -> Shown:
    plaque = store.find_of(school.institution_id)
    told = {
        "school": school,
        "plaque": plaque,
        "address": papers.address(plaque) if plaque else "",
        "may_issue": school.status is Status.LICENSED and visit.role in roles.RECOMMENDERS,
        "officers": officers.names([plaque.issued_by] if plaque else []),
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "done": visit.query.get("done", ""),
    }
    return Shown("plaque.html", told, refusal.status if refusal else 200)
