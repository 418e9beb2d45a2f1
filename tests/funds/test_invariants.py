"""Each check finds what it is there to find. The books are right until a test spoils one thing in them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.funds import chain, invariants, payout_answers, seal_invariants, usecases
from shared.funds.model import Entry, EntryKind, State
from shared.funds.payout_model import PayoutStatus
from shared.funds.store import books as store
from shared.funds.store.books import Books
from shared.funds.termination_invariants import nothing_let_go_while_stopped, notices_used_once
from shared.kernel.money import Fen
from tests import builders, steps, tables
from tests.builders import MINIMUM_NO, NOW, SCHOOL, TUITION_NO
from tests.funds import budget


@pytest.fixture
def books(in_memory: Any) -> Books:
    """One enrolment taught to its end, one paid in part; a payout settled; a minimum balance; the bank agrees."""
    tables.put_in_memory("books", _live)
    return store.read({TUITION_NO: 400, MINIMUM_NO: 20_000})


def _live() -> None:
    steps.register()
    payout = steps.a_built_payout()
    payout_answers.settle(fact=builders.a_settlement(payout), now=NOW)
    steps.open_account(2, paid_fen=400)
    minimum = builders.a_deposit(20_000, bank_reference="BKM", account_no=MINIMUM_NO)
    usecases.post_deposit(fact=minimum, account=builders.a_minimum_account(), now=NOW)
    steps.count_all()


def found(books: Books) -> set[str]:
    """The checks that find something."""
    return {name for name, violations in invariants.check_all(books).items() if violations}


def entry(books: Books, kind: EntryKind) -> Entry:
    return next(one for one in books.entries if one.kind is kind)


def swapped(books: Books, old: Entry, *new: Entry) -> Books:
    """The books with other entries in one's place, in the journal too."""
    entries = [one for one in books.entries if one is not old] + list(new)
    return resealed(replace(books, entries=entries, lines=entries))


def unsealed(books: Books, old: Entry, new: Entry) -> Books:
    """The books with another entry in one's place, its seal left as it was."""
    return replace(books, entries=[new if one is old else one for one in books.entries])


def resealed(books: Books) -> Books:
    """The books with seals as if everything in them had been booked so."""
    heads = {account.enrolment_id: "" for account in books.accounts}
    entries = []
    for one in sorted(books.entries, key=lambda one: one.version):
        after = heads[one.enrolment_id] if one.enrolment_id else ""
        entries.append(replace(one, seal=chain.seal(after, one)))
        if one.enrolment_id:
            heads[one.enrolment_id] = entries[-1].seal
    accounts = [replace(account, seal=heads[account.enrolment_id]) for account in books.accounts]
    return replace(books, entries=entries, lines=entries, accounts=accounts)


def broken(one: Entry, legs: dict[State, Any]) -> Entry:
    """An entry as only a broken store could give it: making one checks its legs."""
    copy = replace(one)
    object.__setattr__(copy, "legs", legs)
    return copy


def account_off(books: Books, number: int = 0, **changes: Any) -> Books:
    accounts = sorted(books.accounts, key=lambda account: account.enrolment_id)
    accounts[number] = replace(accounts[number], **changes)
    return replace(books, accounts=accounts)


def test_right_books_violate_nothing(books: Books) -> None:
    assert found(books) == set()
    assert len(books.entries) == len(books.lines) == 8


def test_every_check_has_its_line_in_the_page_of_the_ledger() -> None:
    page = (budget.PAGE.parent / "ledger.md").read_text(encoding="utf-8")

    for check in invariants.CHECKS[:-1]:
        assert f"`{check.__name__}`" in page


class TestCheckAll:
    def test_legs_that_do_not_sum_to_zero(self, books: Books) -> None:
        deposit = entry(books, EntryKind.DEPOSIT)
        spoiled = broken(deposit, {**deposit.legs, State.SUSPENSE: 1})

        assert "legs_sum_to_zero" in found(unsealed(books, deposit, spoiled))

    def test_half_a_fen(self, books: Books) -> None:
        deposit = entry(books, EntryKind.DEPOSIT)
        spoiled = broken(deposit, {state: float(amount) for state, amount in deposit.legs.items()})

        assert "legs_sum_to_zero" in found(unsealed(books, deposit, spoiled))

    def test_a_balance_that_is_a_fen_off(self, books: Books) -> None:
        assert found(account_off(books, 1, held_fen=Fen(401), paid_fen=Fen(401))) == {"balances_are_folds"}

    def test_a_version_that_is_missing(self, books: Books) -> None:
        release = entry(books, EntryKind.RELEASE)

        assert found(swapped(books, release, replace(release, version=99))) == {
            "balances_are_folds",
            "chains_are_unbroken",
        }

    def test_a_minimum_balance_that_is_a_fen_off(self, books: Books) -> None:
        [minimum] = books.minimums

        spoiled = replace(books, minimums=[replace(minimum, balance_fen=Fen(19_999))])
        assert found(spoiled) == {"minimums_are_folds"}

    def test_a_bank_reference_that_is_posted_twice(self, books: Books) -> None:
        deposit = entry(books, EntryKind.MINIMUM_DEPOSIT)
        twice = replace(deposit, reference=entry(books, EntryKind.DEPOSIT).reference)

        assert found(swapped(books, deposit, twice)) == {"bank_reference_once"}

    def test_an_enrolment_that_was_paid_more_than_it_holds_and_released(self, books: Books) -> None:
        assert found(account_off(books, 1, paid_fen=Fen(401))) == {"enrolment_equation"}

    def test_an_enrolment_that_was_paid_more_than_its_price(self, books: Books) -> None:
        assert found(account_off(books, 1, price_fen=Fen(399))) == {"enrolment_equation"}

    def test_a_lesson_that_is_released_twice(self, books: Books) -> None:
        [first, second, *_] = [one for one in books.entries if one.kind is EntryKind.RELEASE]

        assert found(swapped(books, second, replace(second, reference=first.reference))) == {"lesson_once"}

    def test_more_lessons_than_the_contract_has(self, books: Books) -> None:
        assert found(account_off(books, 0, lessons=2)) == {"lesson_once"}

    def test_a_fen_that_the_last_lesson_left_behind(self, books: Books) -> None:
        assert "no_fen_stranded" in found(account_off(books, 0, held_fen=Fen(1), released_fen=Fen(999)))

    @pytest.mark.parametrize("off", [-1, 1])
    def test_a_fen_that_the_bank_does_not_have_or_has_too_much(self, books: Books, off: int) -> None:
        spoiled = replace(books, bank_balances={**books.bank_balances, TUITION_NO: 400 + off})

        assert found(spoiled) == {"custody_equals_bank"}

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda payout: replace(payout, amount_fen=Fen(999)),
            lambda payout: replace(payout, status=PayoutStatus.SENT),
            lambda payout: replace(payout, number=2),
        ],
        ids=["another amount", "settled but not marked so", "a gap in the numbers"],
    )
    def test_a_payout_that_is_not_what_was_booked(self, books: Books, spoil: Callable[[Any], Any]) -> None:
        assert found(replace(books, payouts=[spoil(books.payouts[0])])) == {"payouts_resolve_once"}

    def test_a_payout_that_is_settled_twice(self, books: Books) -> None:
        settlement = entry(books, EntryKind.SETTLEMENT)
        again = replace(settlement, pk="bank#BKS2", reference="BKS2")

        assert "payouts_resolve_once" in found(swapped(books, settlement, settlement, again))

    def test_an_entry_that_takes_effect_after_it_was_booked(self, books: Books) -> None:
        deposit = entry(books, EntryKind.DEPOSIT)
        early = replace(deposit, effective_on=deposit.effective_on + timedelta(days=1))

        assert found(swapped(books, deposit, early)) == {
            "effective_not_after_booking",
            "fen_days_are_folds",
            "days_equal_journal",
        }

    def test_an_entry_of_a_closed_day_that_does_not_say_so(self, books: Books) -> None:
        deposit = entry(books, EntryKind.DEPOSIT)
        late = replace(deposit, effective_on=deposit.effective_on - timedelta(days=4))

        unmarked, marked, untrue = late, replace(late, correction=True), replace(deposit, correction=True)
        told = [
            list(invariants.closed_days_take_corrections_only(swapped(books, deposit, one)))
            for one in (unmarked, marked, untrue)
        ]
        assert [len(violations) for violations in told] == [1, 0, 1]

    def test_a_release_that_corrects_a_closed_day(self, books: Books) -> None:
        release = entry(books, EntryKind.RELEASE)
        late = replace(release, effective_on=release.effective_on - timedelta(days=4), correction=True)

        [told] = invariants.closed_days_take_corrections_only(swapped(books, release, late))
        assert release.key in told

    def test_an_entry_that_the_journal_has_not(self, books: Books) -> None:
        assert found(replace(books, lines=books.lines[1:])) == {
            "journal_has_every_entry",
            "totals_equal_journal",
            "days_equal_journal",
        }

    def test_a_day_that_is_a_fen_off(self, books: Books) -> None:
        first, *others = books.days
        off = replace(first, figures=first.figures + Counter({"booking_held_in": 1}))

        assert found(replace(books, days=[off, *others])) == {"days_equal_journal"}

    def test_a_day_that_is_missing(self, books: Books) -> None:
        assert found(replace(books, days=books.days[1:])) == {"days_equal_journal"}

    def test_an_entry_that_the_journal_has_otherwise(self, books: Books) -> None:
        altered = [replace(books.lines[0], payer="somebody else"), *books.lines[1:]]

        assert found(replace(books, lines=altered)) == {"journal_has_every_entry"}

    def test_totals_that_are_a_fen_off(self, books: Books) -> None:
        [totals] = books.totals
        held = {**totals.by_state, State.HELD: totals.by_state[State.HELD] + 1}

        assert found(replace(books, totals=[replace(totals, by_state=held)])) == {
            "totals_equal_journal",
            "district_equals_schools",
        }

    def test_an_entry_that_was_altered_afterwards(self, books: Books) -> None:
        deposit = next(one for one in books.entries if one.kind is EntryKind.DEPOSIT and one.version == 1)
        altered = replace(deposit, payer="somebody else")

        [told] = seal_invariants.chains_are_unbroken(unsealed(books, deposit, altered))
        assert deposit.key in told

    def test_an_entry_that_is_missing_and_those_renumbered(self, books: Books) -> None:
        [first, second, third] = [one for one in books.entries if one.kind is EntryKind.RELEASE]
        entries = [one for one in books.entries if one not in (first, second, third)]
        entries += [first, replace(third, version=second.version)]

        [told] = seal_invariants.chains_are_unbroken(replace(books, entries=entries))
        assert third.key in told

    def test_the_last_entry_that_is_missing(self, books: Books) -> None:
        last = max((one for one in books.entries if one.enrolment_id), key=lambda one: one.version)

        [told] = seal_invariants.chains_are_unbroken(
            replace(books, entries=[one for one in books.entries if one is not last])
        )
        assert "what followed version 3 is missing" in told

    def test_two_entries_in_each_others_place(self, books: Books) -> None:
        [first, second, _] = [one for one in books.entries if one.kind is EntryKind.RELEASE]
        swap = {first.key: replace(first, version=second.version), second.key: replace(second, version=first.version)}

        [told] = seal_invariants.chains_are_unbroken(
            replace(books, entries=[swap.get(one.key, one) for one in books.entries])
        )
        assert second.key in told

    def test_an_entry_of_no_enrolment_that_was_altered(self, books: Books) -> None:
        payout = entry(books, EntryKind.PAYOUT)
        altered = unsealed(books, payout, replace(payout, account_no="8000000099"))

        assert list(seal_invariants.chains_are_unbroken(altered)) == [f"{payout.key}: altered"]

    def test_a_sale_beyond_what_the_policy_lets_charge(self, books: Books) -> None:
        assert found(account_off(books, 1, price_fen=Fen(500_001))) == {"sold_within_policy"}


class TestStopped:
    LATER = NOW + timedelta(hours=1)

    def told(self, books: Books, *periods: tuple[datetime, datetime | None]) -> list[str]:
        return list(nothing_let_go_while_stopped(replace(books, stopped={SCHOOL: periods})))

    def test_what_was_let_go_while_the_money_was_stopped(self, books: Books) -> None:
        before = NOW - timedelta(hours=1)
        assert len(self.told(books, (before, None))) == 4  # three releases, one payout
        assert len(self.told(books, (before, self.LATER))) == 4

    def test_what_was_let_go_before_or_after_it_is_right(self, books: Books) -> None:
        earlier = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
        assert self.told(books, earlier, (self.LATER, None)) == []

    def test_what_began_just_before_it_may_be_booked_then(self, books: Books) -> None:
        assert self.told(books, (NOW - timedelta(seconds=20), None)) == []

    def test_a_final_release_where_nothing_was_stopped(self, books: Books) -> None:
        release = entry(books, EntryKind.RELEASE)
        spoiled = replace(books, entries=[replace(release, kind=EntryKind.FINAL_RELEASE)])
        assert len(self.told(spoiled, (self.LATER, None))) == 1
        assert self.told(spoiled, (NOW, None)) == []

    def test_a_notice_that_was_used_twice_on_an_account(self, books: Books) -> None:
        deposit = entry(books, EntryKind.MINIMUM_DEPOSIT)
        returned = replace(deposit, kind=EntryKind.MINIMUM_RETURN, reason="2026-001")
        assert list(notices_used_once(replace(books, entries=[returned]))) == []
        assert list(notices_used_once(replace(books, entries=[returned, returned]))) == [
            "notice 2026-001 is used 2 times on 8000000012"
        ]
