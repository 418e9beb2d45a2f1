"""What the stream sums up: each school's journal, its totals by state, and days.

A journal line is the copy of an entry in its school's partition. It is written in the same transaction as the sums that
it adds to, and only once: so a record that comes again, or late, or out of order, changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from itertools import islice
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.funds import model
from shared.funds.store import entries
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.kernel.page import Page

DISTRICT = "district"
_SUSPENSE = "suspense"
_LINES_AT_ONCE = 24  # each may stand in two lists and bring two days: that is under the 100 items of a transaction


class AlreadyCounted(errors.Conflict):
    code = "already_counted"
    zh = "该分录已计入汇总。"
    en = "The entry is counted already."


class LineRow(entries.EntryRow):
    """A journal line. `line_of` and `line_at` are the keys of the entry that it copies."""

    Meta = meta("funds")
    kind = UnicodeAttribute(default="line")
    entry_pk = UnicodeAttribute()
    entry_sk = UnicodeAttribute()


class TotalsRow(Row):
    Meta = meta("funds")
    kind = UnicodeAttribute(default="totals")
    held = NumberAttribute(default=0)
    payable = NumberAttribute(default=0)
    in_transit = NumberAttribute(default=0)
    refund_pending = NumberAttribute(default=0)
    suspense = NumberAttribute(default=0)
    minimum_balance = NumberAttribute(default=0)
    outside = NumberAttribute(default=0)
    deposited_fen = NumberAttribute(default=0)
    released_fen = NumberAttribute(default=0)
    paid_out_fen = NumberAttribute(default=0)
    refunded_fen = NumberAttribute(default=0)
    payouts_counted = NumberAttribute(default=0)
    entries_counted = NumberAttribute(default=0)
    counted_through = Moment(null=True)


class DayRow(Row):
    Meta = meta("funds")
    kind = UnicodeAttribute(default="day")
    deposited_fen = NumberAttribute(default=0)
    released_fen = NumberAttribute(default=0)
    paid_out_fen = NumberAttribute(default=0)
    refunded_fen = NumberAttribute(default=0)


def count(institution_id: InstitutionId, told: Sequence[model.Entry]) -> int:
    """Count entries of one school that aren't counted yet; how many that were."""
    unique = list({entry.key: entry for entry in told}.values())
    some = [unique[start : start + _LINES_AT_ONCE] for start in range(0, len(unique), _LINES_AT_ONCE)]
    return sum(transaction.retried(partial(_count, institution_id, few)) for few in some)


def _count(institution_id: InstitutionId, told: Sequence[model.Entry]) -> int:
    new = list(told)
    try:
        _write(institution_id, new)
    except AlreadyCounted:
        new = missing(told)
        if new:
            try:
                _write(institution_id, new)
            except AlreadyCounted:
                raise transaction.LostRace() from None
    return len(new)


def missing(told: Iterable[model.Entry]) -> list[model.Entry]:
    """Those of the entries that aren't counted."""
    found: list[model.Entry] = []
    rest = iter(told)
    while some := {_line_key(entry): entry for entry in islice(rest, 100)}:
        there = {(row.pk, row.sk) for row in LineRow.batch_get(list(some), consistent_read=True)}
        found += [entry for key, entry in some.items() if key not in there]
    return found


def _write(institution_id: InstitutionId, new: Sequence[model.Entry]) -> None:
    counted = AlreadyCounted()
    parts = [transaction.put_new(_line_of(entry), refused=counted) for entry in new]
    parts += [transaction.put(_suspense_line_of(entry)) for entry in new if model.State.SUSPENSE in entry.legs]
    parts.append(transaction.add_up(TotalsRow("totals", institution_id), _sums(new)))
    days: dict[date, list[model.Entry]] = {}
    for entry in new:
        days.setdefault(clock.business_day(entry.booked_at), []).append(entry)
    for day, of_day in days.items():
        flows = [*_flows(DayRow, of_day), DayRow.kind.set("day")]
        if len(flows) > 1:
            parts.append(transaction.add_up(DayRow(f"days#{institution_id}", day.isoformat()), flows))
            parts.append(transaction.add_up(DayRow(f"days#{DISTRICT}", day.isoformat()), flows))
    transaction.commit(parts)


def _sums(new: Sequence[model.Entry]) -> list[Action]:
    by_state: Counter[str] = Counter()
    for entry in new:
        for state, amount in entry.legs.items():
            by_state[state.value] += amount
    payouts = sum(entry.kind is model.EntryKind.PAYOUT for entry in new)
    actions: list[Action] = [getattr(TotalsRow, state).add(amount) for state, amount in by_state.items()]
    actions += _flows(TotalsRow, new)
    actions += [TotalsRow.payouts_counted.add(payouts), TotalsRow.entries_counted.add(len(new))]
    actions += [TotalsRow.counted_through.set(max(entry.booked_at for entry in new)), TotalsRow.kind.set("totals")]
    return actions


def _flows(row: type[TotalsRow] | type[DayRow], new: Sequence[model.Entry]) -> list[Action]:
    flow: Counter[str] = Counter()
    for entry in new:
        name = _FLOW_OF.get(entry.kind)
        if name is not None:
            flow[name] += abs(entry.legs.get(model.State.OUTSIDE, entry.legs.get(model.State.PAYABLE, 0)))
    return [getattr(row, name).add(amount) for name, amount in sorted(flow.items())]


_FLOW_OF = {
    model.EntryKind.DEPOSIT: "deposited_fen",
    model.EntryKind.RELEASE: "released_fen",
    model.EntryKind.SETTLEMENT: "paid_out_fen",
    model.EntryKind.REFUND_PAID: "refunded_fen",
}


def get(institution_id: InstitutionId) -> model.Totals:
    """A school's totals as counted so far; zero when nothing is."""
    (row,) = transaction.read_together([(TotalsRow, "totals", institution_id)])
    return totals_of(row) if row else model.Totals(institution_id, {})


def list_all() -> list[model.Totals]:
    """The totals of every school that has any."""
    return [totals_of(row) for row in TotalsRow.query("totals", consistent_read=True)]


def list_days(of: str, *, first: date, last: date) -> list[model.Day]:
    """The days with movements of a school, or of the DISTRICT, first and last included."""
    rows = DayRow.query(f"days#{of}", DayRow.sk.between(first.isoformat(), last.isoformat()))
    return [
        model.Day(
            date.fromisoformat(row.sk),
            int(row.deposited_fen),
            int(row.released_fen),
            int(row.paid_out_fen),
            int(row.refunded_fen),
        )
        for row in rows
    ]


def list_lines(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[model.Entry]:
    """A school's journal, newest first."""
    page = pages.page(LineRow, f"journal#{institution_id}", limit=limit, cursor=cursor, backwards=True)
    return page.map(entry_of_line)


def list_suspense(*, limit: int, cursor: str | None) -> Page[model.Entry]:
    """The entries of all schools that moved money into suspense or out of it, newest first."""
    return pages.page(LineRow, _SUSPENSE, limit=limit, cursor=cursor, backwards=True).map(entry_of_line)


def _line_key(entry: model.Entry) -> tuple[str, str]:
    return f"journal#{entry.institution_id}", f"{clock.stored(entry.booked_at)}#{entry.key}"


def _line_of(entry: model.Entry) -> LineRow:
    return _copy(entry, *_line_key(entry))


def _suspense_line_of(entry: model.Entry) -> LineRow:
    row = _copy(entry, _SUSPENSE, _line_key(entry)[1])
    row.kind = "suspense_line"
    return row


def _copy(entry: model.Entry, pk: str, sk: str) -> LineRow:
    told = {name: getattr(entries.row_of(entry), name) for name in _COPIED}
    return LineRow(pk, sk, entry_pk=entry.pk, entry_sk=entry.sk, **told)


_COPIED = [name for name in entries.EntryRow.get_attributes() if name not in {"pk", "sk", "kind"}]


def entry_of_line(row: Any) -> model.Entry:
    """The entry that a journal line copies."""
    row.pk, row.sk = row.entry_pk, row.entry_sk
    return entries.entry_of(row)


def totals_of(row: TotalsRow) -> model.Totals:
    """The totals of a stored row."""
    return model.Totals(
        institution_id=InstitutionId(row.sk),
        by_state={state: int(getattr(row, state.value)) for state in model.State},
        deposited_fen=int(row.deposited_fen),
        released_fen=int(row.released_fen),
        paid_out_fen=int(row.paid_out_fen),
        refunded_fen=int(row.refunded_fen),
        payouts_counted=int(row.payouts_counted),
        entries_counted=int(row.entries_counted),
        counted_through=row.counted_through,
    )
