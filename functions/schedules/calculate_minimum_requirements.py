"""Works out what each school would have to keep as its minimum balance, for the finance officer to propose. Monthly."""

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, wiring
from shared.funds import minimum_requirements, queries
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.policy import queries as policies

blueprint = Blueprint(__name__)


@blueprint.schedule(Cron("0", "1", "1", "*", "?", "*"))
@scheduled.run
def calculate_minimum_requirements() -> dict[str, int]:
    """Every school that goes on, on the first of the month at 09:00 in Shanghai: the months before are over."""
    now = wiring.now()
    policy = policies.in_force(at=now)
    schools = institutions.get_many(institutions.list_ids())
    open_schools = [school for school in schools.values() if school.accounts.opened and not school.status.ending]
    minimums = queries.get_minimum_balances(list(schools))
    different: list[str] = []

    def calculate(school: Institution) -> bool:
        iid = school.institution_id
        found = minimum_requirements.calculate(institution_id=iid, size=school.size, policy=policy, now=now)
        different.extend([iid] if found.formula.required_fen != minimums[iid].required_fen else [])
        return True

    name = "calculate_minimum_requirements"
    count = scheduled.each(name, open_schools, calculate, key=lambda school: school.institution_id)
    return {"calculated": count, "different": len(different)}
