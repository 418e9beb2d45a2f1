"""The ledger's invariants of minimum balances, as checks over all the books (see invariants.py)."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from shared.funds import model
from shared.funds.minimum_model import MinimumBalance, WithdrawalStatus
from shared.funds.model import EntryKind, State
from shared.funds.store.books import Books


def minimums_are_folds(books: Books) -> Iterator[str]:
    """2. Every minimum balance, and what is pending of it, is the fold of its legs; versions are contiguous."""
    for minimum in books.minimums:
        of = _of_minimum(minimum, books)
        balance, pending = (
            sum(entry.legs.get(state, 0) for entry in of) for state in (State.MINIMUM_BALANCE, State.MINIMUM_PENDING)
        )
        if (balance, pending) != (minimum.balance_fen, minimum.pending_fen):
            yield f"minimum balance of {minimum.institution_id}: {minimum.balance_fen}, pending {minimum.pending_fen}"
        if [entry.version for entry in of] != list(range(1, minimum.version + 1)):
            yield f"minimum balance of {minimum.institution_id}: versions {[entry.version for entry in of]}"


def requirement_kept(books: Books) -> Iterator[str]:
    """7. No withdrawal of ours took a minimum balance below what was required then.

    What the bank took by itself is booked as it happened, and alerted; what it returned under a termination notice is
    held to the notice in its own transaction.
    """
    for minimum in books.minimums:
        mine = [one for one in books.requirements if one.institution_id == minimum.institution_id]
        mine.sort(key=lambda one: one.number)
        if [one.number for one in mine] != list(range(1, minimum.requirements + 1)):
            yield f"requirements of {minimum.institution_id}: {[one.number for one in mine]}"
        if mine and mine[-1].required_fen != minimum.required_fen:
            yield f"{minimum.institution_id} must keep {minimum.required_fen}; was told {mine[-1].required_fen}"
        balance = 0
        for entry in _of_minimum(minimum, books):
            balance += entry.legs.get(State.MINIMUM_BALANCE, 0)
            required = next((one.required_fen for one in reversed(mine) if one.after_version < entry.version), 0)
            if entry.kind is EntryKind.MINIMUM_HOLD and balance < required:
                yield f"{entry.key}: left {balance} of the {required} required"


def minimum_withdrawals_resolve_once(books: Books) -> Iterator[str]:
    """10. What is held for a withdrawal of a minimum balance is paid or given back, once; pending until then."""
    of_kind: dict[EntryKind, list[model.Entry]] = defaultdict(list)
    for entry in books.entries:
        of_kind[entry.kind].append(entry)
    held = {entry.reason: entry.legs[State.MINIMUM_PENDING] for entry in of_kind[EntryKind.MINIMUM_HOLD]}
    paid, given_back = (
        Counter(entry.reason for entry in of_kind[kind]) for kind in (EntryKind.MINIMUM_PAID, EntryKind.MINIMUM_VOID)
    )
    pending = {one: amount for minimum in books.minimums for one, amount in minimum.pending.items()}
    if pending != {one: amount for one, amount in held.items() if not paid[one] + given_back[one]}:
        yield f"pending {pending}, held {held}, paid {dict(paid)}, given back {dict(given_back)}"
    for of in books.withdrawals:
        ended = {WithdrawalStatus.PAID: (1, 0), WithdrawalStatus.FAILED: (0, 1)}.get(of.status, (0, 0))
        if (paid[of.withdrawal_id], given_back[of.withdrawal_id]) != ended:
            yield f"{of.withdrawal_id}: {of.status}, paid {paid[of.withdrawal_id]} times"
        if held.get(of.withdrawal_id, of.amount_fen) != of.amount_fen:
            yield f"{of.withdrawal_id}: of {of.amount_fen}, its entry holds {held[of.withdrawal_id]}"


def _of_minimum(minimum: MinimumBalance, books: Books) -> list[model.Entry]:
    """The entries that moved a school's minimum balance, in their order."""
    states = (State.MINIMUM_BALANCE, State.MINIMUM_PENDING)
    of = [e for e in books.entries if e.institution_id == minimum.institution_id and any(s in e.legs for s in states)]
    return sorted(of, key=lambda entry: entry.version)
