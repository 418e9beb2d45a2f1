"""A timetable from the times of the week at which a class meets."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta

from shared.kernel import errors
from shared.kernel.clock import SHANGHAI
from shared.mall.model import Period
from shared.policy.calendar import is_working_day
from shared.policy.model import OwnDays

_LONGEST = timedelta(days=366)


class NoSuchTimetable(errors.Invalid):
    code = "timetable_never_full"
    zh = "按所给的每周时间，一年之内排不满 {lessons} 课时。"
    en = "These times of the week don't come to {lessons} lessons within a year."


def from_weekly(
    weekly: Collection[tuple[int, time]],
    *,
    starts_on: date,
    lessons: int,
    minutes: int,
    but: Collection[date],
    own: OwnDays,
) -> tuple[Period, ...]:
    """So many lessons of so many minutes from a day on, at times of the week (1 is Monday) in Shanghai.

    None is on a day in `but`, on a weekday that is a holiday, or on a weekend's day that is worked; `own` are the
    bureau's own days. Raises NoSuchTimetable.
    """
    found: list[Period] = []
    for day in _days(starts_on):
        if day in but or not _is_ordinary(day, own):
            continue
        for weekday, starts in sorted(weekly):
            if weekday == day.isoweekday():
                begins = datetime.combine(day, starts, SHANGHAI)
                found.append(Period(begins, begins + timedelta(minutes=minutes)))
        if len(found) >= lessons:
            return tuple(found[:lessons])
    raise NoSuchTimetable(pointer="/timetable", lessons=lessons)


def _days(first: date) -> Iterator[date]:
    for number in range(_LONGEST.days):
        yield first + timedelta(days=number)


def _is_ordinary(day: date, own: OwnDays) -> bool:
    working, _ = is_working_day(day, own)
    return working == (day.weekday() < 5)
