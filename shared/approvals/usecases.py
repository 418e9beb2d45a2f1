"""Proposing, approving, rejecting, withdrawing. What is approved is done in the same transaction, by the caller."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.approvals import model, rules, store
from shared.dynamo import transaction
from shared.kernel.ids import InstitutionId, ProposalId


def propose(
    *,
    proposal_id: ProposalId,
    kind: model.Kind,
    institution_id: InstitutionId,
    subject: str,
    reason: str,
    by: str,
    now: datetime,
    figures: Mapping[str, int] | None = None,
    words: Mapping[str, str] | None = None,
    also: Sequence[transaction.Part] = (),
) -> model.Proposal:
    """Put an act before a second person, together with what is in `also`.

    Raises ProposalReasonNeeded, AlreadyProposed, what `also` refuses, Unavailable.
    """
    proposal = model.Proposal(
        proposal_id=proposal_id,
        kind=kind,
        institution_id=institution_id,
        subject=subject,
        reason=rules.check_reason(reason),
        proposed_by=by,
        proposed_at=now,
        figures=figures or {},
        words=words or {},
    )
    store.add(proposal, also=also)
    return proposal


def approve(*, proposal: model.Proposal, reason: str, by: str, now: datetime) -> transaction.Part:
    """The part of the act's transaction that approves it: it holds only while nobody has decided, so it acts once.

    Raises ProposalDecided, ProposerCantApprove; the commit raises ProposalDecided when somebody else is faster.
    """
    rules.check_decidable(proposal, by=by)
    return store.decide(proposal, model.Status.APPROVED, by=by, reason=reason.strip()[: rules.MOST_REASON], now=now)


def reject(*, proposal: model.Proposal, reason: str, by: str, now: datetime) -> None:
    """Let it not be done. Raises ProposalDecided, ProposerCantApprove, ProposalReasonNeeded, Unavailable."""
    rules.check_decidable(proposal, by=by)
    told = rules.check_reason(reason)
    transaction.commit([store.decide(proposal, model.Status.REJECTED, by=by, reason=told, now=now)])


def withdraw(*, proposal: model.Proposal, by: str, now: datetime) -> None:
    """Who proposed it takes it back. Raises ProposalDecided, NotTheProposer, Unavailable."""
    rules.check_withdrawable(proposal, by=by)
    transaction.commit([store.decide(proposal, model.Status.WITHDRAWN, by=by, reason="", now=now)])
