"""EventBridge's expressions, in UTC: `cron(minutes hours day-of-month month day-of-week year)` and `rate(n unit)`.

Own code, because the kept libraries read Unix's five fields: there `0` and `7` are Sunday and `?` doesn't exist, so
they would read `cron(0 18 ? * 1 *)` wrongly or not at all. `L`, `W` and `#` aren't used in the project and are refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache, lru_cache

_MONTHS = {
    "JAN": 1,
    "FEB": 2,
    "MAR": 3,
    "APR": 4,
    "MAY": 5,
    "JUN": 6,
    "JUL": 7,
    "AUG": 8,
    "SEP": 9,
    "OCT": 10,
    "NOV": 11,
    "DEC": 12,
}
_DAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOOKS_AHEAD = 366 * 5


class BadExpression(ValueError):
    """Not an expression that is read here."""


@dataclass(frozen=True)
class _Cron:
    times: tuple[time, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    years: frozenset[int]

    def runs_on(self, day: datetime) -> bool:
        weekday = day.isoweekday() % 7 + 1  # EventBridge counts from Sunday = 1
        return day.day in self.days and day.month in self.months and weekday in self.weekdays and day.year in self.years


@lru_cache(1024)
def next_after(expression: str, moment: datetime) -> datetime:
    """The first moment after `moment` at which the expression is due. Raises BadExpression.

    A rate counts from 1970, so that it doesn't depend on when it was first looked at.
    """
    moment = moment.astimezone(UTC)
    if rate := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression):
        period = int(rate[1]) * _UNITS[rate[2]]
        if not period:
            raise BadExpression(expression)
        return _EPOCH + ((moment - _EPOCH) // period + 1) * period
    cron = _read(expression)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    for ahead in range(_LOOKS_AHEAD):
        candidate = day + timedelta(days=ahead)
        if not cron.runs_on(candidate):
            continue
        for at in cron.times:
            due = candidate.replace(hour=at.hour, minute=at.minute)
            if due > moment:
                return due
    raise BadExpression(f"{expression} is never due")


@cache
def _read(expression: str) -> _Cron:
    told = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)", expression)
    if not told or (told[3] == "?") == (told[5] == "?"):
        raise BadExpression(f"{expression}: six fields, and exactly one of the days is ?")
    minutes = _numbers(told[1], 0, 59)
    hours = _numbers(told[2], 0, 23)
    return _Cron(
        times=tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)),
        days=_numbers(told[3], 1, 31),
        months=_numbers(told[4], 1, 12, _MONTHS),
        weekdays=_numbers(told[5], 1, 7, _DAYS),
        years=_numbers(told[6], 1970, 2199),
    )


def _numbers(field: str, first: int, last: int, names: Mapping[str, int] | None = None) -> frozenset[int]:
    """What a field lists: `*`, `?`, `5`, `MON`, `1-5`, `0/15`, `*/2`, and several of them with commas."""
    found: set[int] = set()
    for part in field.split(","):
        told = re.fullmatch(r"(\*|\?|(\w+)(?:-(\w+))?)(?:/(\d+))?", part)
        if not told:
            raise BadExpression(f"{field!r} isn't read here")
        step = int(told[4] or 1)
        low = _number(told[2], names) if told[2] else first
        high = _number(told[3], names) if told[3] else low if told[2] and not told[4] else last
        if not first <= low <= high <= last or step < 1:
            raise BadExpression(f"{field!r} isn't between {first} and {last}")
        found.update(range(low, high + 1, step))
    return frozenset(found)


def _number(text: str, names: Mapping[str, int] | None) -> int:
    if names and text.upper() in names:
        return names[text.upper()]
    if not text.isdigit():
        raise BadExpression(f"{text!r} isn't read here")
    return int(text)
