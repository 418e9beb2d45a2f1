"""Working days: China's published calendar, overlaid by the bureau's own table in `policy.toml`."""

from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

from shared.policy.queries import record


@dataclass(frozen=True)
class Deadline:
    """The last day of a term of working days; `assumed` when a day on the way is in no published calendar yet.

    An assumed deadline counts Monday to Friday as working days, and is shown as such.
    """

    day: date
    assumed: bool


def is_working_day(day: date) -> tuple[bool, bool]:
    """Whether `day` is a working day, and whether that had to be assumed (no published calendar covers it)."""
    overlay = record()["calendar"]
    if day in overlay["holidays"]:
        return False, False
    if day in overlay["working_days"]:
        return True, False
    try:
        return chinese_calendar.is_workday(day), False
    except NotImplementedError:
        return day.weekday() < 5, True


def working_days_after(day: date, count: int) -> Deadline:
    """The `count`-th working day after `day`."""
    assumed = False
    while count > 0:
        day += timedelta(days=1)
        working, guessed = is_working_day(day)
        count -= working
        assumed = assumed or guessed
    return Deadline(day, assumed)
