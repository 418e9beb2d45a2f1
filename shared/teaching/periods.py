"""The days that a timetable is shown for: an ISO week, from Monday on, or a calendar month, in Shanghai. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.kernel import clock, errors

_WEEK = re.compile(r"(20[0-9]{2})-W([0-9]{2})")
_MONTH = re.compile(r"(20[0-9]{2})-([0-9]{2})")


class WeekOrMonth(errors.Invalid):
    code = "week_or_month"
    zh = "请选择一周或一个月，二者取其一。"
    en = "Ask for a week or for a month, one of the two."


class NoSuchWeek(errors.Invalid):
    code = "no_such_week"
    zh = "没有“{week}”这一周；请写作 2026-W37（2000 至 2099 年）。"
    en = "There is no week {week}; write it as 2026-W37, from 2000 to 2099."


class NoSuchMonth(errors.Invalid):
    code = "no_such_month"
    zh = "没有“{month}”这个月；请写作 2026-09（2000 至 2099 年）。"
    en = "There is no month {month}; write it as 2026-09, from 2000 to 2099."


@dataclass(frozen=True)
class Days:
    """Business days, half-open: `first` is in it, `end` isn't."""

    first: date
    end: date

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)

    def has(self, moment: datetime) -> bool:
        """Whether a moment is on one of its days."""
        return self.first <= clock.business_day(moment) < self.end

    def meets(self, first: date, last: date) -> bool:
        """Whether one of its days is from `first` through `last`."""
        return first < self.end and last >= self.first


def asked_for(week: str | None, month: str | None) -> Days:
    """The days of a week as `2026-W37`, or of a month as `2026-09`. Raises WeekOrMonth, NoSuchWeek, NoSuchMonth."""
    if week is not None and month is None:
        return _of_week(week)
    if month is not None and week is None:
        return _of_month(month)
    raise WeekOrMonth(pointer="/week")


def _of_week(week: str) -> Days:
    told = _WEEK.fullmatch(week)
    try:
        first = date.fromisocalendar(int(told[1]), int(told[2]), 1) if told else None
    except ValueError:
        first = None
    if first is None:
        raise NoSuchWeek(pointer="/week", week=week)
    return Days(first, first + timedelta(days=7))


def _of_month(month: str) -> Days:
    told = _MONTH.fullmatch(month)
    if told is None or not 1 <= int(told[2]) <= 12:
        raise NoSuchMonth(pointer="/month", month=month)
    first = date(int(told[1]), int(told[2]), 1)
    return Days(first, (first + timedelta(days=31)).replace(day=1))
