"""The generated district: the same for the same seed, on every machine. `python -m infra.local.district` shows it."""

from dataclasses import dataclass, replace
from random import Random

from infra.local.district import families, schools
from infra.local.district.families import Family, Plan
from infra.local.district.schools import School
from infra.local.district.staff import STAFF, Officer

SEED = 370305
FAMILIES = 99


@dataclass(frozen=True)
class DistrictData:
    """Everything that is in the district before its term begins, and what will happen in it."""

    schools: tuple[School, ...]
    families: tuple[Family, ...]
    plans: tuple[Plan, ...]
    staff: tuple[Officer, ...]


def generate(seed: int = SEED, family_count: int = FAMILIES) -> DistrictData:
    """The district of a seed."""
    random = Random(seed)
    all_schools = schools.generate(random)
    all_families = families.generate(random, family_count)
    plans = families.plan(all_schools, all_families, random)
    siblings = families.plan_siblings(all_schools, plans, random)
    return _with_minimums(DistrictData(all_schools, all_families, (*plans, *siblings), STAFF))


def _with_minimums(data: DistrictData) -> DistrictData:
    """Each class with a minimum to open that its families meet, but for one that two families have paid in vain."""
    minimums, vain = families.minimums(data.plans), families.in_vain(data.plans)
    becomes = {
        name: replace(one, offering=replace(one.offering, minimum_students=minimums.get(name, 1)), opens=name != vain)
        for school in data.schools
        for one in school.classes
        for name in [one.offering.offering_id]
    }
    return replace(
        data,
        schools=tuple(
            replace(school, classes=tuple(becomes[one.offering.offering_id] for one in school.classes))
            for school in data.schools
        ),
        plans=tuple(replace(plan, taken=becomes[plan.taken.offering.offering_id]) for plan in data.plans),
    )
