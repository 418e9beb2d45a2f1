"""The checks of minimum balances find what they are for: right books, and each of them spoiled."""

from dataclasses import replace
from typing import Any

import pytest

from shared.funds import chain, invariants, minimum_invariants, minimum_money
from shared.funds.minimum_model import WithdrawalStatus
from shared.funds.model import Entry, EntryKind, State
from shared.funds.store import books as store
from shared.funds.store.books import Books
from shared.kernel.money import Fen
from tests import builders, steps, tables
from tests.builders import NOW


@pytest.fixture
def books(in_memory: Any) -> Books:
    """A minimum balance with one withdrawal that was paid, and another that is on its way."""
    tables.put_in_memory(__name__, _live)
    return store.read()


def _live() -> None:
    steps.register()
    steps.pay_minimum(20_000)
    first = steps.a_held_withdrawal(4_000)
    minimum_money.settle(fact=builders.a_withdrawal_paid(first), now=NOW)
    steps.a_held_withdrawal(5_000)
    steps.count_all()


def found(books: Books) -> set[str]:
    return {name for name, violations in invariants.check_all(books).items() if violations}


def spoiled(books: Books, kind: EntryKind, **changes: Any) -> Books:
    """The books with the last entry of a kind changed, sealed as if it had been booked so."""
    old = [one for one in books.entries if one.kind is kind][-1]
    new = chain.sealed(replace(old, **changes))
    return replace(books, entries=[new if one is old else one for one in books.entries])


def entry(books: Books, kind: EntryKind) -> Entry:
    return next(one for one in books.entries if one.kind is kind)


def test_right_books_violate_nothing(books: Books) -> None:
    assert found(books) == set()


class TestMinimumsAreFolds:
    def test_finds_a_fen_that_is_pending_and_was_not_held(self, books: Books) -> None:
        [minimum] = books.minimums
        pending = {one: Fen(amount + 1) for one, amount in minimum.pending.items()}

        assert "minimums_are_folds" in found(replace(books, minimums=[replace(minimum, pending=pending)]))

    def test_finds_a_version_that_is_missing(self, books: Books) -> None:
        assert "minimums_are_folds" in found(spoiled(books, EntryKind.MINIMUM_PAID, version=9))


class TestRequirementKept:
    def test_finds_a_withdrawal_below_what_was_required(self, books: Books) -> None:
        [requirement] = books.requirements
        formula = replace(requirement.formula, floor_fen=Fen(11_001))
        raised = replace(books, requirements=[replace(requirement, formula=formula)])

        [told, *_] = minimum_invariants.requirement_kept(replace(raised, minimums=_requiring(books, 11_001)))
        assert told.endswith("left 11000 of the 11001 required")

    def test_a_requirement_raised_afterwards_is_no_matter(self, books: Books) -> None:
        [first] = books.requirements
        raised = replace(first, number=2, formula=builders.a_formula(19_000), after_version=4)
        [minimum] = _requiring(books, 19_000)

        told = replace(books, requirements=[first, raised], minimums=[replace(minimum, requirements=2)])

        assert found(told) == set()

    def test_finds_a_requirement_that_was_never_approved(self, books: Books) -> None:
        assert found(replace(books, minimums=_requiring(books, 9_999))) == {"requirement_kept"}
        assert found(replace(books, requirements=[])) == {"requirement_kept"}


def _requiring(books: Books, required_fen: int) -> list[Any]:
    [minimum] = books.minimums
    return [replace(minimum, required_fen=Fen(required_fen))]


class TestMinimumWithdrawalsResolveOnce:
    def test_finds_one_that_is_paid_twice(self, books: Books) -> None:
        paid = entry(books, EntryKind.MINIMUM_PAID)
        again = chain.sealed(replace(paid, pk="bank#BKW2", reference="BKW2", version=5))

        assert "minimum_withdrawals_resolve_once" in found(replace(books, entries=[*books.entries, again]))

    def test_finds_one_that_is_held_for_another_amount(self, books: Books) -> None:
        legs = {State.MINIMUM_BALANCE: -4999, State.MINIMUM_PENDING: 4999}

        assert "minimum_withdrawals_resolve_once" in found(spoiled(books, EntryKind.MINIMUM_HOLD, legs=legs))

    @pytest.mark.parametrize("status", [WithdrawalStatus.HELD, WithdrawalStatus.FAILED])
    def test_finds_one_that_says_other_than_was_booked(self, books: Books, status: WithdrawalStatus) -> None:
        told = [replace(one, status=status) if one.status == "paid" else one for one in books.withdrawals]

        assert found(replace(books, withdrawals=told)) == {"minimum_withdrawals_resolve_once"}
