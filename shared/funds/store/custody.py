"""What each account at the bank holds by the ledger, by effective day: summed by the stream with the other totals.

A statement is held against it. It may be late, as the stream may; so whoever reconciles counts what he knows of first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Row, meta
from shared.funds import model

_TOTAL = "total"  # sorts after every day
_A_WEEK = 7


class CustodyRow(Row):
    """What moved in an account on a day, or ever since (`total`)."""

    Meta = meta("funds")
    kind = UnicodeAttribute(default="custody")
    moved_fen = NumberAttribute(default=0)
    moves = NumberAttribute(default=0)


@dataclass(frozen=True)
class Custody:
    """What an account holds at the end of a day, and how many movements took effect on it."""

    closing_fen: int
    moves: int


def moved_fen(entry: model.Entry) -> int:
    """What an entry did to its account at the bank."""
    return -entry.legs.get(model.State.OUTSIDE, 0)


def figures_of(entries: Iterable[model.Entry]) -> dict[tuple[str, str], list[int]]:
    """What entries move in each account on each day, and ever since, by the key of the row that sums it up."""
    found: dict[tuple[str, str], list[int]] = {}
    for entry in entries:
        if model.State.OUTSIDE in entry.legs:
            for of in (entry.effective_on.isoformat(), _TOTAL):
                found.setdefault((f"custody#{entry.account_no}", of), []).append(moved_fen(entry))
    return found


def add_up(new: Iterable[model.Entry]) -> list[transaction.Part]:
    """The parts that add entries to their accounts' days and totals; the journal's lines are in the same commit."""
    return [
        transaction.add_up(
            CustodyRow(*key),
            [
                CustodyRow.moved_fen.add(sum(amounts)),
                CustodyRow.moves.add(len(amounts)),
                CustodyRow.kind.set("custody"),
            ],
        )
        for key, amounts in figures_of(new).items()
    ]


def get(account_no: str, day: date) -> Custody:
    """An account at the end of a day, as far as is counted: its total, less what moved later.

    It reads the days from that one on, so it costs what is younger than the day, however long the history.
    """
    keys = CustodyRow.sk >= day.isoformat()
    return _custody(CustodyRow.query(f"custody#{account_no}", keys, consistent_read=True), day)


def list_at(places: Sequence[tuple[str, date]], *, today: date) -> dict[tuple[str, date], Custody]:
    """Many accounts at the end of their days, as far as is counted. Days of this week are read all together."""
    recent = [place for place in places if (today - place[1]).days < _A_WEEK]
    keys = {
        (f"custody#{account_no}", on)
        for account_no, day in recent
        for on in (_TOTAL, *((day + timedelta(days=later)).isoformat() for later in range((today - day).days + 1)))
    }
    rows: dict[str, list[CustodyRow]] = {}
    for row in CustodyRow.batch_get(list(keys), consistent_read=True) if keys else ():
        rows.setdefault(row.pk, []).append(row)
    found = {place: _custody(rows.get(f"custody#{place[0]}", ()), place[1]) for place in recent}
    return {**found, **{place: get(*place) for place in places if place not in found}}


def _custody(told: Iterable[CustodyRow], day: date) -> Custody:
    """What the rows of an account from a day on, with its total, say of the end of that day."""
    on = day.isoformat()
    rows = {row.sk: row for row in told}
    later = sum(int(row.moved_fen) for sk, row in rows.items() if on < sk < _TOTAL)
    total = int(rows[_TOTAL].moved_fen) if _TOTAL in rows else 0
    return Custody(total - later, int(rows[on].moves) if on in rows else 0)
