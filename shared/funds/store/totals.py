"""What the stream sums up: each school's journal and its totals by state (its days and months: days.py).

A journal line is the copy of an entry in its school's partition; what touches suspense or a minimum balance, and what
took effect before it was booked, stands in lists of their own besides. It is written in the same transaction as the
sums that it adds to, and only once: so a record that comes again, or late, or out of order, changes nothing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.funds import model, totals_model
from shared.funds.periods import Period
from shared.funds.store import custody, days, entries, waits
from shared.funds.store.days import DISTRICT
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.kernel.page import Page

_SUSPENSE = "suspense"
_LINES_AT_ONCE = 24
_ITEMS_AT_ONCE = 99  # a transaction takes 100; the totals are one


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
    interest = NumberAttribute(default=0)
    minimum_balance = NumberAttribute(default=0)
    minimum_pending = NumberAttribute(default=0)
    outside = NumberAttribute(default=0)
    deposited_fen = NumberAttribute(default=0)
    released_fen = NumberAttribute(default=0)
    paid_out_fen = NumberAttribute(default=0)
    refunded_fen = NumberAttribute(default=0)
    payouts_counted = NumberAttribute(default=0)
    entries_counted = NumberAttribute(default=0)
    counted_through = Moment(null=True)
    waits_for = UnicodeAttribute(null=True)
    waits_by = UnicodeAttribute(null=True)


def count(institution_id: InstitutionId, told: Sequence[model.Entry]) -> int:
    """Count entries of one school that aren't counted yet; how many that were."""
    unique = {entry.key: entry for entry in told}.values()
    counted = sum(transaction.retried(partial(_count, institution_id, few)) for few in _pieces(unique))
    transaction.retried(partial(_watch, institution_id))
    return counted


def _watch(institution_id: InstitutionId) -> None:
    """Put a school that has money in suspense into the list of those, or take it out, as its sums are now.

    Also for entries that come again: what counted them may have ended before this.
    """
    try:
        row = TotalsRow.get("totals", institution_id, consistent_read=True)
    except TotalsRow.DoesNotExist:
        return
    amount = int(row.suspense)
    wait = waits.Wait.SUSPENSE if amount > 0 else waits.Wait.SUSPENSE_MISSING if amount < 0 else None
    if row.waits_for == (wait.value if wait else None):
        return
    actions = waits.setting(TotalsRow, wait, row.counted_through)
    same = TotalsRow.entries_counted == row.entries_counted
    key = TotalsRow("totals", institution_id)
    transaction.commit([transaction.update(key, actions, same, refused=transaction.LostRace())])


def _pieces(told: Iterable[model.Entry]) -> Iterator[list[model.Entry]]:
    """In their order, as many at once as a transaction takes."""
    piece: list[model.Entry] = []
    items: set[tuple[str, str]] = set()
    for entry in told:
        of_entry = {_line_key(entry), *(key for _, key in _more_keys(entry))}
        of_entry |= {(f"{kind}#{of}", on) for kind, on in days.figures_of([entry]) for of in ("school", DISTRICT)}
        of_entry |= set(custody.figures_of([entry]))
        if piece and (len(piece) == _LINES_AT_ONCE or len(items | of_entry) > _ITEMS_AT_ONCE):
            yield piece
            piece, items = [], set()
        piece.append(entry)
        items |= of_entry
    if piece:
        yield piece


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
    parts += [transaction.put(_copy(entry, *key, kind)) for entry in new for kind, key in _more_keys(entry)]
    parts.append(transaction.add_up(TotalsRow("totals", institution_id), _sums(new)))
    transaction.commit([*parts, *days.add_up(institution_id, new), *custody.add_up(new)])


def _sums(new: Sequence[model.Entry]) -> list[Action]:
    by_state: Counter[str] = Counter()
    for entry in new:
        for state, amount in entry.legs.items():
            by_state[state.value] += amount
    payouts = sum(entry.kind is model.EntryKind.PAYOUT for entry in new)
    actions: list[Action] = [getattr(TotalsRow, state).add(amount) for state, amount in by_state.items()]
    flows = sum((days.flows(entry) for entry in new), Counter[str]())
    actions += [getattr(TotalsRow, name).add(amount) for name, amount in sorted(flows.items())]
    actions += [TotalsRow.payouts_counted.add(payouts), TotalsRow.entries_counted.add(len(new))]
    actions += [TotalsRow.counted_through.set(max(entry.booked_at for entry in new)), TotalsRow.kind.set("totals")]
    return actions


def get(institution_id: InstitutionId) -> totals_model.Totals:
    """A school's totals as counted so far; zero when nothing is."""
    (row,) = transaction.read_together([(TotalsRow, "totals", institution_id)])
    return totals_of(row) if row else totals_model.Totals(institution_id, {})


def get_many(institution_ids: Collection[InstitutionId]) -> list[totals_model.Totals]:
    """The totals of schools; one that nothing is counted of isn't in the answer."""
    rows = TotalsRow.batch_get([("totals", one) for one in institution_ids], consistent_read=True)
    return [totals_of(row) for row in rows] if institution_ids else []


def list_all() -> list[totals_model.Totals]:
    """The totals of every school that has any."""
    return [totals_of(row) for row in TotalsRow.query("totals", consistent_read=True)]


def of_district() -> totals_model.District:
    """The money of all schools together, by state: 12 small rows a year, however many schools there are."""
    sums, counted_through = days.of_district()
    by_state = {state: sums.of(state).net_fen for state in model.State}
    return totals_model.District(by_state, counted_through)


def list_in_suspense(wait: waits.Wait, *, limit: int, cursor: str | None) -> Page[totals_model.Totals]:
    """One page of the schools that have money in suspense, or from which money went without an instruction."""
    page = waits.keys(wait, limit=limit, cursor=cursor)
    found = {one.institution_id: one for one in get_many([waits.school_of(key) for key in page.rows])}
    schools = [waits.school_of(key) for key in page.rows]
    return Page([found[iid] for iid in schools if iid in found], page.next_cursor)


def list_lines(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[model.Entry]:
    """A school's journal, newest first."""
    page = pages.page(LineRow, f"journal#{institution_id}", limit=limit, cursor=cursor, backwards=True)
    return page.map(entry_of_line)


def list_booked(institution_id: InstitutionId, period: Period) -> Iterator[model.Entry]:
    """A school's entries that were booked in a period, the oldest first."""
    since, until = (clock.stored(clock.start_of(day)) for day in (period.first, period.end))
    between = LineRow.sk.between(since, until)
    yield from map(entry_of_line, LineRow.query(f"journal#{institution_id}", between, consistent_read=True))


def find_first(institution_id: InstitutionId) -> model.Entry | None:
    """A school's first entry."""
    rows = LineRow.query(f"journal#{institution_id}", limit=1, consistent_read=True)
    return next(map(entry_of_line, rows), None)


def list_late(institution_id: InstitutionId, period: Period) -> Iterator[model.Entry]:
    """A school's entries that took effect in a period and were booked on a later day, by the day of effect."""
    between = LineRow.sk.between(period.first.isoformat(), period.end.isoformat())
    yield from map(entry_of_line, LineRow.query(f"late#{institution_id}", between, consistent_read=True))


def list_suspense(*, limit: int, cursor: str | None) -> Page[model.Entry]:
    """The entries of all schools that moved money into suspense or out of it, newest first."""
    return pages.page(LineRow, _SUSPENSE, limit=limit, cursor=cursor, backwards=True).map(entry_of_line)


def list_minimum(institution_id: InstitutionId, *, since: datetime) -> list[model.Entry]:
    """A school's entries that moved its minimum balance and were booked since a moment, by their versions."""
    rows = LineRow.query(f"minimum_journal#{institution_id}", LineRow.sk >= clock.stored(since), consistent_read=True)
    return sorted(map(entry_of_line, rows), key=lambda entry: entry.version)


def _line_key(entry: model.Entry) -> tuple[str, str]:
    return f"journal#{entry.institution_id}", f"{clock.stored(entry.booked_at)}#{entry.place}"


def _line_of(entry: model.Entry) -> LineRow:
    return _copy(entry, *_line_key(entry))


def _more_keys(entry: model.Entry) -> Iterator[tuple[str, tuple[str, str]]]:
    """The other lists that an entry stands in: the kind of its line there, and its key."""
    if model.State.SUSPENSE in entry.legs:
        yield "suspense_line", (_SUSPENSE, _line_key(entry)[1])
    if model.State.MINIMUM_BALANCE in entry.legs:
        yield "minimum_line", (f"minimum_journal#{entry.institution_id}", _line_key(entry)[1])
    if entry.effective_on != clock.business_day(entry.booked_at):
        yield "late_line", (f"late#{entry.institution_id}", f"{entry.effective_on}#{_line_key(entry)[1]}")


def _copy(entry: model.Entry, pk: str, sk: str, kind: str = "line") -> LineRow:
    row = entries.row_of(entry)
    told = {name: getattr(row, name) for name in _COPIED}
    return LineRow(pk, sk, kind=kind, entry_pk=entry.pk, entry_sk=entry.sk, **told)


_COPIED = [name for name in entries.EntryRow.get_attributes() if name not in {"pk", "sk", "kind"}]


def entry_of_line(row: Any) -> model.Entry:
    """The entry that a journal line copies."""
    row.pk, row.sk = row.entry_pk, row.entry_sk
    return entries.entry_of(row)


def totals_of(row: TotalsRow) -> totals_model.Totals:
    """The totals of a stored row."""
    return totals_model.Totals(
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
