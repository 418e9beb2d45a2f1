"""Which days and which basis a page of accounts is asked for. A person means the last day that she picks: it is in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from functions.console.pages import Visit
from shared.funds.periods import Basis, Period
from shared.kernel import clock, errors

_EARLIEST, _LATEST = date(2000, 1, 1), date(2200, 1, 1)


class DayUnreadable(errors.Invalid):
    code = "day_unreadable"
    zh = "日期无法识别，请用 2026-09-01 这样的格式。"
    en = "The date can't be read; write it like 2026-09-01."


@dataclass(frozen=True)
class Asked:
    """A period and a basis, and the query that asks for them again."""

    period: Period
    basis: Basis

    @property
    def query(self) -> Mapping[str, str]:
        return {"from": self.period.first.isoformat(), "to": self.period.last.isoformat(), "basis": self.basis.value}


def asked(visit: Visit, *, days: int) -> Asked:
    """What the query asks for; the last `days` days unless it says otherwise.

    Raises DayUnreadable, PeriodEmpty, PeriodTooLong.
    """
    last = day(visit, "to") or clock.business_day(visit.now)
    first = day(visit, "from") or last - timedelta(days=days - 1)
    return Asked(Period(first, last + timedelta(days=1)), basis(visit))


def basis(visit: Visit) -> Basis:
    """By which day entries count."""
    return Basis.EFFECTIVE if visit.asked("basis") == Basis.EFFECTIVE else Basis.BOOKING


def day(visit: Visit, name: str) -> date | None:
    """A day of the query, None where it isn't there. Raises DayUnreadable."""
    text = visit.asked(name)
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise DayUnreadable(pointer=f"/{name}") from None
    if not _EARLIEST <= found <= _LATEST:
        raise DayUnreadable(pointer=f"/{name}")
    return found
