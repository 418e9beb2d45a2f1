"""Where waitlists meet the schools: a seat is offered, and waited for, only while the school may sell."""

from datetime import datetime

from shared.dynamo import transaction
from shared.institutions import store as institutions
from shared.kernel import clock
from shared.kernel.ids import CourseId, InstitutionId, OfferingId
from shared.mall import waitlist
from shared.mall.waitlist_model import Ticket
from shared.policy import queries as policies


def call_next(course_id: CourseId, offering_id: OfferingId, *, now: datetime) -> Ticket | None:
    """Offer a free seat of a class to who is next; None when nothing is to be offered.

    Raises NotSelling, Unavailable.
    """
    return waitlist.call_next(
        course_id=course_id,
        offering_id=offering_id,
        also=lambda ticket: [selling(ticket.institution_id, ticket.student_id, now)],
        policy=policies.in_force(at=now),
        now=now,
    )


def selling(institution_id: InstitutionId, spread_by: str, now: datetime) -> transaction.Part:
    """The part that holds only while the school may sell."""
    return institutions.selling_latch(institution_id, spread_by=spread_by, on=clock.business_day(now))
