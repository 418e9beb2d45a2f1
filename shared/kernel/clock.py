"""Time is aware UTC everywhere; a business day is a day in Asia/Shanghai."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The one place that reads the machine's time."""
    return datetime.now(UTC)  # noqa: TID251


def business_day(moment: datetime) -> date:
    """The day in Shanghai on which `moment` falls."""
    return moment.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """The first moment of a business day, in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first moment after a business day, in UTC (periods are half-open)."""
    return start_of(day + timedelta(days=1))


def stored(moment: datetime) -> str:
    """A moment as it is stored: UTC, milliseconds, sorts as text. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(text: str) -> datetime:
    """The moment that `stored` wrote."""
    return datetime.fromisoformat(text)


def shown(moment: datetime) -> str:
    """A moment as the API says it: ISO 8601 with +08:00."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")
