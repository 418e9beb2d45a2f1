"""The ledger's invariants as small checks over all the books. Each gives the violations it finds, in words.

The numbers are those of `docs/ledger.md`. They run over what is stored, in tests and at the end of the demo; none is on
a path of money.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from shared.funds import interest_checks, model, rules
from shared.funds.minimum_invariants import minimum_withdrawals_resolve_once, minimums_are_folds, requirement_kept
from shared.funds.model import EnrolmentStatus, EntryKind, PayoutStatus, State
from shared.funds.refund_rules import interest_of
from shared.funds.seal_invariants import chains_are_unbroken, day_roots_extend
from shared.funds.store import days
from shared.funds.store.books import Books
from shared.funds.suspense_model import ReturnStatus
from shared.funds.termination_invariants import nothing_let_go_while_stopped, notices_used_once
from shared.kernel import clock
from shared.kernel.ids import InstitutionId
from shared.policy.queries import get as get_policy
from shared.policy.queries import in_force as policy_in_force

RELEASES = (EntryKind.RELEASE, EntryKind.FINAL_RELEASE)


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
        says = (account.held_fen, account.released_fen, account.refund_pending_fen, account.refunded_fen)
        if _fold(of) != says:
            yield f"{account.enrolment_id}: held, released, refund pending, refunded {says}; legs {_fold(of)}"
        wanted = list(range(1, len(of) + 1))
        silent = account.status is EnrolmentStatus.EXPIRED and not any(e.kind is EntryKind.EXPIRY for e in of)
        if [entry.version for entry in of] != wanted or account.version != len(of) + silent:
            yield f"{account.enrolment_id}: versions {[entry.version for entry in of]}, account at {account.version}"


def _fold(of: Sequence[model.Entry]) -> tuple[int, int, int, int]:
    """What an enrolment holds, has released, keeps back for refunds and has refunded, by its entries."""
    states = (State.HELD, State.PAYABLE, State.REFUND_PENDING)
    held, released, pending = (sum(entry.legs.get(state, 0) for entry in of) for state in states)
    refunded = sum(entry.legs[State.OUTSIDE] for entry in of if entry.kind is EntryKind.REFUND_PAID)
    return held, released, pending, refunded


def bank_reference_once(books: Books) -> Iterator[str]:
    """3. One bank reference is posted at most once, for ever."""
    by_bank = Counter(e.reference for e in books.entries if State.OUTSIDE in e.legs)
    yield from (f"{reference} is posted {times} times" for reference, times in by_bank.items() if times > 1)


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


_PAID = (EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED)


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
        if refund.held_fen not in (0, of) or (refund.status is model.RefundStatus.PAID and refund.held_fen != of):
            yield f"{refund.refund_id}: {refund.status} of {refund.held_fen}, entries hold {of}"


def _refund_payments(books: Books) -> tuple[dict[str, int], Counter[str]]:
    """What was held for each payment of a refund, and how often each was resolved."""
    of_kind: dict[EntryKind, list[model.Entry]] = defaultdict(list)
    for entry in books.entries:
        of_kind[entry.kind].append(entry)
    held = {entry.reason: entry.legs[State.REFUND_PENDING] for entry in of_kind[EntryKind.REFUND_HOLD]}
    ended = Counter(entry.reason for entry in of_kind[EntryKind.REFUND_PAID] + of_kind[EntryKind.REFUND_VOID])
    return held, ended


def effective_not_after_booking(books: Books) -> Iterator[str]:
    """14. An entry takes effect on the day it is booked, or before."""
    for entry in books.entries:
        if entry.effective_on > clock.business_day(entry.booked_at):
            yield f"{entry.key}: effective {entry.effective_on}, booked {entry.booked_at}"


def closed_days_take_corrections_only(books: Books) -> Iterator[str]:
    """14. An entry of a day that was closed when it was booked moved at the bank, and says that it is a correction."""
    for entry in books.entries:
        today = clock.business_day(entry.booked_at)
        days = policy_in_force(at=entry.booked_at).days_until_closed
        closed = rules.is_closed(entry.effective_on, today=today, days_until_closed=days)
        if closed != entry.correction or (closed and State.OUTSIDE not in entry.legs):
            yield f"{entry.key}: effective {entry.effective_on}, booked {today}, correction: {entry.correction}"


def journal_has_every_entry(books: Books) -> Iterator[str]:
    """15. The schools' journals have each entry as it was booked, once the streams have brought everything."""
    booked, copied = ({entry.key: entry for entry in of} for of in (books.entries, books.lines))
    different = [key for key in booked | copied if booked.get(key) != copied.get(key)]
    yield from (f"entry and journal differ in {key}" for key in sorted(different))


def totals_equal_journal(books: Books) -> Iterator[str]:
    """15. At every moment, a school's totals are exactly what its journal adds up to."""
    lines: dict[InstitutionId, list[model.Entry]] = defaultdict(list)
    for line in books.lines:
        lines[line.institution_id].append(line)
    counted = {one.institution_id: one for one in books.totals}
    for school, of in lines.items():
        told = counted.get(school, model.Totals(school, {}))
        for state in State:
            if sum(line.legs.get(state, 0) for line in of) != told.by_state.get(state, 0):
                yield f"{school}: {state} is counted as {told.by_state.get(state, 0)}"
        if told.entries_counted != len(of):
            yield f"{school}: {told.entries_counted} entries counted of {len(of)}"


def days_equal_journal(books: Books) -> Iterator[str]:
    """15. Each day and month, of a school and of the district, is exactly what the journals add up to for it."""
    lines: dict[str, list[model.Entry]] = defaultdict(list)
    for line in books.lines:
        lines[line.institution_id].append(line)
    lines[days.DISTRICT] = list(books.lines)
    stored = {(one.of, one.key): one.figures for one in books.days}
    wanted = {(of, key): figures for of, told in lines.items() for key, figures in days.figures_of(told).items()}
    for of, key in stored.keys() | wanted.keys():
        if stored.get((of, key)) != wanted.get((of, key)):
            yield f"{key[1]} of {of}: {stored.get((of, key))}, its journal {wanted.get((of, key))}"


def sold_within_policy(books: Books) -> Iterator[str]:
    """The charge rules hold for everything that was sold, under the version it was sold under."""
    for account in books.accounts:
        policy = get_policy(version=account.policy_version)
        if account.price_fen > policy.max_amount_fen or account.lessons > policy.max_lessons:
            yield f"{account.enrolment_id}: {account.lessons} lessons for {account.price_fen}"


CHECKS: tuple[Callable[[Books], Iterator[str]], ...] = (
    legs_sum_to_zero,
    balances_are_folds,
    interest_checks.fen_days_are_folds,
    minimums_are_folds,
    bank_reference_once,
    enrolment_equation,
    lesson_once,
    arrears_are_owed,
    deposits_move_once,
    no_fen_stranded,
    requirement_kept,
    custody_equals_bank,
    payouts_resolve_once,
    refunds_resolve_once,
    minimum_withdrawals_resolve_once,
    nothing_let_go_while_stopped,
    notices_used_once,
    interest_checks.interest_is_distributed,
    effective_not_after_booking,
    closed_days_take_corrections_only,
    journal_has_every_entry,
    totals_equal_journal,
    days_equal_journal,
    chains_are_unbroken,
    day_roots_extend,
    sold_within_policy,
)


def check_all(books: Books) -> dict[str, list[str]]:
    """Every check by name, with what it found."""
    return {check.__name__: list(check(books)) for check in CHECKS}
