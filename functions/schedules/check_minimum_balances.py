"""Checks every school's minimum balance up to yesterday, and escalates what isn't made up in time. Nightly, 00:40."""

from datetime import datetime

from chalice.app import Blueprint, Cron

from events import facts
from functions.edge import scheduled, wiring
from shared.alerts import usecases as alerts
from shared.funds import minimum_checks
from shared.funds import queries as funds
from shared.funds.minimum_model import Shortfall
from shared.funds.model import State
from shared.institutions import store as institutions
from shared.institutions import usecases as standing
from shared.institutions.model import BarKind, Institution
from shared.kernel import clock
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.policy import queries as policies
from shared.policy.model import Policy

blueprint = Blueprint(__name__)

BY = "minimum-check"  # who bars a school in its history: no person


@blueprint.schedule(Cron("40", "16", "*", "*", "?", "*"))
@scheduled.run
def check_minimum_balances() -> dict[str, int]:
    """Each school that isn't terminated; one whose totals are behind is checked by the next run, for all days since."""
    now = wiring.now()
    policy = policies.in_force(at=now)
    schools = institutions.get_many(institutions.list_ids())
    open_schools = [iid for iid, school in schools.items() if not school.status.ended]
    minimums = funds.get_minimum_balances(open_schools)
    counted = {one.institution_id: Fen(one.by_state.get(State.MINIMUM_BALANCE, 0)) for one in funds.list_totals()}
    open_ones: list[Shortfall] = []
    overdue = 0

    def check(institution_id: InstitutionId) -> bool:
        nonlocal overdue
        shortfall = minimum_checks.check(
            minimum=minimums[institution_id], counted_fen=counted.get(institution_id, Fen(0)), policy=policy, now=now
        )
        if shortfall is not None and shortfall.ended_on is None:
            open_ones.append(shortfall)
            overdue += _escalate(shortfall, policy, now)
        _bar(schools[institution_id], shortfall, now)
        return True

    checked = scheduled.each("check_minimum_balances", open_schools, check, key=str)
    return {"checked": checked, "short": len(open_ones), "escalated": overdue}


def _bar(school: Institution, shortfall: Shortfall | None, now: datetime) -> None:
    """Let a school sell nothing while its shortfall is overdue; each night anew, so what was missed is made up."""
    barred = any(bar.kind is BarKind.MINIMUM_OVERDUE for bar in school.bars)
    overdue = shortfall is not None and shortfall.is_overdue(clock.business_day(now))
    iid, kind = school.institution_id, BarKind.MINIMUM_OVERDUE
    if overdue and not barred:
        reason = "最低余额逾期未补足"
        standing.bar(institution_id=iid, kind=kind, until=None, reason=reason, by=BY, now=now)
    elif barred and not overdue:
        standing.unbar(institution_id=iid, kind=kind, reason="最低余额已补足", by=BY, now=now)


def _escalate(shortfall: Shortfall, policy: Policy, now: datetime) -> int:
    """Raise the alert that a shortfall isn't made up in time, once; whether it is new."""
    if not shortfall.is_overdue(clock.business_day(now)):
        return 0
    fact = facts.MinimumOverdue(
        institution_id=shortfall.institution_id,
        since=shortfall.since,
        due_on=shortfall.due_on,
        short_fen=shortfall.short_fen,
        noticed_at=now,
    )
    return len(alerts.consider(fact=fact, policy=policy))
