"""What of the invariants is about interest: days are counted exactly, and what the bank credits is passed on."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from shared.funds import accrual
from shared.funds.interest_model import CreditStatus
from shared.funds.model import Entry, EntryKind, State
from shared.funds.store.books import Books
from shared.policy.interest import segments


def fen_days_are_folds(books: Books) -> Iterator[str]:
    """2. An enrolment's fen × days are what its entries add up to, day by day, without those that were credited."""
    of_enrolment = books.of_enrolment()
    for account in books.accounts:
        of = [entry for entry in of_enrolment[account.enrolment_id] if _moved(entry)]
        end = max((entry.effective_on for entry in of), default=None)
        told: Counter[date] = Counter()
        for entry in of:
            assert end is not None
            for begins, days in segments(entry.effective_on, end):
                told[begins] += _moved(entry) * days
        for entry in of_enrolment[account.enrolment_id]:
            told.subtract(accrual.consumed(entry))
        folded = {begins: count for begins, count in told.items() if count}
        if folded != dict(account.fen_days) or end != account.counted_until:
            yield f"{account.enrolment_id}: {dict(account.fen_days)} until {account.counted_until}, entries {folded}"


def interest_is_distributed(books: Books) -> Iterator[str]:
    """11. What is credited of a credit of the bank is never more than it, and to the fen all of it once it is over."""
    given: Counter[str] = Counter()
    for entry in books.entries:
        if entry.kind is EntryKind.INTEREST_CREDIT:
            given[entry.reference] -= entry.legs[State.INTEREST]
    came = {entry.reference: entry.legs[State.INTEREST] for entry in books.entries if _is_credit(entry)}
    kept = {credit.bank_reference: credit for credit in books.credits}
    if {reference: credit.amount_fen for reference, credit in kept.items()} != came:
        yield f"credits {sorted(kept)}, entries {sorted(came)}"
    for reference, amount in (came | given).items():
        over = reference in kept and kept[reference].status is CreditStatus.DISTRIBUTED
        if given[reference] > came.get(reference, 0) or (over and given[reference] != amount):
            yield f"{reference}: {given[reference]} distributed of {came.get(reference, 0)}"


def _is_credit(entry: Entry) -> bool:
    return entry.kind is EntryKind.INTEREST_IN and State.INTEREST in entry.legs


def _moved(entry: Entry) -> int:
    return entry.legs.get(State.HELD, 0) + entry.legs.get(State.REFUND_PENDING, 0)
