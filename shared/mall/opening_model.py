"""Whether a class opens (开班): decided some days before its start, by how many have paid."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import CourseId, InstitutionId, OfferingId


class OpeningStatus(StrEnum):
    """waiting → opened | not_opened; or declared, that it opens with however few, and then opened."""

    WAITING = "waiting"
    DECLARED = "declared"
    OPENED = "opened"
    NOT_OPENED = "not_opened"


@dataclass(frozen=True)
class Opening:
    """A class on its way to its start. It is decided once `check_on` has begun; with `paid` enrolments, of `minimum`.

    `declared_by`: who of the school said that it opens anyway. `settled_at`: everything that follows from not being
    opened was done. `version` counts what was written of it.
    """

    offering_id: OfferingId
    course_id: CourseId
    institution_id: InstitutionId
    minimum: int
    starts_on: date
    check_on: date
    status: OpeningStatus = OpeningStatus.WAITING
    declared_by: str = ""
    declared_at: datetime | None = None
    paid: int | None = None
    decided_at: datetime | None = None
    settled_at: datetime | None = None
    version: int = 1

    @property
    def undecided(self) -> bool:
        """Whether its day is still to come."""
        return self.status in (OpeningStatus.WAITING, OpeningStatus.DECLARED)
