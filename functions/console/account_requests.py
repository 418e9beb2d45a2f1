"""Licensed schools that ask for their supervised accounts: who waits; proposing what the bank has opened."""

from collections.abc import Sequence

from chalice.app import Blueprint

from functions.console import roles
from functions.console.approvals import propose
from functions.console.pages import Answer, Shown, Visit, form, page
from functions.edge import account_opening, reentry
from shared.approvals import rules as approvals
from shared.approvals.model import Kind, Status
from shared.bank.inquiries import BankSilent, BankUnclear
from shared.dynamo.transaction import Part
from shared.funds import minimum_rules
from shared.institutions import store as institutions
from shared.institutions import supervision
from shared.institutions.model import AccountRequest, Institution
from shared.institutions.store import account_requests
from shared.kernel import errors, ids
from shared.kernel.ids import InstitutionId, ProposalId
from shared.policy import queries as policies

blueprint = Blueprint(__name__)

PAGE = 20
_FIELDS = ("bank_name", "tuition_account_no", "minimum_balance_account_no", "size", "reason")


@page(blueprint, "/console/account-requests")
def show_account_requests(visit: Visit) -> Shown:
    """One page of the schools that ask."""
    found = account_requests.list_page(limit=PAGE, cursor=visit.asked("cursor"))
    told = {
        "rows": found.rows,
        "schools": institutions.get_many([one.institution_id for one in found.rows]) if found.rows else {},
        "proposals": {one.institution_id: account_opening.last_proposal(one) for one in found.rows},
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
    }
    return Shown("account_requests.html", told)


@page(blueprint, "/console/account-requests/{institution_id}")
def show_account_request(visit: Visit) -> Shown:
    """What a school asks for, and the form that proposes its accounts."""
    request = _request(visit)
    return _shown(visit, institutions.get(request.institution_id), request)


@form(blueprint, "/console/account-requests/{institution_id}/proposal", who=roles.FINANCE_OFFICERS)
def propose_accounts(visit: Visit) -> Answer:
    """Propose the accounts that the bank has opened, if the bank says so too; a supervisor approves."""
    request = _request(visit)
    school = institutions.get(request.institution_id)
    try:
        return _propose(visit, school, request)
    except (errors.Invalid, errors.Conflict, BankSilent, BankUnclear) as refusal:
        return _shown(visit, school, request, refusal)


def _propose(visit: Visit, school: Institution, request: AccountRequest) -> Answer:
    supervision.check_may_ask(school)
    account_opening.check_not_proposed(request)
    accounts = supervision.check_accounts(
        bank_name=visit.form.get("bank_name", ""),
        tuition_account_no=visit.form.get("tuition_account_no", ""),
        minimum_balance_account_no=visit.form.get("minimum_balance_account_no", ""),
        payout_account_no=request.payout_account_no,
    )
    size = supervision.check_size(visit.form.get("size", ""))
    told = account_opening.check_at_bank(school, accounts, now=visit.now)
    formula = minimum_rules.first_formula(policies.in_force(at=visit.now), size=size)
    figures: dict[str, int] = {
        "required_fen": formula.required_fen,
        "tuition_balance_fen": told[accounts.tuition_account_no].balance_fen,
        "minimum_balance_fen": told[accounts.minimum_balance_account_no].balance_fen,
    }

    def bound(proposal_id: ProposalId) -> Sequence[Part]:
        return [account_requests.propose(request, proposal=proposal_id)]

    words = account_opening.words(accounts, size=size, policy_version=formula.policy_version)
    subject = school.institution_id
    return propose(
        visit, Kind.ACCOUNT_OPENING, school.institution_id, subject=subject, figures=figures, words=words, also=bound
    )


def _request(visit: Visit) -> AccountRequest:
    """What the school that the address names asks for. Raises NoAccountRequest."""
    text = visit.path["institution_id"]
    if not ids.is_id(text, "ins"):
        raise account_requests.NoAccountRequest()
    return account_requests.get(InstitutionId(text))


def _shown(visit: Visit, school: Institution, request: AccountRequest, refusal: errors.Refusal | None = None) -> Shown:
    policy = policies.in_force(at=visit.now)
    proposal = account_opening.last_proposal(request)
    told = {
        "kind": Kind.ACCOUNT_OPENING,
        "school": school,
        "request": request,
        "proposal": proposal,
        "waits": proposal is not None and proposal.status is Status.PROPOSED,
        "required": {size: minimum_rules.floor_fen(policy, size) for size in supervision.SIZES},
        "given": {name: visit.form.get(name, "") for name in _FIELDS} | {"size": visit.form.get("size", school.size)},
        "hints": reentry.hints(school),
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "most_name": supervision.MOST_NAME,
        "most_reason": approvals.MOST_REASON,
    }
    return Shown("account_request.html", told, refusal.status if refusal else 200)
