"""Where waitlists meet schools and guardians: a seat is offered while the school may sell, and with its message."""

from datetime import datetime

from functions.edge import telling_classes
from shared.dynamo import transaction
from shared.institutions import store as institutions
from shared.kernel import clock
from shared.kernel.ids import CourseId, InstitutionId, OfferingId
from shared.mall import waitlist
from shared.mall.model import Course, Offering
from shared.mall.waitlist_model import Ticket
from shared.messages import store as messages
from shared.policy import queries as policies


def call_next(course_id: CourseId, offering_id: OfferingId, *, now: datetime) -> Ticket | None:
    """Offer a free seat of a class to who is next, and tell her; None when nothing is to be offered.

    Raises NotSelling, Unavailable.
    """

    def offered(ticket: Ticket, course: Course, offering: Offering) -> list[transaction.Part]:
        message = telling_classes.seat_offered(ticket, course, offering, now=now)
        return [selling(ticket.institution_id, ticket.student_id, now), messages.posted(message)]

    return waitlist.call_next(
        course_id=course_id,
        offering_id=offering_id,
        also=offered,
        policy=policies.in_force(at=now),
        now=now,
    )


def selling(institution_id: InstitutionId, spread_by: str, now: datetime) -> transaction.Part:
    """The part that holds only while the school may sell."""
    return institutions.selling_latch(institution_id, spread_by=spread_by, on=clock.business_day(now))
