"""The geometry of the charts, drawn as SVG by `templates/charts.html`. Amounts are fen, lengths are SVG units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.funds.model import State
from shared.funds.totals_model import Day

WIDTH, HEIGHT = 500, 230
_LEFT, _BOTTOM, _TOP = 40, 26, 26
_STEPS = 4
TUITION_STATES = (State.HELD, State.PAYABLE, State.IN_TRANSIT, State.REFUND_PENDING, State.SUSPENSE, State.INTEREST)


@dataclass(frozen=True)
class Week:
    """What moved in one week, Monday to Sunday."""

    first: date
    last: date
    deposited_fen: int
    released_fen: int
    paid_out_fen: int


@dataclass(frozen=True)
class Line:
    """A line of the grid, and the amount that it stands for."""

    y: float
    amount_fen: int


@dataclass(frozen=True)
class Column:
    """The bars of one week. Each bar: its x, its y, its height; all are `width` wide."""

    week: Week
    x: float
    middle: float
    width: float
    deposited: tuple[float, float]
    released: tuple[float, float]
    labelled: bool


@dataclass(frozen=True)
class Bars:
    """Deposits and releases by week."""

    lines: Sequence[Line]
    columns: Sequence[Column]
    base: float
    left: float = _LEFT
    width: float = WIDTH
    height: float = HEIGHT


@dataclass(frozen=True)
class Part:
    """One state's share of a bar that stands for all the money. `tenths` is its share in tenths of a percent."""

    state: State
    amount_fen: int
    x: float
    width: float
    tenths: int


def weeks(days: Sequence[Day], *, last: date, count: int) -> list[Week]:
    """The `count` weeks up to the one of `last`, empty ones too, oldest first."""
    monday = last - timedelta(days=last.weekday())
    found = []
    for back in range(count - 1, -1, -1):
        first = monday - timedelta(weeks=back)
        end = first + timedelta(days=6)
        of = [day for day in days if first <= day.day <= end]
        found.append(
            Week(
                first,
                end,
                sum(day.deposited_fen for day in of),
                sum(day.released_fen for day in of),
                sum(day.paid_out_fen for day in of),
            )
        )
    return found


def first_day(last: date, *, count: int) -> date:
    """The first day of the `count` weeks up to the one of `last`."""
    return last - timedelta(days=last.weekday(), weeks=count - 1)


def bars(told: Sequence[Week]) -> Bars:
    """The chart of some weeks."""
    top = _round_up(max((max(week.deposited_fen, week.released_fen) for week in told), default=0))
    base = HEIGHT - _BOTTOM
    tall = base - _TOP

    def bar(amount_fen: int) -> tuple[float, float]:
        """Its upper edge and height. A week in which more was reversed than came in has none: the table tells it."""
        amount_fen = max(amount_fen, 0)
        height = round(tall * amount_fen / top, 1)
        return round(base - height, 1), height

    step = (WIDTH - _LEFT) / max(len(told), 1)
    wide = round(min(step * 0.32, 24), 1)
    every = -(-len(told) // 5)
    columns = []
    for number, week in enumerate(told):
        middle = round(_LEFT + step * (number + 0.5), 1)
        labelled = (len(told) - 1 - number) % every == 0
        x = round(middle - wide - 1, 1)
        columns.append(Column(week, x, middle, wide, bar(week.deposited_fen), bar(week.released_fen), labelled))
    lines = [Line(round(base - tall * number / _STEPS, 1), top * number // _STEPS) for number in range(_STEPS + 1)]
    return Bars(lines, columns, base)


def parts(by_state: Mapping[State, int], states: Sequence[State]) -> list[Part]:
    """How the money of some states divides, as parts of a bar of 1,000 units; a state without any has none."""
    amounts = {state: max(by_state.get(state, 0), 0) for state in states}
    whole = sum(amounts.values())
    found: list[Part] = []
    x = 0.0
    for state, amount in amounts.items():
        if amount:
            width = round(1000 * amount / whole, 2)
            found.append(Part(state, amount, round(x, 2), width, round(1000 * amount / whole)))
            x += width
    return found


_LEAST_TOP_FEN = 400_000  # a chart of nothing has figures at its side that can be read


def _round_up(amount_fen: int) -> int:
    """The least of 1, 2, 4, 8, 10, 20 … yuan that is no less, so that a quarter of it is a round figure too."""
    power = 100
    amount_fen = max(amount_fen, _LEAST_TOP_FEN)
    while True:
        for digit in (1, 2, 4, 8):
            if amount_fen <= digit * power:
                return digit * power
        power *= 10
