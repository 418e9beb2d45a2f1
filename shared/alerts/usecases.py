"""Raising alerts from facts. A fact that comes again raises nothing new."""

from events import facts
from shared.alerts import rules, store
from shared.alerts.model import Alert
from shared.dynamo import transaction
from shared.policy.model import Policy

Fact = (
    facts.MoneyMoved
    | facts.ReferenceConflicted
    | facts.InterestDiffers
    | facts.MinimumOverdue
    | facts.BreakFound
    | facts.ValidityEnding
    | facts.InspectionFailed
    | facts.InspectionOverdue
)


def consider(*, fact: Fact, policy: Policy) -> list[Alert]:
    """Raise what the rules find in a fact; the alerts that are new. Raises Unavailable."""
    return [alert for alert in _found(fact, policy) if store.add(alert)]


def raising(*, fact: Fact, policy: Policy) -> list[transaction.Part]:
    """The parts that raise it in the transaction of what it is about. Their commit raises AlreadyRaised."""
    return [part for alert in _found(fact, policy) for part in store.new(alert)]


def _found(fact: Fact, policy: Policy) -> list[Alert]:
    if isinstance(fact, facts.MoneyMoved):
        return rules.on_money_moved(fact, policy)
    if isinstance(fact, facts.InterestDiffers):
        return [rules.on_interest_differs(fact, policy)]
    if isinstance(fact, facts.MinimumOverdue):
        return [rules.on_minimum_overdue(fact, policy)]
    if isinstance(fact, facts.ValidityEnding):
        return [rules.on_validity_ending(fact, policy)]
    if isinstance(fact, facts.InspectionFailed):
        return [rules.on_inspection_failed(fact, policy)]
    if isinstance(fact, facts.InspectionOverdue):
        return [rules.on_inspection_overdue(fact, policy)]
    if isinstance(fact, facts.BreakFound):
        return [rules.on_break_found(fact, policy)]
    return [rules.on_reference_conflicted(fact, policy)]
