"""The ledger's invariants of enrolments, as checks over all the books (see invariants.py)."""

from collections.abc import Iterator, Sequence

from shared.funds.model import EnrolmentStatus, Entry, EntryKind, State
from shared.funds.refund_rules import interest_of
from shared.funds.store.books import Books
from shared.policy.queries import get as get_policy

RELEASES = (EntryKind.RELEASE, EntryKind.FINAL_RELEASE)
_PAID = (EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED)


def balances_are_folds(books: Books) -> Iterator[str]:
    """2. Every balance is the fold of its legs; versions are contiguous."""
    of_enrolment = books.of_enrolment()
    for account in books.accounts:
        of = of_enrolment[account.enrolment_id]
        says = (account.held_fen, account.released_fen, account.refund_pending_fen, account.refunded_fen)
        if _fold(of) != says:
            yield f"{account.enrolment_id}: held, released, refund pending, refunded {says}; legs {_fold(of)}"
        wanted = list(range(1, len(of) + 1))
        silent = account.status is EnrolmentStatus.EXPIRED and not any(e.kind is EntryKind.EXPIRY for e in of)
        if [entry.version for entry in of] != wanted or account.version != len(of) + silent:
            yield f"{account.enrolment_id}: versions {[entry.version for entry in of]}, account at {account.version}"


def _fold(of: Sequence[Entry]) -> tuple[int, int, int, int]:
    """What an enrolment holds, has released, keeps back for refunds and has refunded, by its entries."""
    states = (State.HELD, State.PAYABLE, State.REFUND_PENDING)
    held, released, pending = (sum(entry.legs.get(state, 0) for entry in of) for state in states)
    refunded = sum(entry.legs[State.OUTSIDE] for entry in of if entry.kind is EntryKind.REFUND_PAID)
    return held, released, pending, refunded


def enrolment_equation(books: Books) -> Iterator[str]:
    """4. Per enrolment: paid + interest = held + released + refund_pending + refunded, none below 0.

    What is paid is at most the price, and the guardian's interest is in what is held.
    """
    for account in books.accounts:
        terms = (account.held_fen, account.released_fen, account.refund_pending_fen, account.refunded_fen)
        brought = (account.paid_fen, account.interest_fen)
        if sum(brought) != sum(terms) or min(*brought, *terms) < 0:
            yield f"{account.enrolment_id}: paid, interest {brought}; held, released, refund pending, refunded {terms}"
        if not 0 <= account.interest_held_fen <= account.held_fen:
            yield f"{account.enrolment_id}: interest {account.interest_held_fen} in {account.held_fen} held"
        if account.paid_fen > account.price_fen:
            yield f"{account.enrolment_id}: paid {account.paid_fen} of {account.price_fen}"


def lesson_once(books: Books) -> Iterator[str]:
    """5. A lesson is released at most once; released and refunded lessons never pass the contract."""
    of_enrolment = books.of_enrolment()
    for account in books.accounts:
        released = [e.reference for e in of_enrolment[account.enrolment_id] if e.kind in RELEASES]
        if len(released) != len(set(released)) or len(released) != account.lessons_released:
            yield f"{account.enrolment_id}: {len(released)} releases, {account.lessons_released} counted"
        if account.lessons_left < 0 or account.lessons_refunded < 0:
            told = f"{len(released)} released, {account.lessons_refunded} refunded"
            yield f"{account.enrolment_id}: {told} of {account.lessons} lessons"


def no_fen_stranded(books: Books) -> Iterator[str]:
    """6. The last lesson releases the exact remainder, and a refund that is over leaves nothing.

    But the guardian's interest, which is held until it is paid back, and pending while it is.
    """
    of_enrolment = books.of_enrolment()
    for account in books.accounts:
        of = of_enrolment[account.enrolment_id]
        holds = {entry.reason: interest_of(entry) for entry in of if entry.kind is EntryKind.REFUND_HOLD}
        pending = account.refund_pending_fen - sum(holds.get(one, 0) for one in account.refunds_pending)
        stranded = account.tuition_held_fen or pending
        released = sum(entry.legs[State.PAYABLE] for entry in of if entry.kind in RELEASES)
        if account.status is EnrolmentStatus.COMPLETED and (stranded or released != account.price_fen):
            yield f"{account.enrolment_id}: completed with {account.held_fen} held"
        if account.status is EnrolmentStatus.REFUNDED and stranded:
            yield f"{account.enrolment_id}: refunded with {account.held_fen} held, {account.refund_pending_fen} pending"


def arrears_are_owed(books: Books) -> Iterator[str]:
    """4. What is active or completed is paid, what is in arrears isn't; what a reversal didn't find is missing."""
    of_enrolment = books.of_enrolment()
    for account in books.accounts:
        paid = account.paid_fen == account.price_fen
        if paid != (account.status in _PAID) and account.status in (*_PAID, EnrolmentStatus.IN_ARREARS):
            yield f"{account.enrolment_id}: {account.status}, paid {account.paid_fen} of {account.price_fen}"
        of = of_enrolment[account.enrolment_id]
        missing = sum(entry.figures.get("missing_fen", 0) for entry in of if entry.kind is EntryKind.REVERSAL)
        missing -= sum(e.legs.get(State.SUSPENSE, 0) for e in of if e.kind is EntryKind.REFUND_VOID)
        if account.missing_fen != missing:
            yield f"{account.enrolment_id}: {account.missing_fen} missing, entries say {missing}"


def sold_within_policy(books: Books) -> Iterator[str]:
    """The charge rules hold for everything that was sold, under the version it was sold under."""
    for account in books.accounts:
        policy = get_policy(version=account.policy_version)
        if account.price_fen > policy.max_amount_fen or account.lessons > policy.max_lessons:
            yield f"{account.enrolment_id}: {account.lessons} lessons for {account.price_fen}"
