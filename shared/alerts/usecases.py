"""Raising alerts from facts. A fact that comes again raises nothing new."""

from events import facts
from shared.alerts import rules, store
from shared.alerts.model import Alert
from shared.policy.model import Policy

Fact = (
    facts.MoneyMoved
    | facts.ReferenceConflicted
    | facts.InterestDiffers
    | facts.MinimumOverdue
    | facts.BreakFound
    | facts.ValidityEnding
)


def consider(*, fact: Fact, policy: Policy) -> list[Alert]:
    """Raise what the rules find in a fact; the alerts that are new. Raises Unavailable."""
    if isinstance(fact, facts.MoneyMoved):
        found = rules.on_money_moved(fact, policy)
    elif isinstance(fact, facts.InterestDiffers):
        found = [rules.on_interest_differs(fact, policy)]
    elif isinstance(fact, facts.MinimumOverdue):
        found = [rules.on_minimum_overdue(fact, policy)]
    elif isinstance(fact, facts.ValidityEnding):
        found = [rules.on_validity_ending(fact, policy)]
    elif isinstance(fact, facts.BreakFound):
        found = [rules.on_break_found(fact, policy)]
    else:
        found = [rules.on_reference_conflicted(fact, policy)]
    return [alert for alert in found if store.add(alert)]
