"""What two people of the bureau do together: who may propose each act, who may approve it, and what is done then.

The approval is a part of the act's own transaction, so an act is done exactly once.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime

from functions.console import closing, list_approvals, roles
from functions.edge import account_opening, amending, policy_acts
from shared.approvals.model import Kind, Proposal
from shared.dynamo import transaction
from shared.dynamo.transaction import Part
from shared.filings import decisions as filing_decisions
from shared.funds import minimum_money, minimum_requirements, payout_answers, suspense
from shared.funds.minimum_model import Formula
from shared.funds.store import withdrawals
from shared.institutions import store as institutions_store
from shared.institutions import usecases as institutions
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from shared.people.model import StaffRole
from shared.terminations import notices
from shared.terminations import usecases as terminations

CarryOut = Callable[[Proposal, Part, str, datetime], None]
"""Takes the proposal, the approval to commit with the act, who approves, and the time."""


@dataclass(frozen=True)
class Act:
    """One kind of act: who may propose it, who may approve it. Its words are in act_words.py."""

    proposers: Set[StaffRole]
    approvers: Set[StaffRole]
    carry_out: CarryOut


def _freeze(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    institutions.freeze(institution_id=proposal.institution_id, reason=proposal.reason, by=by, now=now, also=[approval])


def _thaw(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    institutions.thaw(institution_id=proposal.institution_id, reason=proposal.reason, by=by, now=now, also=[approval])


def _require_minimum(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    minimum_requirements.set_anew(
        institution_id=proposal.institution_id,
        number=proposal.figures["requirement_number"],
        formula=proposed_formula(proposal),
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        now=now,
        also=[approval],
    )


def proposed_formula(proposal: Proposal) -> Formula:
    """How the requirement that is proposed comes about."""
    return Formula(
        size=proposal.words["size"],
        floor_fen=Fen(proposal.figures["floor_fen"]),
        receipts_fen=Fen(proposal.figures["receipts_fen"]),
        percent=proposal.figures["receipts_percent"],
        first_month=proposal.words["first_month"],
        last_month=proposal.words["last_month"],
        policy_version=proposal.words["policy_version"],
    )


def proposed_words(formula: Formula) -> dict[str, str]:
    """What a proposal says of a formula in words; its figures are amounts."""
    return {
        "size": formula.size,
        "first_month": formula.first_month,
        "last_month": formula.last_month,
        "policy_version": formula.policy_version,
    }


def _withdraw_minimum(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    school = institutions_store.get(proposal.institution_id)
    if school.frozen or school.status.ending:
        raise institutions_store.ReleasesStopped()
    minimum_money.hold(withdrawal_id=proposal.subject, also=[approval], now=now)
    withdrawals.mark_held(proposal.subject)


def _terminate(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    case = terminations.opening(institution_id=proposal.institution_id, reason=proposal.reason, by=by, now=now)
    institutions.begin_termination(
        institution_id=proposal.institution_id, reason=proposal.reason, by=by, now=now, also=[approval, case]
    )


def _revoke(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    number = proposal.words["decision_no"]
    case = terminations.opening(
        institution_id=proposal.institution_id,
        reason=proposal.reason,
        by=by,
        now=now,
        decision_no=number,
        evidence=proposal.words["evidence"],
    )
    institutions.begin_revocation(
        institution_id=proposal.institution_id,
        decision_no=number,
        reason=proposal.reason,
        by=by,
        now=now,
        also=[approval, case],
    )


def _issue_notice(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    closing.issue(proposal=proposal, approval=approval, by=by, now=now)


def _revoke_notice(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    notices.revoke(number=proposal.subject, reason=proposal.reason, by=by, approval=approval, now=now)


def _allocate(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    amount, enrolment_id = Fen(proposal.figures["amount_fen"]), EnrolmentId(proposal.words["enrolment"])
    suspense.allocate(
        reference=proposal.subject, enrolment_id=enrolment_id, amount_fen=amount, approval=approval, now=now
    )


def _return(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    amount = Fen(proposal.figures["amount_fen"])
    suspense.hold_return(reference=proposal.subject, amount_fen=amount, approval=approval, now=now)


def _recall(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    payout_answers.ask_back(payout_id=proposal.subject, reason=proposal.reason, approval=approval)


def _license(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    def attempt() -> None:
        _, closed = filing_decisions.licensing(case_id=proposal.subject, by=by, now=now)
        licensed = institutions.licensing(
            institution_id=proposal.institution_id,
            licence_no=proposal.words["licence_no"],
            valid_to=date.fromisoformat(proposal.words["licence_valid_to"]),
            reason=proposal.reason,
            by=by,
            now=now,
        )
        transaction.commit([approval, *closed, *licensed])

    transaction.retried(attempt)


def _open_accounts(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    account_opening.carry_out(proposal=proposal, approval=approval, by=by, now=now)


def _amend(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    amending.apply(case_id=proposal.subject, reason=proposal.reason, by=by, now=now, also=[approval])


ACTS: Mapping[Kind, Act] = {
    Kind.LICENCE: Act(roles.RECOMMENDERS, roles.SUPERVISORS, _license),
    Kind.ACCOUNT_OPENING: Act(roles.FINANCE_OFFICERS, roles.SUPERVISORS, _open_accounts),
    Kind.AMENDMENT: Act(roles.RECOMMENDERS, roles.SUPERVISORS, _amend),
    Kind.FREEZE: Act(roles.MONEY_MOVERS, roles.MONEY_MOVERS, _freeze),
    Kind.THAW: Act(roles.MONEY_MOVERS, roles.MONEY_MOVERS, _thaw),
    Kind.MINIMUM_REQUIREMENT: Act(roles.FINANCE_OFFICERS, roles.SUPERVISORS, _require_minimum),
    Kind.MINIMUM_WITHDRAWAL: Act(roles.FINANCE_OFFICERS, roles.SUPERVISORS, _withdraw_minimum),
    Kind.TERMINATION: Act(roles.MONEY_MOVERS, roles.SUPERVISORS, _terminate),
    Kind.LICENCE_REVOCATION: Act(roles.RECOMMENDERS, roles.SUPERVISORS, _revoke),
    Kind.TERMINATION_NOTICE: Act(roles.RECOMMENDERS, roles.SUPERVISORS, _issue_notice),
    Kind.NOTICE_REVOCATION: Act(roles.RECOMMENDERS, roles.SUPERVISORS, _revoke_notice),
    Kind.SUSPENSE_ALLOCATION: Act(roles.MONEY_MOVERS, roles.MONEY_MOVERS, _allocate),
    Kind.SUSPENSE_RETURN: Act(roles.MONEY_MOVERS, roles.MONEY_MOVERS, _return),
    Kind.PAYOUT_RECALL: Act(roles.MONEY_MOVERS, roles.MONEY_MOVERS, _recall),
    Kind.WHITELISTING: Act(roles.RECOMMENDERS, roles.SUPERVISORS, list_approvals.whitelist),
    Kind.BLACKLISTING: Act(roles.RECOMMENDERS, roles.SUPERVISORS, list_approvals.blacklist),
    Kind.DELISTING: Act(roles.RECOMMENDERS, roles.SUPERVISORS, list_approvals.delist),
    Kind.LISTING_APPEAL: Act(roles.RECOMMENDERS, roles.SUPERVISORS, list_approvals.answer_appeal),
    Kind.PERSON_BLACKLISTING: Act(roles.RECOMMENDERS, roles.SUPERVISORS, list_approvals.blacklist_person),
    Kind.PERSON_DELISTING: Act(roles.RECOMMENDERS, roles.SUPERVISORS, list_approvals.delist_person),
    Kind.POLICY: Act(roles.POLICY_MAKERS, roles.SUPERVISORS, policy_acts.adopt),
    Kind.POLICY_WITHDRAWAL: Act(roles.POLICY_MAKERS, roles.SUPERVISORS, policy_acts.withdraw),
}


def of(kind: str) -> Act:
    """The act of a kind. Raises ValueError for none."""
    return ACTS[Kind(kind)]
