"""What waits for a second person: the list, one proposal, and what becomes of it. Proposing an act on a school."""

from collections.abc import Callable, Sequence

from chalice.app import Blueprint

from functions.console import acts, evidence, list_approvals, officers, policy, roles, schools
from functions.console.pages import Answer, SeeOther, Shown, Visit, form, page
from functions.edge import reentry
from functions.edge.auth import NotForYourRole
from shared.approvals import rules, store, usecases
from shared.approvals.model import OF_NO_SCHOOL, Kind, Proposal, Status
from shared.bank.inquiries import BankSilent, BankUnclear
from shared.dynamo.transaction import Part
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.kernel import clock, errors, ids
from shared.kernel.ids import InstitutionId, ProposalId

blueprint = Blueprint(__name__)

PAGE = 20
_PLAIN = (Kind.FREEZE, Kind.THAW, Kind.TERMINATION)  # acts that need nothing but a reason


class NoSuchAct(errors.Missing):
    code = "no_such_act"
    zh = "没有这个审批事项类型。"
    en = "There is no such act to propose."


class ProposalDecisionMissing(errors.Invalid):
    code = "proposal_decision_missing"
    zh = "请选择批准或否决。"
    en = "Choose whether it is approved or rejected."


@page(blueprint, "/console/approvals")
def show_approvals(visit: Visit) -> Shown:
    """One page of the proposals in a status; those that wait unless the address says otherwise."""
    asked = visit.asked("of")
    of = Status(asked) if asked in set(Status) else Status.PROPOSED
    found = store.list_by_status(of, limit=PAGE, cursor=visit.asked("cursor"))
    told = {
        "of": of,
        "rows": found.rows,
        "of_no_school": OF_NO_SCHOOL,
        "schools": institutions.get_many([one.institution_id for one in found.rows]) if found.rows else {},
        "officers": officers.names(name for one in found.rows for name in (one.proposed_by, one.decided_by)),
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
    }
    return Shown("approvals.html", told)


@page(blueprint, "/console/approvals/{proposal_id}")
def show_approval(visit: Visit) -> Shown:
    """One proposal, with everything that the second person needs to know."""
    return _shown(visit, store.get(visit.path["proposal_id"]))


@form(blueprint, "/console/approvals/{proposal_id}/decision", who=roles.EVERYONE)
def decide_approval(visit: Visit) -> Answer:
    """Approve a proposal, and do what it says; or reject it."""
    proposal = store.get(visit.path["proposal_id"])
    act = acts.ACTS[proposal.kind]
    if visit.role not in act.approvers:
        raise NotForYourRole()
    by, reason, now = visit.session.username, visit.form.get("reason", ""), visit.now
    chosen = visit.form.get("decision", "")
    try:
        if chosen == "approve":
            approval = usecases.approve(proposal=proposal, reason=reason, by=by, now=now)
            act.carry_out(proposal, approval, by, now)
        elif chosen == "reject":
            usecases.reject(proposal=proposal, reason=reason, by=by, now=now)
        else:
            raise ProposalDecisionMissing(pointer="/decision")
    except (errors.Invalid, errors.Conflict, errors.Denied, errors.Missing, BankSilent, BankUnclear) as refusal:
        return _shown(visit, store.get(proposal.proposal_id), refusal)
    return _to(proposal, "approved" if chosen == "approve" else "not_approved")


@form(blueprint, "/console/approvals/{proposal_id}/withdrawal", who=roles.EVERYONE)
def withdraw_approval(visit: Visit) -> Answer:
    """Who proposed it takes it back."""
    proposal = store.get(visit.path["proposal_id"])
    try:
        usecases.withdraw(proposal=proposal, by=visit.session.username, now=visit.now)
    except (errors.Conflict, errors.Denied) as refusal:
        return _shown(visit, store.get(proposal.proposal_id), refusal)
    return _to(proposal, "taken_back")


@page(blueprint, "/console/schools/{institution_id}/proposals/{kind}")
def ask_to_propose(visit: Visit) -> Shown:
    """The form that proposes an act on a school."""
    return _asked(visit, schools.get_school(visit), _plain_kind(visit))


@form(blueprint, "/console/schools/{institution_id}/proposals/{kind}", who=roles.EVERYONE)
def propose_act(visit: Visit) -> Answer:
    """Propose an act on a school that needs nothing but a reason."""
    school, kind = schools.get_school(visit), _plain_kind(visit)
    try:
        return propose(visit, kind, school.institution_id, subject=school.institution_id)
    except (errors.Invalid, errors.Conflict) as refusal:
        return _asked(visit, school, kind, refusal)


def propose(
    visit: Visit,
    kind: Kind,
    institution_id: InstitutionId,
    *,
    subject: str,
    figures: dict[str, int] | None = None,
    words: dict[str, str] | None = None,
    also: Callable[[ProposalId], Sequence[Part]] = lambda proposal_id: (),
) -> SeeOther:
    """Propose an act on a school, or OF_NO_SCHOOL, with the form's reason; a double click proposes it once.

    Raises NotForYourRole, ProposalReasonNeeded, AlreadyProposed, what the parts in `also` refuse.
    """
    if visit.role not in acts.ACTS[kind].proposers:
        raise NotForYourRole()
    reason = visit.form.get("reason", "")
    minute = clock.stored(visit.now)[:16]
    proposal_id = ProposalId(ids.derived("prp", kind, subject, reason, visit.session.username, minute))
    proposal = usecases.propose(
        proposal_id=proposal_id,
        kind=kind,
        institution_id=institution_id,
        subject=subject,
        reason=reason,
        by=visit.session.username,
        now=visit.now,
        figures=figures,
        words=words,
        also=also(proposal_id),
    )
    return _to(proposal, "proposed")


def _plain_kind(visit: Visit) -> Kind:
    """The act that the address names. Raises NoSuchAct, NotForYourRole."""
    named = visit.path["kind"]
    if named not in _PLAIN:
        raise NoSuchAct()
    if visit.role not in acts.ACTS[Kind(named)].proposers:
        raise NotForYourRole()
    return Kind(named)


def _to(proposal: Proposal, done: str) -> SeeOther:
    return SeeOther(f"/console/approvals/{proposal.proposal_id}", {"done": done})


def _shown(visit: Visit, proposal: Proposal, refusal: errors.Refusal | None = None) -> Shown:
    act = acts.ACTS[proposal.kind]
    waits = proposal.status is Status.PROPOSED
    own = proposal.proposed_by == visit.session.username
    school = None if proposal.institution_id == OF_NO_SCHOOL else institutions.get(proposal.institution_id)
    told = {
        "proposal": proposal,
        "school": school,
        "difference": policy.proposed_difference(proposal),
        "files": evidence.shown(list_approvals.named_files(proposal)),
        "hints": reentry.hints(school) if waits and school else [],
        "officers": officers.names([proposal.proposed_by, proposal.decided_by]),
        "may_decide": waits and not own and visit.role in act.approvers,
        "may_withdraw": waits and own,
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "done": visit.query.get("done", ""),
        "most_reason": rules.MOST_REASON,
    }
    return Shown("approval.html", told, refusal.status if refusal else 200)


def _asked(visit: Visit, school: Institution, kind: Kind, refusal: errors.Refusal | None = None) -> Shown:
    told = {
        "kind": kind,
        "address": f"/console/schools/{school.institution_id}/proposals/{kind}",
        "school": school,
        "reason": visit.form.get("reason", ""),
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "most_reason": rules.MOST_REASON,
    }
    return Shown("proposal.html", told, refusal.status if refusal else 200)
