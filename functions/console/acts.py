"""What two people of the bureau do together: who may propose each act, who may approve it, and what is done then.

The approval is a part of the act's own transaction, so an act is done exactly once.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from functions.console import roles
from shared.approvals.model import Kind, Proposal
from shared.dynamo.transaction import Part
from shared.funds import minimum_money
from shared.funds.store import withdrawals
from shared.institutions import store as institutions_store
from shared.institutions import usecases as institutions
from shared.people.model import StaffRole

Both = tuple[str, str]
CarryOut = Callable[[Proposal, Part, str, datetime], None]
"""Takes the proposal, the approval to commit with the act, who approves, and the time."""


@dataclass(frozen=True)
class Act:
    """One kind of act. `warning` is what both people are told of its consequences."""

    name: Both
    warning: Both
    proposers: Set[StaffRole]
    approvers: Set[StaffRole]
    carry_out: CarryOut


def _freeze(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    institutions.freeze(institution_id=proposal.institution_id, reason=proposal.reason, by=by, now=now, also=[approval])


def _thaw(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    institutions.thaw(institution_id=proposal.institution_id, reason=proposal.reason, by=by, now=now, also=[approval])


def _withdraw_minimum(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    if institutions_store.get(proposal.institution_id).frozen:
        raise institutions_store.ReleasesStopped()
    minimum_money.hold(withdrawal_id=proposal.subject, also=[approval], now=now)
    withdrawals.mark_held(proposal.subject)


ACTS: Mapping[Kind, Act] = {
    Kind.FREEZE: Act(
        ("冻结资金", "Freeze the money"),
        (
            "批准后立即停止拨付和划拨；课程可以继续，家长仍可退费。",
            "Nothing is released or paid out from the approval on. Lessons may go on; guardians can be refunded.",
        ),
        roles.MONEY_MOVERS,
        roles.MONEY_MOVERS,
        _freeze,
    ),
    Kind.THAW: Act(
        ("解除冻结", "Let the money go"),
        (
            "批准后恢复拨付和划拨；冻结期间确认的课时随后补拨。",
            "Money moves again from the approval on; what was confirmed meanwhile is released after it.",
        ),
        roles.MONEY_MOVERS,
        roles.MONEY_MOVERS,
        _thaw,
    ),
    Kind.MINIMUM_WITHDRAWAL: Act(
        ("支取最低余额", "Withdraw from the minimum balance"),
        (
            "批准后从最低余额中冻结该笔款项，并指令银行付至机构的收款账户；支取后余额不得低于核定额。",
            "The money is held from the approval on, and the bank is told to pay the school. What is required stays.",
        ),
        roles.FINANCE_OFFICERS,
        roles.SUPERVISORS,
        _withdraw_minimum,
    ),
}

NAMES: Mapping[Kind, Both] = {kind: act.name for kind, act in ACTS.items()}


def of(kind: str) -> Act:
    """The act of a kind. Raises ValueError for none."""
    return ACTS[Kind(kind)]
