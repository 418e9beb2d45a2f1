"""The ledger's invariants of what comes and goes through the bank, as checks over all the books (see invariants.py)."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from shared.funds.model import Entry, EntryKind, State
from shared.funds.payout_model import PayoutStatus
from shared.funds.refund_model import RefundStatus
from shared.funds.store.books import Books
from shared.funds.suspense_model import ReturnStatus
from shared.kernel.ids import InstitutionId


def bank_reference_once(books: Books) -> Iterator[str]:
    """3. One bank reference is posted at most once, for ever."""
    by_bank = Counter(e.reference for e in books.entries if State.OUTSIDE in e.legs)
    yield from (f"{reference} is posted {times} times" for reference, times in by_bank.items() if times > 1)


def deposits_move_once(books: Books) -> Iterator[str]:
    """3. No deposit gives more to enrolments and payers than it brought; it is reversed at most once, as a whole."""
    deposits = {entry.reference: entry for entry in books.entries if entry.kind is EntryKind.DEPOSIT}
    left = Counter({one: entry.legs.get(State.SUSPENSE, 0) for one, entry in deposits.items()})
    reversed_ = Counter[str]()
    for entry in books.entries:
        if entry.kind is EntryKind.REVERSAL and State.OUTSIDE in entry.legs:
            reversed_[entry.reason] += 1
            deposit = deposits.get(entry.reason)
            if deposit and entry.legs[State.OUTSIDE] != -deposit.legs[State.OUTSIDE]:
                yield f"{entry.key}: reverses {entry.legs[State.OUTSIDE]} of {deposit.key}"
        elif entry.sk.startswith("move#"):
            left[entry.reference] += entry.legs.get(State.SUSPENSE, 0)
    yield from (f"{one} is reversed {times} times" for one, times in reversed_.items() if times > 1)
    yield from (f"{one}: {amount} left in suspense" for one, amount in left.items() if amount < 0)


def custody_equals_bank(books: Books) -> Iterator[str]:
    """9. What we say is in an account is what the bank says (for the accounts whose bank balance is given)."""
    ours: Counter[str] = Counter()
    for entry in books.entries:
        ours[entry.account_no] -= entry.legs.get(State.OUTSIDE, 0)
    for account_no, balance in books.bank_balances.items():
        if ours[account_no] != balance:
            yield f"account {account_no}: ledger {ours[account_no]}, bank {balance}"


def payouts_resolve_once(books: Books) -> Iterator[str]:
    """10. A payout is built once; what was settled, recalled, returned is what its entries say; numbers have no gap."""
    built = {entry.reference: entry for entry in books.entries if entry.kind is EntryKind.PAYOUT}
    settled, returned, recalled = Counter[str](), Counter[str](), Counter[str]()
    for entry in books.entries:
        if entry.kind is EntryKind.SETTLEMENT:
            settled[entry.reason] += entry.legs[State.OUTSIDE]
        elif entry.kind is EntryKind.PAYOUT_RETURN:
            returned[entry.reason] += entry.legs[State.PAYABLE]
        elif entry.kind is EntryKind.RECALL:
            recalled[entry.reference] += entry.legs[State.PAYABLE]
    numbers: dict[InstitutionId, list[int]] = defaultdict(list)
    for payout in books.payouts:
        numbers[payout.institution_id].append(payout.number)
        first = built.get(payout.payout_id)
        if first is None or first.legs[State.IN_TRANSIT] != payout.amount_fen:
            yield f"{payout.payout_id}: its entry doesn't say {payout.amount_fen}"
        one = payout.payout_id
        found = (settled[one], returned[one], recalled[one])
        of_recall = payout.rest_fen if payout.status is PayoutStatus.RECALLED else 0
        if found != (payout.settled_fen, payout.returned_fen, of_recall) or payout.returned_fen > payout.settled_fen:
            yield f"{one}: {payout.status}; settled, returned, recalled {found}"
        if (payout.status in (PayoutStatus.SETTLED, PayoutStatus.RETURNED)) != (not payout.rest_fen):
            yield f"{one}: {payout.status}, settled {payout.settled_fen} of {payout.amount_fen}"
    yield from (f"payouts of {of}: {sorted(n)}" for of, n in numbers.items() if sorted(n) != [*range(1, len(n) + 1)])


def refunds_resolve_once(books: Books) -> Iterator[str]:
    """10. What is kept back for a refund or a return is paid or given back, once; it is pending exactly until then."""
    held, ended = _refund_payments(books)
    pending = {one: amount for account in books.accounts for one, amount in account.refunds_pending.items()}
    waiting = [one.payment for one in books.returns if one.status in (ReturnStatus.HELD, ReturnStatus.INSTRUCTED)]
    pending |= {one.payment_id: one.amount_fen for one in waiting}
    for payment_id, times in ended.items():
        if times > 1 or payment_id not in held:
            yield f"{payment_id}: resolved {times} times, held {held.get(payment_id)}"
    if pending != {one: amount for one, amount in held.items() if not ended[one]}:
        yield f"pending {pending}, held {held}, resolved {dict(ended)}"
    for refund in books.refunds:
        of = sum(amount for one, amount in held.items() if one.startswith(f"{refund.refund_id}-"))
        if refund.held_fen not in (0, of) or (refund.status is RefundStatus.PAID and refund.held_fen != of):
            yield f"{refund.refund_id}: {refund.status} of {refund.held_fen}, entries hold {of}"


def _refund_payments(books: Books) -> tuple[dict[str, int], Counter[str]]:
    """What was held for each payment of a refund, and how often each was resolved."""
    of_kind: dict[EntryKind, list[Entry]] = defaultdict(list)
    for entry in books.entries:
        of_kind[entry.kind].append(entry)
    held = {entry.reason: entry.legs[State.REFUND_PENDING] for entry in of_kind[EntryKind.REFUND_HOLD]}
    ended = Counter(entry.reason for entry in of_kind[EntryKind.REFUND_PAID] + of_kind[EntryKind.REFUND_VOID])
    return held, ended
