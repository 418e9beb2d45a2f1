"""What one person of the bureau proposes and another approves (双人审批): every act of the staff that moves money."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.kernel.ids import InstitutionId, ProposalId

OF_NO_SCHOOL = InstitutionId("district")
"""Whose an act is that is about no single school."""


class Kind(StrEnum):
    """What is to be done once it is approved."""

    FREEZE = "freeze"
    THAW = "thaw"
    MINIMUM_REQUIREMENT = "minimum_requirement"
    MINIMUM_WITHDRAWAL = "minimum_withdrawal"
    TERMINATION = "termination"
    LICENCE_REVOCATION = "licence_revocation"
    TERMINATION_NOTICE = "termination_notice"
    NOTICE_REVOCATION = "notice_revocation"
    SUSPENSE_ALLOCATION = "suspense_allocation"
    SUSPENSE_RETURN = "suspense_return"
    PAYOUT_RECALL = "payout_recall"
    LICENCE = "licence"
    ACCOUNT_OPENING = "account_opening"
    AMENDMENT = "amendment"
    WHITELISTING = "whitelisting"
    BLACKLISTING = "blacklisting"
    DELISTING = "delisting"
    LISTING_APPEAL = "listing_appeal"
    PERSON_BLACKLISTING = "person_blacklisting"
    PERSON_DELISTING = "person_delisting"
    POLICY = "policy"
    POLICY_WITHDRAWAL = "policy_withdrawal"


class Status(StrEnum):
    """proposed → approved | rejected | withdrawn. Approved is done: the act is in the approval's own transaction."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Proposal:
    """An act that waits for a second person, or has been decided.

    `subject` is the id of what it is about, `figures` and `words` are what the act is given (fen, dates, numbers of
    notices) and what the second person is shown.
    """

    proposal_id: ProposalId
    kind: Kind
    institution_id: InstitutionId
    subject: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    figures: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    status: Status = Status.PROPOSED
    decided_by: str = ""
    decided_at: datetime | None = None
    decision_reason: str = ""
