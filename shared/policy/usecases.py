"""Adding a version to the record, and withdrawing one that is still to come: acts of two people."""

from datetime import datetime

from shared.dynamo import transaction
from shared.policy import queries, rules, store
from shared.policy.model import Change, Head, Policy, Version, Withdrawal


def check_change(change: Change, *, now: datetime) -> None:
    """Whether a change could be made now. Raises PolicyChangedSince and what `rules.changed` refuses."""
    _made(change, now)


def adopt(
    *,
    change: Change,
    reason: str,
    proposed_by: str,
    proposed_at: datetime,
    approved_by: str,
    approval: transaction.Part,
    now: datetime,
) -> Version:
    """Add what was proposed to the record, in one transaction with its approval, if it is still made of the newest.

    Raises what the approval refuses, PolicyChangedSince, what `rules.changed` refuses, Unavailable.
    """
    head, policy = _made(change, now)
    version = Version(
        number=len(head.entries) + 1,
        policy=policy,
        base=change.base,
        reason=reason,
        proposed_by=proposed_by,
        proposed_at=proposed_at,
        approved_by=approved_by,
        approved_at=now,
    )
    transaction.commit([approval, *store.add(version, head=head)])
    return version


def withdraw(
    *, version: str, reason: str, proposed_by: str, approved_by: str, approval: transaction.Part, now: datetime
) -> None:
    """Let the newest version never come into force, in one transaction with the approval.

    Raises what the approval refuses, NotTheNewestPolicy, PolicyInForce, PolicyChangedSince, Unavailable.
    """
    head = store.get_head()
    entry = rules.check_withdrawable(head, version, now=now)
    withdrawal = Withdrawal(reason, proposed_by, approved_by, now)
    transaction.commit([approval, *store.withdraw(entry, withdrawal, head=head)])


def check_withdrawal(version: str, *, now: datetime) -> None:
    """Whether a version could be withdrawn now. Raises NotTheNewestPolicy, PolicyInForce."""
    rules.check_withdrawable(store.get_head(), version, now=now)


def _made(change: Change, now: datetime) -> tuple[Head, Policy]:
    """The record as it stands, and the version that the change makes of it."""
    head = store.get_head()
    base = queries.newest(head)
    if (change.base_changes, change.base) != (head.changes, base.version):
        raise store.PolicyChangedSince()
    return head, rules.changed(base, change, head=head, now=now)
