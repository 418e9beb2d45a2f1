"""The ledger's invariants of schools that are stopped or terminated, as checks over all books (see invariants.py)."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from shared.funds.model import EntryKind
from shared.funds.store.books import Books

_LONGEST_CALL = timedelta(seconds=30)
"""An entry is booked at the time when its command began, and may commit until the door gives up."""

_LET_GO = (EntryKind.RELEASE, EntryKind.PAYOUT)
_RETURNED = (EntryKind.MINIMUM_RETURN, EntryKind.FINAL_PAYOUT)


def nothing_let_go_while_stopped(books: Books) -> Iterator[str]:
    """8. After a freeze or a termination no release and no payout is booked, until the money is let go again.

    And a lesson is released finally only where a school's money has stopped (for the schools whose history is given).
    """
    for entry in books.entries:
        periods = books.stopped.get(entry.institution_id)
        if periods is None:
            continue
        stopped = any(
            since + _LONGEST_CALL <= entry.booked_at and (until is None or entry.booked_at < until)
            for since, until in periods
        )
        if entry.kind in _LET_GO and stopped:
            yield f"{entry.key}: {entry.kind} at {entry.booked_at}, while the school's money was stopped"
        if entry.kind is EntryKind.FINAL_RELEASE and not any(since <= entry.booked_at for since, _ in periods):
            yield f"{entry.key}: a final release, and the school's money wasn't stopped"


def notices_used_once(books: Books) -> Iterator[str]:
    """7. A termination notice lets the bank return what an account holds once."""
    used = Counter((entry.reason, entry.account_no) for entry in books.entries if entry.kind in _RETURNED)
    yield from (f"notice {no} is used {times} times on {of}" for (no, of), times in used.items() if times > 1)
