"""Raises early warnings from the entries and conflicts of the funds table's stream, lets accident covers follow it,
tells guardians of their refunds and of the end of a course, and begins the refunds that WeChat passes on.

One function for all: no table's stream has more than two readers.
"""

from collections.abc import Mapping
from typing import Any

from chalice.app import Blueprint

from events import facts
from functions.edge import batches, covers, telling, telling_classes, wechat_refunds
from shared.alerts import usecases as alerts
from shared.funds.store import entries
from shared.kernel.ids import EnrolmentId
from shared.policy import queries as policies

blueprint = Blueprint(__name__)


@blueprint.on_dynamodb_record(stream_arn=batches.stream_of("FundsTable"))
@batches.each_record
def raise_alerts(record: Mapping[str, Any]) -> None:
    """One record: an entry, a bank reference that came again with another body, or an enrolment that is completed."""
    image = record["dynamodb"]["NewImage"]
    if image["kind"]["S"] == "conflict":
        consider(entries.conflict_from_image(image))
    elif image["kind"]["S"] == "account":
        covers.follow(EnrolmentId(image["pk"]["S"]))
        telling_classes.follow_completion(EnrolmentId(image["pk"]["S"]))
    else:
        entry = entries.entry_from_image(image)
        consider(entries.moved(entry))
        covers.follow_entry(entry)
        telling.follow_entry(entry)
        wechat_refunds.follow_entry(entry)


def consider(fact: facts.MoneyMoved | facts.ReferenceConflicted | facts.InterestDiffers) -> int:
    """Raise what the rules in force when it happened find in a fact; how many alerts are new."""
    at = fact.booked_at if isinstance(fact, facts.MoneyMoved) else fact.noticed_at
    return len(alerts.consider(fact=fact, policy=policies.in_force(at=at)))
