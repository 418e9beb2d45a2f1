"""Working days: China's published calendar, overlaid by the bureau's own days, which are a part of the policy."""

from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

from shared.policy.model import OwnDays


@dataclass(frozen=True)
class Deadline:
    """The last day of a term of working days; `assumed` when a day on the way is in no published calendar yet.

    An assumed deadline counts Monday to Friday as working days, and is shown as such.
    """

    day: date
    assumed: bool


def is_working_day(day: date, own: OwnDays) -> tuple[bool, bool]:
    """Whether `day` is a working day, and whether that had to be assumed (no published calendar covers it)."""
    if day in own.holidays:
        return False, False
    if day in own.working_days:
        return True, False
    try:
        return chinese_calendar.is_workday(day), False
    except NotImplementedError:
        return day.weekday() < 5, True


def working_days_after(day: date, count: int, own: OwnDays) -> Deadline:
    """The `count`-th working day after `day`. `own` are the own days of the policy in force when it is counted."""
    assumed = False
    while count > 0:
        day += timedelta(days=1)
        working, guessed = is_working_day(day, own)
        count -= working
        assumed = assumed or guessed
    return Deadline(day, assumed)
