"""The page of one filing, as somebody of the bureau may see it."""

from collections.abc import Mapping
from itertools import chain

from functions.console import officers, roles
from functions.console.pages import Shown, Visit
from functions.edge import amending, reentry
from shared.filings import catalogue, decisions, handing_in, rules, workflows
from shared.filings.model import Action, Case, Filing, Material, Outcome, Role, State
from shared.filings.store import objections, versions
from shared.institutions import store as institutions
from shared.kernel import clock, errors
from shared.people.model import StaffRole
from shared.policy import queries as policies

FINDINGS_AT_ONCE = 3
ROLES = {StaffRole.REVIEWER: Role.REVIEWER, StaffRole.SUPERVISOR: Role.SUPERVISOR}
"""What the bureau's roles are to a filing."""


def shown_case(visit: Visit, case: Case, refusal: errors.Refusal | None = None) -> Shown:
    """The case's page; with what was refused, where something was. Of a draft only that it is there."""
    workflow = workflows.get(case.workflow_version)
    school = institutions.get(case.institution_id)
    sentence, status = (refusal.sentence(visit.language), refusal.status) if refusal else ("", 200)
    if case.state is State.DRAFT:
        known = {"case": case, "school": school, "workflow": workflow, "officers": _officers(case)}
        return Shown("filing_draft.html", {**known, "sentence": sentence, "done": visit.query.get("done", "")}, status)
    asked = catalogue.get(case.catalogue_version, case.filing, case.institution_type)
    role = ROLES.get(visit.role)
    actions = rules.actions(workflow, case, role) if role else set()
    passed = case.filing is Filing.APPLICATION and case.outcome is not Outcome.FAIL
    amends, public = decisions.amends(case), case.state is State.PUBLICISED
    superseded = public and amends and amending.superseded(case)
    earlier = versions.list_of(case.case_id)
    told = {
        "case": case,
        "school": school,
        "workflow": workflow,
        "items": asked.items,
        "earlier": earlier,
        "changed": handing_in.changed(case) if case.round > 1 else {},
        "hints": reentry.alike(school) if case.filing is Filing.APPLICATION else [],
        "amendments": amending.lines_of(case, visit.language),
        "superseded": superseded,
        "actions": actions - {Action.CLOSE} if passed or (amends and not superseded) else actions,
        "may_amend": public and amends and not superseded and visit.role in roles.RECOMMENDERS,
        "may_license": passed and public and visit.role in roles.RECOMMENDERS,
        "objections": objections.list_of(case.case_id),
        "officers": _officers(case, *chain.from_iterable(earlier.values())),
        "findings_at_once": FINDINGS_AT_ONCE,
        "most_text": rules.MOST_TEXT,
        "decision_days": policies.in_force(at=visit.now).filing_decision_working_days,
        "today": clock.business_day(visit.now),
        "sentence": sentence,
        "done": visit.query.get("done", ""),
    }
    return Shown("filing.html", told, status)


def _officers(case: Case, *earlier: Material) -> Mapping[str, str]:
    """The names of those who acted on a case and reviewed what was handed in."""
    reviewed = [*case.materials.values(), *earlier]
    return officers.names([stage.by for stage in case.history] + [one.reviewed_by for one in reviewed])
