"""Does a school come back under a new name? Hints for the staff: never a refusal, and not shown to anybody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.institutions import matching
from shared.institutions import store as institutions
from shared.institutions.matching import Field
from shared.institutions.model import Institution
from shared.institutions.store import finding
from shared.listings import store as listings
from shared.listings.model import Listing


@dataclass(frozen=True)
class Hint:
    """An earlier school that is known by the same, and was blacklisted or ended. `score` of 100, by `same`."""

    school: Institution
    listing: Listing
    same: Sequence[Field]
    score: int


def hints(school: Institution) -> list[Hint]:
    """The earlier schools that this one, on file or only applying, may be; the surest first.

    One query for each key that it is known by, and two reads for what they find.
    """
    alike = finding.alike(school)
    if not alike:
        return []
    found, listed = institutions.get_many(list(alike)), listings.get_many(list(alike))
    told = [
        Hint(other, listing, sorted(alike[iid]), matching.score(alike[iid]))
        for iid, other in found.items()
        if (listing := listed.get(iid, Listing(iid))).blacklisted or other.status.ending
    ]
    return sorted(told, key=lambda hint: (-hint.score, hint.school.short_name))
