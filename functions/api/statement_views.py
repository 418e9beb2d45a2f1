"""A line of a statement, as whoever reads it sees it."""

from datetime import date

from functions.api.views import View
from functions.documents.statements import Explained
from shared.kernel import clock


class StatementLine(View):
    """What happened, what it brought or took in fen, and the balance after it."""

    effective_on: date
    booked_at: str
    kind: str
    what: str
    reference: str
    in_fen: int
    out_fen: int
    balance_fen: int


def line(one: Explained) -> StatementLine:
    """A line that was explained in somebody's language."""
    entry = one.line.entry
    return StatementLine(
        effective_on=entry.effective_on,
        booked_at=clock.shown(entry.booked_at),
        kind=entry.kind.value,
        what=one.what,
        reference=entry.reference,
        in_fen=one.line.into_fen,
        out_fen=one.line.out_fen,
        balance_fen=one.line.balance_fen,
    )
