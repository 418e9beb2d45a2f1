"""When the district's schools teach, read from `policy.toml`: training may not be held meanwhile."""

from dataclasses import dataclass
from datetime import date, time
from functools import cache

from shared.policy.calendar import is_working_day
from shared.policy.file import record
from shared.policy.model import OwnDays


@dataclass(frozen=True)
class SchoolHours:
    """From when to when schools teach on a day, in Shanghai. Half-open."""

    starts: time
    ends: time


@dataclass(frozen=True)
class _Term:
    first: date
    last: date
    hours: SchoolHours


def known_through() -> date:
    """The last day of which it is known whether schools teach."""
    day: date = record()["school_calendar"]["known_through"]
    return day


def school_hours(day: date, own: OwnDays) -> SchoolHours | None:
    """When schools teach on a day; None on a day off: of the week, a holiday, of a vacation.

    Where no working days are published yet, Monday to Friday are taken for such (`calendar.is_working_day`). Only for
    days up to `known_through`.
    """
    working, _ = is_working_day(day, own)
    return next((term.hours for term in _terms() if working and term.first <= day <= term.last), None)


def subject_may_be_taught(day: date, own: OwnDays) -> bool:
    """Whether a subject may be taught on a day: never on weekends, holidays and vacations (rule of 2021)."""
    return day.weekday() < 5 and school_hours(day, own) is not None


@cache
def _terms() -> tuple[_Term, ...]:
    told = record()["school_calendar"]["terms"]
    return tuple(_Term(one["first"], one["last"], SchoolHours(one["starts"], one["ends"])) for one in told)
