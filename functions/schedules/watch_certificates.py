"""Warns before a licence, a certificate or a qualification ends, and when it has. Nightly, 00:10.

It takes nothing away: the latches know the last day by themselves, a sale after it is refused whether this ran or not.
"""

from collections.abc import Iterator
from datetime import datetime

from chalice.app import Blueprint, Cron

from events import facts
from functions.edge import scheduled, wiring
from shared.alerts import usecases as alerts
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.kernel import clock
from shared.policy import queries as policies
from shared.policy.model import Policy

blueprint = Blueprint(__name__)


@blueprint.schedule(Cron("10", "16", "*", "*", "?", "*"))
@scheduled.run
def watch_certificates() -> dict[str, int]:
    """Every school that isn't being terminated. Each warning is raised once, however often it runs."""
    now = wiring.now()
    policy = policies.in_force(at=now)
    schools = institutions.get_many(institutions.list_ids()).values()
    found = [fact for school in schools if not school.status.ending for fact in _ending(school, policy, now)]

    def warn(fact: facts.ValidityEnding) -> bool:
        return bool(alerts.consider(fact=fact, policy=policy))

    raised = scheduled.each("watch_certificates", found, warn, key=lambda one: f"{one.institution_id}/{one.item_id}")
    return {"ending": len(found), "raised": raised}


def _ending(school: Institution, policy: Policy, now: datetime) -> Iterator[facts.ValidityEnding]:
    today = clock.business_day(now)
    for one in school.validities:
        stage = policy.validity_stage(one.last_day, today)
        if stage is not None:
            yield facts.ValidityEnding(
                institution_id=school.institution_id,
                item_id=one.item_id,
                kind=one.kind,
                named=one.named,
                last_day=one.last_day,
                stage=stage,
                stops_sales=one.stops_sales,
                noticed_at=now,
            )
