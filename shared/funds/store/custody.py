"""What each account at the bank holds by the ledger, by effective day: summed by the stream with the other totals.

A statement is held against it. The stream may be late, so whoever knows of an entry that isn't counted yet says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Row, meta
from shared.funds import model

_TOTAL = "total"  # sorts after every day


class CustodyRow(Row):
    """What moved in an account on a day, or ever since (`total`)."""

    Meta = meta("funds")
    kind = UnicodeAttribute(default="custody")
    moved_fen = NumberAttribute(default=0)
    moves = NumberAttribute(default=0)


@dataclass(frozen=True)
class Custody:
    """What an account holds at the end of a day, and what moved on it."""

    closing_fen: int
    moved_fen: int
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


def get(account_no: str, day: date, *, uncounted: Sequence[model.Entry] = ()) -> Custody:
    """An account at the end of a day: its total, less what moved later. `uncounted` is added.

    It reads the days from that one on, so it costs what is younger than the day, however long the history.
    """
    told = day.isoformat()
    rows = {
        row.sk: row for row in CustodyRow.query(f"custody#{account_no}", CustodyRow.sk >= told, consistent_read=True)
    }
    total = int(rows[_TOTAL].moved_fen) if _TOTAL in rows else 0
    later = sum(int(row.moved_fen) for sk, row in rows.items() if told < sk < _TOTAL)
    mine = [entry for entry in uncounted if entry.account_no == account_no]
    before = sum(moved_fen(entry) for entry in mine if entry.effective_on <= day)
    on_day = [moved_fen(entry) for entry in mine if entry.effective_on == day]
    return Custody(
        closing_fen=total - later + before,
        moved_fen=(int(rows[told].moved_fen) if told in rows else 0) + sum(on_day),
        moves=(int(rows[told].moves) if told in rows else 0) + len(on_day),
    )
