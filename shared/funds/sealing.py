"""Sealing the days that are over and complete, one after the other."""

from datetime import date, datetime, timedelta

from shared.funds import seals
from shared.funds.model import Entry
from shared.funds.periods import Period
from shared.funds.seals import DaySeal
from shared.funds.store import days, totals
from shared.funds.store import seals as store
from shared.kernel import clock

_MOST = 400  # days in one run: a run that came after more than a year goes on with the next


def seal_days(*, through: date, key: str, now: datetime) -> list[DaySeal]:
    """Seal each day after the last that is sealed, `through` included; the seals that were made now.

    Every entry booked on these days must be in its school's journal. A day without entries is sealed too, so that none
    can be taken out. `key`: see seals.seal. Twice, or two at once, seals each day once. Raises Unavailable.
    """
    made: list[DaySeal] = []
    last = store.find_last()
    day = last.day + timedelta(days=1) if last else _first_day()
    while day is not None and day <= through and len(made) < _MOST:
        last = seals.seal(day, list_day(day), after=last, key=key, now=now)
        try:
            store.put(last)
        except store.AlreadySealed:  # by another run, which goes on
            return made
        made.append(last)
        day += timedelta(days=1)
    return made


def list_day(day: date) -> list[Entry]:
    """Every entry booked on a day, from the journals of the schools that booked any: one query for each of those."""
    period = Period(day, day + timedelta(days=1))
    booked = days.which_booked([one.institution_id for one in totals.list_all()], day)
    return [entry for institution_id in booked for entry in totals.list_booked(institution_id, period)]


def _first_day() -> date | None:
    booked = [totals.find_first(one.institution_id) for one in totals.list_all()]
    return min((clock.business_day(entry.booked_at) for entry in booked if entry is not None), default=None)
