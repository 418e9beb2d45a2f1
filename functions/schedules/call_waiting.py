"""Calls who waits for a seat (候补): ends offers whose time is over, and offers what is free. Every quarter hour."""

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, waitlists, wiring
from shared.kernel.ids import CourseId, OfferingId
from shared.mall import waitlist
from shared.mall.store import waitlist as tickets
from shared.mall.waitlist_model import Ticket

blueprint = Blueprint(__name__)


@blueprint.schedule(Cron("9/15", "*", "*", "*", "?", "*"))
@scheduled.run
def call_waiting() -> dict[str, int]:
    """Offers that are over first: what they give back goes to who is next, in the same run.

    Each step is one transaction, so a run that is broken off leaves nothing half done, and the next one goes on.
    """
    now = wiring.now()

    def lapse(ticket: Ticket) -> bool:
        return waitlist.lapse(ticket, now=now)

    def call(of: tuple[CourseId, OfferingId]) -> int:
        return sum(1 for _ in iter(lambda: waitlists.call_next(*of, now=now), None))

    def close(of: tuple[CourseId, OfferingId]) -> int:
        return waitlist.close(course_id=of[0], offering_id=of[1], now=now)

    over = tickets.list_lapsing(until=now)
    lapsed = scheduled.each("call_waiting", over, lapse, key=lambda one: f"{one.offering_id}#{one.number}")
    waited_for = tickets.list_waiting_classes()
    return {
        "lapsed": lapsed,
        "offered": scheduled.each("call_waiting", waited_for, call, key="/".join),
        "closed": scheduled.each("call_waiting", waited_for, close, key="/".join),
    }
