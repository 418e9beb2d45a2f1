"""Business days, and what moved on them: by the day of booking (记账日) or by the day of effect (生效日). Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from shared.funds.model import Entry, State
from shared.kernel import clock, errors

MOST_DAYS = 366


class PeriodEmpty(errors.Invalid):
    code = "period_empty"
    zh = "结束日期应晚于开始日期。"
    en = "The period must end after it begins."


class PeriodTooLong(errors.Invalid):
    code = "period_too_long"
    zh = "一次最多查询 {days} 天。"
    en = "A period has at most {days} days."


class Basis(StrEnum):
    """Which day of an entry counts: when it was booked, or when it took effect (the same day or an earlier one)."""

    BOOKING = "booking"
    EFFECTIVE = "effective"


@dataclass(frozen=True)
class Period:
    """Business days, half-open: `first` is in it, `end` isn't. Raises PeriodEmpty, PeriodTooLong."""

    first: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.first:
            raise PeriodEmpty(pointer="/to")
        if (self.end - self.first).days > MOST_DAYS:
            raise PeriodTooLong(pointer="/to", days=MOST_DAYS)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)


@dataclass(frozen=True)
class Moved:
    """What went into a state and what left it, in fen; neither is below 0."""

    into_fen: int = 0
    out_fen: int = 0

    @property
    def net_fen(self) -> int:
        """By how much the state grew."""
        return self.into_fen - self.out_fen


@dataclass(frozen=True)
class Sums:
    """What entries have moved, by state. A state that nothing moved in may be left out."""

    entries: int = 0
    by_state: Mapping[State, Moved] = field(default_factory=dict)

    def of(self, state: State) -> Moved:
        """What moved in one state."""
        return self.by_state.get(state, Moved())

    def net_fen(self, states: Iterable[State]) -> int:
        """By how much these states grew, together."""
        return sum(self.of(state).net_fen for state in states)

    def __add__(self, other: "Sums") -> "Sums":
        both = {
            state: Moved(
                self.of(state).into_fen + other.of(state).into_fen, self.of(state).out_fen + other.of(state).out_fen
            )
            for state in State
        }
        return Sums(self.entries + other.entries, both)


def day_of(entry: Entry, basis: Basis) -> date:
    """The business day on which an entry counts."""
    return clock.business_day(entry.booked_at) if basis is Basis.BOOKING else entry.effective_on


def sum_up(entries: Iterable[Entry]) -> Sums:
    """What entries have moved, all together."""
    into: Counter[State] = Counter()
    out: Counter[State] = Counter()
    count = 0
    for entry in entries:
        count += 1
        for state, amount in entry.legs.items():
            (into if amount > 0 else out)[state] += abs(amount)
    return Sums(count, {state: Moved(into[state], out[state]) for state in State})
