"""What the API says of waitlists."""

from datetime import datetime

from functions.api.views import View
from shared.kernel import clock
from shared.mall.model import CourseWithOfferings
from shared.mall.store import find_offering
from shared.mall.waitlist_model import Ticket, TicketStatus


class TicketView(View):
    """A child's place on a class's waitlist: `waiting`, `offered`, `taken`, `declined`, `lapsed`, `left`, `closed`.

    `place` is 1 for who is next; null once it doesn't wait any more. While it is `offered`, a seat is kept for the
    child until `offered_until`: `POST /v1/enrolments` with `terms_hash` takes it.
    """

    offering_id: str
    course_id: str
    institution_id: str
    student_id: str
    course_title: str
    class_name: str
    number: int
    status: str
    place: int | None
    joined_at: str
    offered_until: str | None
    terms_hash: str


class WaitingView(View):
    """Who waits, by number and time; whose child it is isn't told before it is enrolled."""

    place: int
    number: int
    joined_at: str


class WaitlistView(View):
    """A class's waitlist: `offered` seats are kept for those whose turn it is, `data` are those who wait, in order."""

    offering_id: str
    seats: int
    sold: int
    offered: int
    waiting: int
    data: list[WaitingView]


def ticket(one: Ticket, found: CourseWithOfferings, *, before: int, now: datetime) -> TicketView:
    """`before`: how many wait before it. An offer whose time is over has lapsed, whether that was noted yet or not."""
    offering = find_offering(found, one.offering_id)
    offered = one.offers_at(now)
    over = one.status is TicketStatus.OFFERED and not offered
    return TicketView(
        offering_id=one.offering_id,
        course_id=one.course_id,
        institution_id=one.institution_id,
        student_id=one.student_id,
        course_title=found.course.title,
        class_name=offering.name,
        number=one.number,
        status=TicketStatus.LAPSED.value if over else one.status.value,
        place=before + 1 if one.status is TicketStatus.WAITING else None,
        joined_at=clock.shown(one.joined_at),
        offered_until=clock.shown(one.expires_at) if offered and one.expires_at else None,
        terms_hash=offering.terms_hash,
    )
