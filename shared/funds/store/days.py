"""What moved by day and by month, of each school and of the district: in the stream's transaction, beside the journal.

An opening balance is the sum of the months before and of the days of its own month before, so that it costs two reads
whenever it is asked for. Each entry counts by the day of its booking and by that of its effect.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.funds import model, totals_model
from shared.funds.model import EntryKind, State
from shared.funds.periods import Basis, Moved, Period, Sums, day_of
from shared.kernel.ids import InstitutionId

DISTRICT = "district"

Figures = Counter[str]
Key = tuple[str, str]
"""What a row is ("day", "month") and its date."""


class DayRow(Row):
    """A business day, or a month. The flows and the lessons are by the day of booking.

    `counted_through`: when the last entry was booked that was added to it.
    """

    Meta = meta("funds")
    kind = UnicodeAttribute(default="day")
    deposited_fen = NumberAttribute(default=0)
    released_fen = NumberAttribute(default=0)
    paid_out_fen = NumberAttribute(default=0)
    refunded_fen = NumberAttribute(default=0)
    lessons_released = NumberAttribute(default=0)
    lessons_by_silence = NumberAttribute(default=0)
    counted_through = Moment(null=True)


_ENTRIES = {basis: f"{basis}_entries" for basis in Basis}
_NAMES = {
    (basis, state, into): f"{basis}_{state}_{'in' if into else 'out'}"
    for basis in Basis
    for state in State
    for into in (True, False)
}
_SUMS = {name: NumberAttribute(default=0) for name in (*_ENTRIES.values(), *_NAMES.values())}

# The sums by state, an attribute for each figure: DynamoDB adds up only what stands at the top of an item.
SumsRow: Any = type("SumsRow", (DayRow,), {"Meta": meta("funds"), **_SUMS})

_FLOW_OF = {
    EntryKind.DEPOSIT: "deposited_fen",
    EntryKind.RELEASE: "released_fen",
    EntryKind.FINAL_RELEASE: "released_fen",
    EntryKind.SETTLEMENT: "paid_out_fen",
    EntryKind.FINAL_PAYOUT: "paid_out_fen",
    EntryKind.REFUND_PAID: "refunded_fen",
}
_FLOWS = (*dict.fromkeys(_FLOW_OF.values()), "lessons_released", "lessons_by_silence")
_OF_DEPOSITS = (EntryKind.DEPOSIT, EntryKind.ALLOCATION, EntryKind.REVERSAL)
"""What may take back what was released of an enrolment, or make up for it."""


@dataclass(frozen=True)
class StoredSums:
    """A day or a month of a school, or of the DISTRICT, as it is stored. Figures that are 0 are left out."""

    of: str
    key: Key
    figures: Figures


def add_up(institution_id: InstitutionId, new: Sequence[model.Entry]) -> list[transaction.Part]:
    """The parts that add a school's entries to its days and months, and to the district's."""
    through = SumsRow.counted_through.set(max(entry.booked_at for entry in new))
    return [
        transaction.add_up(
            SumsRow(f"{kind}s#{of}", on),
            [
                SumsRow.kind.set(kind),
                through,
                *(getattr(SumsRow, name).add(amount) for name, amount in sorted(told.items())),
            ],
        )
        for (kind, on), told in figures_of(new).items()
        for of in (institution_id, DISTRICT)
    ]


def figures_of(entries: Iterable[model.Entry]) -> dict[Key, Figures]:
    """What entries add to each day and month, by the names of the stored figures."""
    figures: dict[Key, Figures] = defaultdict(Counter)
    for entry in entries:
        for basis in Basis:
            on = day_of(entry, basis).isoformat()
            for told in (figures["day", on], figures["month", on[:7]]):
                told[_ENTRIES[basis]] += 1
                for state, amount in entry.legs.items():
                    told[_NAMES[basis, state, amount > 0]] += abs(amount)
        on = day_of(entry, Basis.BOOKING).isoformat()
        for told in (figures["day", on], figures["month", on[:7]]):
            told.update(flows(entry) + lessons(entry))
    return figures


def names_of(state: State) -> tuple[str, str]:
    """The names of the figures of what was booked into a state and out of it."""
    return _NAMES[Basis.BOOKING, state, True], _NAMES[Basis.BOOKING, state, False]


def flows(entry: model.Entry) -> Figures:
    """What an entry adds to the flows of money. A return of money in suspense is nobody's refund."""
    found: Figures = Counter()
    name = _FLOW_OF.get(entry.kind)
    if name and not (entry.kind is EntryKind.REFUND_PAID and entry.enrolment_id is None):
        found[name] += abs(entry.legs.get(State.OUTSIDE, entry.legs.get(State.PAYABLE, 0)))
    if entry.kind in _OF_DEPOSITS and State.PAYABLE in entry.legs:
        found["released_fen"] += entry.legs[State.PAYABLE]
    return found


def lessons(entry: model.Entry) -> Figures:
    """How many lessons an entry has released, and how many of them because the guardian was silent."""
    if entry.kind not in (EntryKind.RELEASE, EntryKind.FINAL_RELEASE):
        return Counter()
    return Counter(lessons_released=1, lessons_by_silence=int(entry.reason == model.BY_SILENCE))


def list_days(of: str, *, first: date, last: date) -> list[totals_model.Day]:
    """The days with movements of a school, or of the DISTRICT, first and last included."""
    rows = DayRow.query(f"days#{of}", DayRow.sk.between(first.isoformat(), last.isoformat()))
    return [_flows_of(row, date.fromisoformat(row.sk)) for row in rows]


def which_booked(institution_ids: Sequence[InstitutionId], day: date) -> list[InstitutionId]:
    """Those of the schools that booked anything on a day, in their order."""
    keys = [(f"days#{institution_id}", day.isoformat()) for institution_id in institution_ids]
    rows = SumsRow.batch_get(keys, consistent_read=True) if keys else []
    found = {row.pk for row in rows if getattr(row, _ENTRIES[Basis.BOOKING])}
    return [institution_id for institution_id in institution_ids if f"days#{institution_id}" in found]


def list_months(of: str, *, first: date, last: date) -> list[totals_model.Day]:
    """The months with movements of a school, or of the DISTRICT, those of both days included; each by its first day."""
    rows = DayRow.query(f"months#{of}", DayRow.sk.between(first.isoformat()[:7], last.isoformat()[:7]))
    return [_flows_of(row, date.fromisoformat(f"{row.sk}-01")) for row in rows]


def _flows_of(row: DayRow, day: date) -> totals_model.Day:
    return totals_model.Day(day, **{name: int(getattr(row, name)) for name in _FLOWS})


def before(of: str, day: date, basis: Basis) -> Sums:
    """All that moved before a day, of a school or of the DISTRICT."""
    month = day.isoformat()[:7]
    found = list(SumsRow.query(f"months#{of}", SumsRow.sk < month, consistent_read=True))
    if day.day > 1:
        last = (day - timedelta(days=1)).isoformat()
        found += SumsRow.query(f"days#{of}", SumsRow.sk.between(f"{month}-01", last), consistent_read=True)
    return sum((sums_of(row, basis) for row in found), Sums())


def of_district() -> tuple[Sums, datetime | None]:
    """All that moved at all schools together, and when the last of it was booked, as far as it is counted."""
    rows = list(SumsRow.query(f"months#{DISTRICT}", consistent_read=True))
    through = max((row.counted_through for row in rows if row.counted_through), default=None)
    return sum((sums_of(row, Basis.BOOKING) for row in rows), Sums()), through


def by_day(of: str, period: Period, basis: Basis) -> dict[date, Sums]:
    """What moved on each day of a period that anything moved on."""
    between = SumsRow.sk.between(period.first.isoformat(), period.last.isoformat())
    rows = SumsRow.query(f"days#{of}", between, consistent_read=True)
    found = {date.fromisoformat(row.sk): sums_of(row, basis) for row in rows}
    return {day: sums for day, sums in found.items() if sums.entries}


def list_at(institution_ids: Sequence[InstitutionId], day: date, basis: Basis) -> dict[InstitutionId, Sums]:
    """What moved on one day, of each of these schools where anything did."""
    keys = [(f"days#{one}", day.isoformat()) for one in institution_ids]
    rows = SumsRow.batch_get(keys, consistent_read=True) if keys else ()
    return {InstitutionId(row.pk.partition("#")[2]): sums_of(row, basis) for row in rows}


def sums_of(row: Any, basis: Basis) -> Sums:
    """The sums of a stored row."""

    def told(state: State, into: bool) -> int:
        return int(getattr(row, _NAMES[basis, state, into]))

    by_state = {state: Moved(told(state, True), told(state, False)) for state in State}
    return Sums(int(getattr(row, _ENTRIES[basis])), by_state)


def stored_of(row: Any) -> StoredSums:
    """A stored row, under the names of its figures."""
    figures = {name: int(getattr(row, name)) for name in (*_SUMS, *_FLOWS)}
    told: Figures = Counter({name: amount for name, amount in figures.items() if amount})
    return StoredSums(row.pk.partition("#")[2], (row.kind, row.sk), told)
