"""What the simulation doesn't check after a step can't have changed: it finds what every check of everything finds."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from shared.funds import invariants, journal_invariants
from shared.funds.store import books
from tests.simulation import checking, district, machine


@pytest.fixture
def found() -> Iterator[books.Books]:
    """The books that every history begins with."""
    with district.prepared():
        yield machine.Ledger().books()


class TestViolations:
    def test_after_each_step_the_same_is_said_as_by_every_check_of_all_the_books(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[int] = []

        class Both(checking.Checking):
            def violations(self, books: books.Books) -> Any:
                said = super().violations(books)
                whole = {check.__name__: list(check(books)) for check in self._checks}
                assert {name: told for name, told in said.items() if told} == {n: t for n, t in whole.items() if t}
                made.append(len(books.entries))
                return said

        monkeypatch.setattr(machine, "Checking", Both)
        with district.prepared():
            machine.live(histories=3, seed=5)

        assert len(made) > 150

    def test_an_entry_that_is_altered_is_found_wherever_it_is(self, found: books.Books) -> None:
        for entry in found.entries:
            looking = checking.Checking(invariants.CHECKS)
            assert not any(looking.violations(found).values())
            others = [replace(one, reason="别的") if one is entry else one for one in found.entries]
            assert looking.violations(replace(found, entries=others))["chains_are_unbroken"], entry.key

    def test_an_entry_that_is_gone_is_found(self, found: books.Books) -> None:
        looking = checking.Checking(invariants.CHECKS)
        assert not any(looking.violations(found).values())
        gone = next(one for one in found.entries if one.enrolment_id is not None)

        told = looking.violations(replace(found, entries=[one for one in found.entries if one is not gone]))

        assert told["balances_are_folds"]
        assert told["journal_has_every_entry"]

    def test_a_check_that_reads_more_than_its_enrolments_is_found_out(
        self, found: books.Books, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checking, "OF_ONE_ENROLMENT", (journal_invariants.totals_equal_journal,))

        with pytest.raises(AssertionError, match="reads"):
            checking.Checking([journal_invariants.totals_equal_journal]).violations(found)
