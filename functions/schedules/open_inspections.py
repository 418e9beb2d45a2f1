"""Opens the annual inspection of each school, once a year: daily at 09:00 in Shanghai, between two days of the policy.

A school that was licensed in this year isn't inspected in it: the bureau has just looked at all of it. Every run opens
what isn't open yet, so that a run which was ended in the middle is finished by the next.
"""

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, wiring
from shared.filings import rules, watching
from shared.institutions import store as institutions
from shared.institutions.model import Change, Institution, Status
from shared.kernel import clock
from shared.policy import queries as policies

blueprint = Blueprint(__name__)

_INSPECTED = (Status.LICENSED, Status.SUSPENDED)


@blueprint.schedule(Cron("0", "1", "*", "*", "?", "*"))
@scheduled.run
def open_inspections() -> dict[str, int]:
    """One case of this year for each school that teaches."""
    now = wiring.now()
    today = clock.business_day(now)
    if not policies.in_force(at=now).opens_inspections_on(today):
        return {"schools": 0, "opened": 0}
    found = institutions.get_many(institutions.list_ids()).values()
    schools = [school for school in found if school.status in _INSPECTED]

    def open_for(school: Institution) -> bool:
        if _licensed_in(school, today.year):
            return False
        return watching.open_inspection(
            institution_id=school.institution_id,
            institution_type=rules.institution_type(school.credit_code),
            subject=school.name,
            year=today.year,
            now=now,
        )

    missing = watching.not_opened([school.institution_id for school in schools], year=today.year)
    todo = [school for school in schools if school.institution_id in missing]
    opened = scheduled.each("open_inspections", todo, open_for, key=lambda school: school.institution_id)
    return {"schools": len(schools), "opened": opened}


def _licensed_in(school: Institution, year: int) -> bool:
    """Whether it was first licensed in a year; what comes after that is a suspension's end."""
    changes = institutions.list_changes(school.institution_id)
    licensed = [one.at for one in changes if one.change is Change.LICENSED]
    return bool(licensed) and clock.business_day(min(licensed)).year == year
