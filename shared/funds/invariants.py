"""The ledger's invariants as small checks over all the books. Each gives the violations it finds, in words.

The numbers are those of `docs/ledger.md`. They run over what is stored, in tests and at the end of the demo; none is on
a path of money.
"""

from collections.abc import Callable, Iterator

from shared.funds import (
    bank_invariants,
    enrolment_invariants,
    interest_invariants,
    journal_invariants,
    minimum_invariants,
    rules,
    seal_invariants,
    termination_invariants,
)
from shared.funds.model import State
from shared.funds.store.books import Books
from shared.kernel import clock
from shared.policy.queries import in_force as policy_in_force


def legs_sum_to_zero(books: Books) -> Iterator[str]:
    """1. Legs of every entry sum to 0, in whole fen."""
    for entry in books.entries:
        if sum(entry.legs.values()) or not all(type(amount) is int for amount in entry.legs.values()):
            yield f"{entry.key}: legs {dict(entry.legs)}"


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


CHECKS: tuple[Callable[[Books], Iterator[str]], ...] = (
    legs_sum_to_zero,
    enrolment_invariants.balances_are_folds,
    interest_invariants.fen_days_are_folds,
    minimum_invariants.minimums_are_folds,
    bank_invariants.bank_reference_once,
    enrolment_invariants.enrolment_equation,
    enrolment_invariants.lesson_once,
    enrolment_invariants.arrears_are_owed,
    bank_invariants.deposits_move_once,
    enrolment_invariants.no_fen_stranded,
    minimum_invariants.requirement_kept,
    bank_invariants.custody_equals_bank,
    bank_invariants.payouts_resolve_once,
    bank_invariants.refunds_resolve_once,
    minimum_invariants.minimum_withdrawals_resolve_once,
    termination_invariants.nothing_let_go_while_stopped,
    termination_invariants.notices_used_once,
    interest_invariants.interest_is_distributed,
    effective_not_after_booking,
    closed_days_take_corrections_only,
    journal_invariants.journal_has_every_entry,
    journal_invariants.totals_equal_journal,
    journal_invariants.days_equal_journal,
    journal_invariants.district_equals_schools,
    seal_invariants.chains_are_unbroken,
    seal_invariants.day_roots_extend,
    enrolment_invariants.sold_within_policy,
)


def check_all(books: Books) -> dict[str, list[str]]:
    """Every check by name, with what it found."""
    return {check.__name__: list(check(books)) for check in CHECKS}
