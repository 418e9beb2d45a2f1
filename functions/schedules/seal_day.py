"""Seals the days that are over: one signed root over every entry that was booked on a day. 03:30 in Shanghai."""

from datetime import date, timedelta

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, wiring
from functions.edge.settings import settings
from functions.schedules.sweep import GRACE
from shared.funds import sealing
from shared.funds.store import sweeps
from shared.kernel import clock

blueprint = Blueprint(__name__)

_A_DAY = timedelta(days=1)


@blueprint.schedule(Cron("30", "19", "*", "*", "?", "*"))
@scheduled.run
def seal_day() -> dict[str, int]:
    """Every day that is over, complete and not sealed yet. `put_off`: days that are over and not known to be complete.

    A day is complete once a sweep that began after it has come to its end: that one has counted into the journals
    whatever a stream hadn't brought.
    """
    now = wiring.now()
    yesterday, complete = clock.business_day(now) - _A_DAY, _complete_through()
    made = sealing.seal_days(through=min(yesterday, complete), key=settings().seal_key, now=now) if complete else []
    put_off = (yesterday - complete).days if complete else 1
    if put_off > 0:
        scheduled.tell("put_off", function="seal_day", key=yesterday.isoformat(), code="no_sweep_since")
    return {"sealed": len(made), "entries": sum(one.count for one in made), "put_off": max(put_off, 0)}


def _complete_through() -> date | None:
    """The last day whose entries are all in the journals, as far as is known."""
    last = next(iter(sweeps.list_last(1)), None)
    return clock.business_day(last[0] - GRACE) - _A_DAY if last else None
