"""Opens the annual inspection of each licensed school, once a year: in March, 09:00 in Shanghai on its first days.

Every run opens what isn't open yet, so that a run which was ended in the middle is finished by the next.
"""

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, wiring
from shared.filings import rules, watching
from shared.institutions import store as institutions
from shared.institutions.model import Institution, Status
from shared.kernel import clock

blueprint = Blueprint(__name__)

_INSPECTED = (Status.LICENSED, Status.SUSPENDED)


@blueprint.schedule(Cron("0", "1", "1-5", "3", "?", "*"))
@scheduled.run
def open_inspections() -> dict[str, int]:
    """One case of this year for each school that teaches."""
    now = wiring.now()
    year = clock.business_day(now).year
    found = institutions.get_many(institutions.list_ids()).values()
    schools = [school for school in found if school.status in _INSPECTED]

    def open_for(school: Institution) -> bool:
        return watching.open_inspection(
            institution_id=school.institution_id,
            institution_type=rules.institution_type(school.credit_code),
            subject=school.name,
            year=year,
            now=now,
        )

    missing = watching.not_opened([school.institution_id for school in schools], year=year)
    todo = [school for school in schools if school.institution_id in missing]
    opened = scheduled.each("open_inspections", todo, open_for, key=lambda school: school.institution_id)
    return {"schools": len(schools), "opened": opened}
