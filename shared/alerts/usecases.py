"""Raising alerts from facts. A fact that comes again raises nothing new."""

from collections.abc import Callable, Mapping
from typing import Any

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
    | facts.PrivatePaymentReported
    | facts.InspectionFailed
    | facts.InspectionOverdue
    | facts.ListedTeacherPublished
    | facts.TeacherInTwoPlaces
    | facts.WeChatPaymentDiffers
    | facts.WeChatUnsettled
    | facts.WeChatRefundStuck
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
    return [_RULES[type(fact)](fact, policy)]


_RULES: Mapping[type, Callable[[Any, Policy], Alert]] = {
    facts.ReferenceConflicted: rules.on_reference_conflicted,
    facts.InterestDiffers: rules.on_interest_differs,
    facts.MinimumOverdue: rules.on_minimum_overdue,
    facts.BreakFound: rules.on_break_found,
    facts.ValidityEnding: rules.on_validity_ending,
    facts.PrivatePaymentReported: rules.on_private_payment_reported,
    facts.InspectionFailed: rules.on_inspection_failed,
    facts.InspectionOverdue: rules.on_inspection_overdue,
    facts.ListedTeacherPublished: rules.on_listed_teacher,
    facts.TeacherInTwoPlaces: rules.on_two_places,
    facts.WeChatPaymentDiffers: rules.on_wechat_differs,
    facts.WeChatUnsettled: rules.on_wechat_unsettled,
    facts.WeChatRefundStuck: rules.on_wechat_refund_stuck,
}
