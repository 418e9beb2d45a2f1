"""Who may decide a proposal, and when. Pure."""

from shared.approvals.model import Proposal, Status
from shared.kernel import errors

MOST_REASON = 200


class ProposerCantApprove(errors.Denied):
    code = "proposer_cant_approve"
    zh = "提出与批准须由两人办理。"
    en = "Who proposed it can't approve it: two people are needed."


class NotTheProposer(errors.Denied):
    code = "not_the_proposer"
    zh = "只有提出人可以撤回。"
    en = "Only who proposed it can withdraw it."


class ProposalDecided(errors.Conflict):
    code = "proposal_decided"
    zh = "该事项已办结（{status}）。"
    en = "It is {status} already."


class ProposalReasonNeeded(errors.Invalid):
    code = "proposal_reason_needed"
    zh = "请填写理由（至多200字）。"
    en = "Give a reason of at most 200 characters."


def check_reason(reason: str) -> str:
    """The reason without the space around it. Raises ProposalReasonNeeded."""
    told = reason.strip()
    if not told or len(told) > MOST_REASON:
        raise ProposalReasonNeeded(pointer="/reason")
    return told


def check_decidable(proposal: Proposal, *, by: str) -> None:
    """Raises ProposalDecided, ProposerCantApprove."""
    check_open(proposal)
    if proposal.proposed_by == by:
        raise ProposerCantApprove()


def check_withdrawable(proposal: Proposal, *, by: str) -> None:
    """Raises ProposalDecided, NotTheProposer."""
    check_open(proposal)
    if proposal.proposed_by != by:
        raise NotTheProposer()


def check_open(proposal: Proposal) -> None:
    """Raises ProposalDecided."""
    if proposal.status is not Status.PROPOSED:
        raise ProposalDecided(status=proposal.status.value)
