"""Changes of the policy, proposed by one and approved by another. Nothing here is stored but by `adopt`."""

from datetime import date, datetime, timedelta
from typing import Any

from shared.approvals import store as approvals_store
from shared.approvals import usecases as approvals
from shared.approvals.model import Kind, Proposal
from shared.dynamo.transaction import Part
from shared.kernel import errors
from shared.kernel.ids import InstitutionId, ProposalId
from shared.policy import file, usecases
from shared.policy.model import Change, NewFigure, OwnDays, Source, Version
from tests.builders import NOW, an_id

FIRST = file.first()
STARTS = date(2026, 9, 3)
"""The day after tomorrow."""


def a_figure(value: int, **changes: Any) -> NewFigure:
    """What `unpaid_hours` may become."""
    told: dict[str, Any] = {
        "source": Source.ASSUMED,
        "note_zh": f"报名后{value}小时内未付款自动取消",
        "note_en": f"an unpaid enrolment expires after {value} hours",
    }
    return NewFigure(value, **{**told, **changes})


def a_change(hours: int = 48, **changes: Any) -> Change:
    """The change of `unpaid_hours`, made of the first version."""
    told: dict[str, Any] = {
        "base": FIRST.version,
        "base_changes": 0,
        "effective_from": STARTS,
        "figures": {"unpaid_hours": a_figure(hours)},
        "own_days": OwnDays(),
    }
    return Change(**{**told, **changes})


def proposed(number: int = 1, *, at: datetime = NOW) -> Proposal:
    """The `number`-th proposal, on file."""
    return approvals.propose(
        proposal_id=ProposalId(an_id("prp", number)),
        kind=Kind.FREEZE,
        institution_id=InstitutionId(an_id("ins")),
        subject=str(number),
        reason="试行",
        by="admin",
        now=at,
    )


def approval(number: int = 1, *, at: datetime = NOW) -> Part:
    """The supervisor's approval of a proposal."""
    proposal = approvals_store.get(an_id("prp", number))
    return approvals.approve(proposal=proposal, reason="", by="supervisor", now=at)


def adopt(change: Change | None = None, *, number: int = 1, at: datetime = NOW) -> Version:
    """Propose a change as the `number`-th, and approve it."""
    proposed(number, at=at)
    return commit(change, number=number, at=at)


def commit(change: Change | None = None, *, number: int = 1, at: datetime = NOW) -> Version:
    """Approve what was proposed as the `number`-th."""
    return usecases.adopt(
        change=change or a_change(),
        reason="试行",
        proposed_by="admin",
        proposed_at=at - timedelta(hours=1),
        approved_by="supervisor",
        approval=approval(number, at=at),
        now=at,
    )


def withdraw(version: str, *, number: int = 9, at: datetime = NOW) -> None:
    """Propose a withdrawal as the `number`-th, and approve it."""
    proposed(number, at=at)
    usecases.withdraw(
        version=version,
        reason="有误",
        proposed_by="admin",
        approved_by="supervisor",
        approval=approval(number, at=at),
        now=at,
    )


def outcome_of(number: int, hours: int) -> str:
    """The version that the `number`-th proposal becomes, or the code of what refuses it."""
    try:
        return commit(a_change(hours), number=number).policy.version
    except errors.Refusal as refusal:
        return refusal.code
