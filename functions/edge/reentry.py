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
    """Another school, or an applicant, that is known by the same. `score` of 100, by `same`."""

    school: Institution
    listing: Listing
    same: Sequence[Field]
    score: int


def hints(school: Institution) -> list[Hint]:
    """The earlier schools that this one, on file or only applying, may be; the surest first."""
    return [hint for hint in alike(school) if hint.listing.blacklisted or hint.school.status.ending]


def alike(school: Institution) -> list[Hint]:
    """Every other school and applicant that is known by the same, the surest first.

    Two queries for each key that it is known by, and two reads for what they find.
    """
    same = finding.alike(school)
    if not same:
        return []
    found, listed = institutions.get_many(list(same)), listings.get_many(list(same))
    told = [
        Hint(other, listed.get(iid, Listing(iid)), sorted(same[iid]), matching.score(same[iid]))
        for iid, other in found.items()
    ]
    return sorted(told, key=lambda hint: (-hint.score, hint.school.short_name))
