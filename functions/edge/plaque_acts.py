"""A school's plaque, made with an id that nobody guesses."""

from datetime import datetime

from functions.edge import wiring
from shared.institutions.model import Institution, Status
from shared.kernel.ids import PlaqueId
from shared.listings import plaques
from shared.listings.model import Plaque


def issue(school: Institution, *, by: str, now: datetime) -> Plaque:
    """Its plaque, made now if it has none. Raises NotForPlaque, Unavailable."""
    licensed = school.status is Status.LICENSED
    return plaques.issue(institution_id=school.institution_id, licensed=licensed, plaque_id=_new_id(), by=by, now=now)


def replace_it(was: Plaque, school: Institution, *, by: str, now: datetime) -> Plaque:
    """Another one, the plaque that it takes the place of void. Raises NotForPlaque, Unavailable."""
    licensed = school.status is Status.LICENSED
    return plaques.replace_it(was=was, licensed=licensed, plaque_id=_new_id(), by=by, now=now)


def _new_id() -> PlaqueId:
    return PlaqueId(wiring.new_id("plq"))  # 80 random bits
