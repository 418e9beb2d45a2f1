"""The waitlist (候补) of a class that is sold out: numbered tickets, called in order of arrival."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.kernel.ids import CourseId, GuardianId, InstitutionId, OfferingId, StudentId


class TicketStatus(StrEnum):
    """waiting → offered → taken | declined | lapsed; or waiting → left | closed, when the class has started."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    DECLINED = "declined"
    LAPSED = "lapsed"
    LEFT = "left"
    CLOSED = "closed"


@dataclass(frozen=True)
class Ticket:
    """A child's place on a class's waitlist. `number` is the order of arrival; while it is offered a seat, that is kept
    for the child until `expires_at`.
    """

    offering_id: OfferingId
    number: int
    course_id: CourseId
    institution_id: InstitutionId
    guardian_id: GuardianId
    student_id: StudentId
    joined_at: datetime
    status: TicketStatus = TicketStatus.WAITING
    expires_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def live(self) -> bool:
        """Whether it still waits, or is offered a seat."""
        return self.status in (TicketStatus.WAITING, TicketStatus.OFFERED)

    def offers_at(self, now: datetime) -> bool:
        """Whether its child may take the seat that is kept for it."""
        return self.status is TicketStatus.OFFERED and self.expires_at is not None and now < self.expires_at

    def ended(self, status: TicketStatus, now: datetime) -> "Ticket":
        """It, as it is over."""
        return replace(self, status=status, ended_at=now)
