"""Whether a school is eligible, derived from what every context has of it: the same cost in any district."""

from datetime import date, datetime, timedelta

from shared.alerts import store as alerts
from shared.alerts.model import Severity
from shared.filings.store import inspections
from shared.funds import queries as funds
from shared.institutions import store as institutions
from shared.institutions.model import Change, Institution, Status
from shared.kernel import clock
from shared.kernel.ids import InstitutionId
from shared.listings import rules
from shared.listings import store as listings
from shared.listings.model import Eligibility, Listing, Observed
from shared.policy import queries as policies

_MOST_ALERTS = 100


def of(school: Institution, *, now: datetime, listing: Listing | None = None) -> Eligibility:
    """Whether a school is eligible now, with every fact. `listing` where it is known already."""
    policy = policies.in_force(at=now)
    minimum = funds.get_minimum_balance(school.institution_id)
    inspected = inspections.get_standings([school.institution_id], today=clock.business_day(now)).get(
        school.institution_id
    )
    red, last_red = _red_alerts(school.institution_id, now - timedelta(days=policy.red_alert_days), now)
    seen = Observed(
        status=school.status.value,
        licensed=school.status is Status.LICENSED,
        status_since=_since(school, Change(school.status.value)),
        licence_valid_to=school.valid_to,
        frozen=school.frozen,
        frozen_since=_since(school, Change.FROZEN) if school.frozen else None,
        balance_fen=minimum.balance_fen,
        required_fen=minimum.required_fen,
        short_since=minimum.short_since,
        short_due_on=_due_on(school.institution_id, minimum.short_since),
        red_alerts=red,
        last_red_alert=last_red,
        listing=listing or listings.get(school.institution_id),
        inspection=inspected.standing.value if inspected else "",
        inspection_year=inspected.year if inspected else 0,
        inspection_passed=inspected.standing.passed if inspected else None,
        inspected_on=inspected.since if inspected else None,
    )
    return rules.eligibility(seen, on=clock.business_day(now), red_alert_days=policy.red_alert_days)


def _since(school: Institution, change: Change) -> datetime | None:
    return next((one.at for one in institutions.list_changes(school.institution_id) if one.change is change), None)


def _due_on(institution_id: InstitutionId, short_since: date | None) -> date | None:
    if short_since is None:
        return None
    return funds.get_minimum_shortfalls([(institution_id, short_since)])[institution_id].due_on


def _red_alerts(institution_id: InstitutionId, first: datetime, now: datetime) -> tuple[int, datetime | None]:
    found = alerts.list_between(institution_id, first=first, before=now, at_most=_MOST_ALERTS)
    red = [one.raised_at for one in found if one.severity is Severity.RED]
    return len(red), red[0] if red else None
