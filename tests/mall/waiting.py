"""A class of two seats that is sold out, and families that wait for it."""

from datetime import datetime

from functions.api import enrolments as sales
from functions.edge import waitlists
from shared.kernel.ids import GuardianId, OfferingId, StudentId
from shared.mall import model, store, waitlist
from shared.mall.store import waitlist as tickets
from shared.mall.waitlist_model import Ticket
from shared.policy import queries as policies
from tests import builders, steps
from tests.builders import COURSE, NOW, OFFERING, SCHOOL, an_id


def sold_out(seats: int = 2) -> model.Offering:
    """A school, and its class whose every seat is sold, to the first families."""
    steps.register()
    offering = steps.put_on_sale(builders.a_course(lessons=20), seats=seats)
    for number in range(1, seats + 1):
        steps.enrol(offering, number)
    return offering


def join(number: int, *, now: datetime = NOW, offering_id: OfferingId = OFFERING) -> Ticket:
    """The `number`-th family waits, as the API puts it together."""
    return waitlist.join(
        guardian_id=GuardianId(an_id("grd", number)),
        student_id=StudentId(an_id("stu", number)),
        course_id=COURSE,
        offering_id=offering_id,
        open_enrolments=sales.open_enrolments,
        also=[waitlists.selling(SCHOOL, an_id("stu", number), now)],
        policy=policies.in_force(at=now),
        now=now,
    )


def leave(number: int, *, now: datetime = NOW) -> Ticket:
    return waitlist.leave(offering_id=OFFERING, student_id=StudentId(an_id("stu", number)), now=now)


def call_next(*, now: datetime = NOW) -> Ticket | None:
    return waitlists.call_next(COURSE, OFFERING, now=now)


def ticket_of(number: int) -> Ticket:
    found = tickets.find_ticket(OFFERING, StudentId(an_id("stu", number)))
    assert found is not None
    return found


def the_class() -> model.Offering:
    return store.find_offering(store.get_course(COURSE), OFFERING)


def counts() -> tuple[int, int, int]:
    """The class's seats that are left, that are offered, and how many wait."""
    offering = the_class()
    return offering.seats_left, offering.offered, offering.waiting
