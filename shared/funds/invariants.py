"""The ledger's invariants as small checks over all the books. Each gives the violations it finds, in words.

The numbers are those of `docs/ledger.md`. They run over what is stored, in tests and at the end of the demo; none is on
a path of money.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from events import facts
from shared.funds import model
from shared.funds.model import EnrolmentStatus, EntryKind, State
from shared.funds.store import accounts, entries, minimums, payouts, totals
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId, InstitutionId
from shared.policy.queries import get as get_policy


@dataclass(frozen=True)
class Books:
    """Everything that is on record at one quiet moment. `bank_balances` is the bank's own word, by account number."""

    accounts: Sequence[model.EnrolmentAccount]
    entries: Sequence[model.Entry]
    lines: Sequence[model.Entry]
    totals: Sequence[model.Totals]
    payouts: Sequence[model.Payout]
    minimums: Sequence[model.MinimumBalance]
    conflicts: Sequence[facts.ReferenceConflicted]
    bank_balances: Mapping[str, int] = field(default_factory=dict)

    def of_enrolment(self) -> dict[EnrolmentId, list[model.Entry]]:
        """The entries of each enrolment, by version."""
        found: dict[EnrolmentId, list[model.Entry]] = {account.enrolment_id: [] for account in self.accounts}
        for entry in sorted(self.entries, key=lambda entry: entry.version):
            if entry.enrolment_id is not None:
                found.setdefault(entry.enrolment_id, []).append(entry)
        return found


def read_books(bank_balances: Mapping[str, int] | None = None) -> Books:
    """All the books, by reading the whole table."""
    return Books(
        accounts=list(accounts.scan()),
        entries=list(entries.scan()),
        lines=list(totals.scan_lines()),
        totals=totals.list_all(),
        payouts=list(payouts.scan()),
        minimums=list(minimums.scan()),
        conflicts=list(entries.scan_conflicts()),
        bank_balances=bank_balances or {},
    )


def legs_sum_to_zero(books: Books) -> Iterator[str]:
    """1. Legs of every entry sum to 0, in whole fen."""
    for entry in books.entries:
        if sum(entry.legs.values()) or not all(type(amount) is int for amount in entry.legs.values()):
            yield f"{entry.key}: legs {dict(entry.legs)}"


def balances_are_folds(books: Books) -> Iterator[str]:
    """2. Every balance is the fold of its legs; versions are contiguous."""
    of_enrolment = books.of_enrolment()
    for account in books.accounts:
        of = of_enrolment[account.enrolment_id]
        held = sum(entry.legs.get(State.HELD, 0) for entry in of)
        released = sum(entry.legs.get(State.PAYABLE, 0) for entry in of)
        if (held, released) != (account.held_fen, account.released_fen):
            yield f"{account.enrolment_id}: {account.held_fen} and {account.released_fen}; legs {held}, {released}"
        wanted = list(range(1, len(of) + 1))
        silent = account.status is EnrolmentStatus.EXPIRED and not any(e.kind is EntryKind.EXPIRY for e in of)
        if [entry.version for entry in of] != wanted or account.version != len(of) + silent:
            yield f"{account.enrolment_id}: versions {[entry.version for entry in of]}, account at {account.version}"
    for minimum in books.minimums:
        of_school = [e for e in books.entries if e.institution_id == minimum.institution_id]
        of = [e for e in of_school if State.MINIMUM_BALANCE in e.legs]
        if sum(entry.legs[State.MINIMUM_BALANCE] for entry in of) != minimum.balance_fen or len(of) != minimum.version:
            yield f"minimum balance of {minimum.institution_id}: {minimum.balance_fen}"


def bank_reference_once(books: Books) -> Iterator[str]:
    """3. One bank reference is posted at most once, for ever."""
    by_bank = Counter(e.reference for e in books.entries if State.OUTSIDE in e.legs)
    yield from (f"{reference} is posted {times} times" for reference, times in by_bank.items() if times > 1)


def enrolment_equation(books: Books) -> Iterator[str]:
    """4. Per enrolment: paid = held + released, every term ≥ 0, and paid is at most the price."""
    for account in books.accounts:
        terms = (account.paid_fen, account.held_fen, account.released_fen)
        if account.paid_fen != account.held_fen + account.released_fen or min(terms) < 0:
            yield f"{account.enrolment_id}: paid, held, released {terms}"
        if account.paid_fen > account.price_fen:
            yield f"{account.enrolment_id}: paid {account.paid_fen} of {account.price_fen}"


def lesson_once(books: Books) -> Iterator[str]:
    """5. A lesson is released at most once; released lessons never pass the contract."""
    for account in books.accounts:
        released = [e.reference for e in books.of_enrolment()[account.enrolment_id] if e.kind is EntryKind.RELEASE]
        if len(released) != len(set(released)) or len(released) != account.lessons_released:
            yield f"{account.enrolment_id}: {len(released)} releases, {account.lessons_released} counted"
        if len(released) > account.lessons:
            yield f"{account.enrolment_id}: {len(released)} releases of {account.lessons} lessons"


def no_fen_stranded(books: Books) -> Iterator[str]:
    """6. The last lesson releases the exact remainder."""
    for account in books.accounts:
        over = account.status is EnrolmentStatus.COMPLETED
        if over and (account.held_fen or account.released_fen != account.price_fen):
            yield f"{account.enrolment_id}: completed with {account.held_fen} held"


def custody_equals_bank(books: Books) -> Iterator[str]:
    """9. What we say is in an account is what the bank says (for the accounts whose bank balance is given)."""
    ours: Counter[str] = Counter()
    for entry in books.entries:
        ours[entry.account_no] -= entry.legs.get(State.OUTSIDE, 0)
    for account_no, balance in books.bank_balances.items():
        if ours[account_no] != balance:
            yield f"account {account_no}: ledger {ours[account_no]}, bank {balance}"


def payouts_resolve_once(books: Books) -> Iterator[str]:
    """10. A payout is built once, and settled at most once, for the same amount; numbers have no gap."""
    built = {entry.reference: entry for entry in books.entries if entry.kind is EntryKind.PAYOUT}
    settled = Counter(entry.reason for entry in books.entries if entry.kind is EntryKind.SETTLEMENT)
    numbers: dict[InstitutionId, list[int]] = defaultdict(list)
    for payout in books.payouts:
        numbers[payout.institution_id].append(payout.number)
        entry = built.get(payout.payout_id)
        if entry is None or entry.legs[State.IN_TRANSIT] != payout.amount_fen:
            yield f"{payout.payout_id}: its entry doesn't say {payout.amount_fen}"
        if settled[payout.payout_id] != (payout.status is model.PayoutStatus.SETTLED):
            yield f"{payout.payout_id}: {payout.status}, settled {settled[payout.payout_id]} times"
    yield from (f"payouts of {of}: {sorted(n)}" for of, n in numbers.items() if sorted(n) != [*range(1, len(n) + 1)])


def effective_not_after_booking(books: Books) -> Iterator[str]:
    """14. An entry takes effect on the day it is booked, or before."""
    for entry in books.entries:
        if entry.effective_on > clock.business_day(entry.booked_at):
            yield f"{entry.key}: effective {entry.effective_on}, booked {entry.booked_at}"


def projections_equal_journal(books: Books) -> Iterator[str]:
    """15. Journal lines and totals are exactly what the entries add up to."""
    missing = {entry.key for entry in books.entries} ^ {line.key for line in books.lines}
    yield from (f"entry and journal differ in {key}" for key in sorted(missing))
    for counted in books.totals:
        of = [entry for entry in books.entries if entry.institution_id == counted.institution_id]
        for state in State:
            if sum(entry.legs.get(state, 0) for entry in of) != counted.by_state.get(state, 0):
                yield f"{counted.institution_id}: {state} is counted as {counted.by_state.get(state, 0)}"
        if counted.entries_counted != len(of):
            yield f"{counted.institution_id}: {counted.entries_counted} entries counted of {len(of)}"


def sold_within_policy(books: Books) -> Iterator[str]:
    """The charge rules hold for everything that was sold, under the version it was sold under."""
    for account in books.accounts:
        policy = get_policy(version=account.policy_version)
        if account.price_fen > policy.max_amount_fen or account.lessons > policy.max_lessons:
            yield f"{account.enrolment_id}: {account.lessons} lessons for {account.price_fen}"


CHECKS: tuple[Callable[[Books], Iterator[str]], ...] = (
    legs_sum_to_zero,
    balances_are_folds,
    bank_reference_once,
    enrolment_equation,
    lesson_once,
    no_fen_stranded,
    custody_equals_bank,
    payouts_resolve_once,
    effective_not_after_booking,
    projections_equal_journal,
    sold_within_policy,
)


def check_all(books: Books) -> dict[str, list[str]]:
    """Every check by name, with what it found."""
    return {check.__name__: list(check(books)) for check in CHECKS}
