"""What a filing that has passed leads to, proposed on its page for a second person: the licence, the amended record."""

from chalice.app import Blueprint

from functions.console import approvals, roles
from functions.console.filing_page import shown_case
from functions.console.filings import case_of, day_of
from functions.console.pages import Answer, Visit, form
from functions.edge import amending
from shared.approvals.model import Kind
from shared.filings import decisions
from shared.institutions import rules as institution_rules
from shared.institutions import store as institutions
from shared.kernel import clock, errors

blueprint = Blueprint(__name__)


@form(blueprint, "/console/filings/{case_id}/licence", who=roles.RECOMMENDERS)
def propose_licence(visit: Visit) -> Answer:
    """Propose that an application which has passed is given its licence; a supervisor approves."""
    case = case_of(visit)
    try:
        decisions.check_licensable(case, visit.now)
        number, valid_to = visit.form.get("licence_no", "").strip(), day_of(visit.form.get("valid_to", ""))
        institution_rules.check_licence(number, valid_to, today=clock.business_day(visit.now))
        school = institutions.get(case.institution_id)
        told = {"licence_no": number, "licence_valid_to": valid_to.isoformat()}
        return approvals.propose(visit, Kind.LICENCE, school.institution_id, subject=case.case_id, words=told)
    except (errors.Invalid, errors.Conflict) as refusal:
        return shown_case(visit, case, refusal)


@form(blueprint, "/console/filings/{case_id}/amendment", who=roles.RECOMMENDERS)
def propose_amendment(visit: Visit) -> Answer:
    """Propose that the record is amended by a change which has passed; a supervisor approves."""
    case = case_of(visit)
    try:
        decisions.check_amendable(case, visit.now)
        amending.check(case)
        amending.held_free(case, now=visit.now)
        told = {line.field: f"{line.before} → {line.after}" for line in amending.lines_of(case, "zh")}
        school = institutions.get(case.institution_id)
        return approvals.propose(visit, Kind.AMENDMENT, school.institution_id, subject=case.case_id, words=told)
    except (errors.Invalid, errors.Conflict) as refusal:
        return shown_case(visit, case, refusal)
