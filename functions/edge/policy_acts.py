"""What two people change of the policy: how a proposal keeps it, and what is done once it is approved."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from shared.approvals.model import Proposal
from shared.dynamo.transaction import Part
from shared.policy import usecases
from shared.policy.model import Change, NewFigure, OwnDays, Source


def told(change: Change) -> tuple[dict[str, int], dict[str, str]]:
    """The figures and words of a proposal that keep a change whole."""
    words = {
        "policy_version": change.base,
        "effective_from": change.effective_from.isoformat(),
        "changed_figures": json.dumps({name: asdict(new) for name, new in change.figures.items()}, ensure_ascii=False),
        "holidays": _text(change.own_days.holidays),
        "working_days": _text(change.own_days.working_days),
    }
    return {"policy_changes": change.base_changes}, words


def change_of(proposal: Proposal) -> Change:
    """The change that a proposal keeps."""
    figures: Mapping[str, Mapping[str, Any]] = json.loads(proposal.words["changed_figures"])
    return Change(
        base=proposal.words["policy_version"],
        base_changes=proposal.figures["policy_changes"],
        effective_from=date.fromisoformat(proposal.words["effective_from"]),
        figures={name: _new(**one) for name, one in figures.items()},
        own_days=OwnDays(_days(proposal.words["holidays"]), _days(proposal.words["working_days"])),
    )


def adopt(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    """Add the version that was proposed. Raises as `usecases.adopt` does."""
    usecases.adopt(
        change=change_of(proposal),
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        proposed_at=proposal.proposed_at,
        approved_by=by,
        approval=approval,
        now=now,
    )


def withdraw(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    """Let a version never come into force. Raises as `usecases.withdraw` does."""
    usecases.withdraw(
        version=proposal.words["policy_version"],
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        approval=approval,
        now=now,
    )


def _new(value: int, source: str, note_zh: str, note_en: str) -> NewFigure:
    return NewFigure(value, Source(source), note_zh, note_en)


def _text(days: frozenset[date]) -> str:
    return " ".join(sorted(day.isoformat() for day in days))


def _days(text: str) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, text.split()))
