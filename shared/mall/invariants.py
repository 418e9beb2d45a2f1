"""What must hold of every class's seats, at rest. For the checks, never on a path of a sale."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from shared.kernel.ids import OfferingId
from shared.mall.model import Offering
from shared.mall.waitlist_model import Ticket, TicketStatus


def seats_add_up(
    classes: Iterable[Offering], tickets: Iterable[Ticket], sold: Mapping[OfferingId, int]
) -> Iterator[str]:
    """Seats left, sold, offered and of guests are all of a class, and its tickets say what its own counts say.

    `sold`: how many enrolments hold a seat of each class. Who waits has a number behind the last that was called.
    """
    counted: Counter[tuple[OfferingId, TicketStatus]] = Counter()
    behind: dict[OfferingId, int] = {}
    for one in tickets:
        counted[one.offering_id, one.status] += 1
        if one.status is TicketStatus.WAITING:
            behind[one.offering_id] = min(one.number, behind.get(one.offering_id, one.number))
    for offering in classes:
        name = offering.offering_id
        if offering.seats_left + sold.get(name, 0) + offering.offered + offering.guests != offering.seats:
            taken = f"{sold.get(name, 0)} sold + {offering.offered} offered + {offering.guests} guests"
            yield f"{name}: {offering.seats_left} left + {taken}"
        told = (offering.waiting, offering.offered)
        if told != (counted[name, TicketStatus.WAITING], counted[name, TicketStatus.OFFERED]):
            yield f"{name}: waiting and offered are {told}, its tickets say otherwise"
        if behind.get(name, offering.called + 1) <= offering.called:
            yield f"{name}: number {behind[name]} waits, and {offering.called} was called"
