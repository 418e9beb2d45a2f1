"""Revoking a school's licence (吊销办学许可证): the form that proposes it, for a supervisor to approve."""

from chalice.app import Blueprint

from functions.console import evidence, roles
from functions.console.approvals import propose
from functions.console.pages import Answer, Shown, Visit, form, page
from functions.console.schools import get_school
from shared.approvals import rules as approvals
from shared.approvals.model import Kind
from shared.institutions import rules as institutions
from shared.institutions.model import Institution, Status
from shared.kernel import errors
from shared.terminations import rules

blueprint = Blueprint(__name__)

MOST_NUMBER = 40


class DecisionNumberNeeded(errors.Invalid):
    code = "revocation_decision_number_needed"
    zh = "请填写处罚决定书文号（至多40字）。"
    en = "Give the number of the decision, in at most 40 characters."


@page(blueprint, "/console/schools/{institution_id}/revocation", who=roles.RECOMMENDERS)
def ask_to_revoke_licence(visit: Visit) -> Shown:
    """The form."""
    return _asked(visit, get_school(visit))


@form(blueprint, "/console/schools/{institution_id}/revocation", who=roles.RECOMMENDERS)
def propose_licence_revocation(visit: Visit) -> Answer:
    """Propose it; a supervisor, another person, approves."""
    school = get_school(visit)
    try:
        institutions.check_change(school.status, Status.TERMINATING, visit.form.get("reason", ""))
        number = visit.form.get("decision_no", "").strip()
        if not 0 < len(number) <= MOST_NUMBER or not number.isprintable():
            raise DecisionNumberNeeded(pointer="/decision_no")
        shows = rules.check_text(visit.form.get("evidence", ""), pointer="/evidence")
        told = {"decision_no": number, "evidence": shows, **evidence.named(visit, school)}
        return propose(visit, Kind.LICENCE_REVOCATION, school.institution_id, subject=school.institution_id, words=told)
    except (errors.Invalid, errors.Conflict) as refusal:
        return _asked(visit, school, refusal)


def _asked(visit: Visit, school: Institution, refusal: errors.Refusal | None = None) -> Shown:
    told = {
        "kind": Kind.LICENCE_REVOCATION,
        "address": f"/console/schools/{school.institution_id}/revocation",
        "school": school,
        "reason": visit.form.get("reason", ""),
        "decision_no": visit.form.get("decision_no", ""),
        "evidence": visit.form.get("evidence", ""),
        "files": evidence.offered(school),
        "chosen": evidence.chosen(visit),
        "most_number": MOST_NUMBER,
        "most_text": rules.MOST_TEXT,
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "most_reason": approvals.MOST_REASON,
    }
    return Shown("revocation_proposal.html", told, refusal.status if refusal else 200)
