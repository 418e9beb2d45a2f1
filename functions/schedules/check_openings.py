"""Decides which classes open, some days before they start, and gives back what was paid for others. Hourly."""

from chalice.app import Blueprint, Cron

from functions.edge import openings, scheduled, wiring
from shared.mall.opening_model import Opening
from shared.mall.store import openings as store

blueprint = Blueprint(__name__)


@blueprint.schedule(Cron("25", "*", "*", "*", "?", "*"))
@scheduled.run
def check_openings() -> dict[str, int]:
    """Every class whose day has come, then whatever isn't done yet for those that don't open.

    A run that is broken off leaves nothing half done that the next one doesn't take up.
    """
    now = wiring.now()

    def decide(opening: Opening) -> bool:
        return openings.decide(opening, now=now)

    def settle(opening: Opening) -> int:
        return openings.settle(opening, now=now)

    due = store.list_to_decide(until=now)
    decided = scheduled.each("check_openings", due, decide, key=lambda one: one.offering_id)
    closing = store.list_to_settle(until=now)
    settled = scheduled.each("check_openings", closing, settle, key=lambda one: one.offering_id)
    return {"due": len(due), "decided": decided, "not_opened": len(closing), "settled": settled}
