"""The books are accepted by judges who share no code with them, and refused when a fen is out of place."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.local import books as export
from shared.funds import payout_answers, plain_text, usecases
from shared.funds.store import books
from shared.kernel.ids import EnrolmentId
from tests import builders, steps, tables
from tests.builders import MINIMUM_NO, NOW, TUITION_NO
from tests.judges import judges
from tests.simulation import district, machine
from tests.simulation.machine import Ledger

pytestmark = pytest.mark.usefixtures("hledger")


@pytest.fixture
def book(in_memory: Any) -> plain_text.Book:
    """A school with a payout settled, an enrolment paid in part, a refund paid, stray money, a minimum balance."""
    tables.put_in_memory(__name__, _live)
    [found] = export.of_schools(books.read({TUITION_NO: 1_477, MINIMUM_NO: 20_000}))
    return found


def _live() -> None:
    steps.register()
    payout = steps.a_built_payout()
    payout_answers.settle(fact=builders.a_settlement(payout), now=NOW)
    steps.open_account(2, paid_fen=400)
    steps.enrol(steps.put_on_sale(builders.a_course(price_fen=1000, lessons=3)), 3)
    steps.pay(EnrolmentId(builders.an_id("enr", 3)), 1000)
    steps.a_held_refund(3)
    minimum = builders.a_deposit(20_000, bank_reference="BKM", account_no=MINIMUM_NO)
    usecases.post_deposit(fact=minimum, account=builders.a_minimum_account(), now=NOW)
    stray = builders.a_deposit(77, bank_reference='BK"\\; 1|2, 学', remittance="?")
    usecases.post_deposit(fact=stray, account=builders.a_tuition_account(), now=NOW)
    steps.count_all()


def refusing(book: plain_text.Book, folder: Path) -> list[str]:
    """Which judges refuse a book."""
    export.write([book], folder)
    return [judge for judge, found in judges.verdicts(folder).items() if found]


EVERY_JUDGE = ["bean-check", "hledger check", "SQL"]


class TestABook:
    def test_is_accepted_by_every_judge(self, book: plain_text.Book, tmp_path: Path) -> None:
        assert refusing(book, tmp_path) == []

    def test_asserts_every_account_that_it_has(self, book: plain_text.Book) -> None:
        names = {plain_text.account_name(entry, state) for entry in book.entries for state in entry.legs}

        assert set(book.closing) == names
        assert book.closing[f"Assets:Bank:A{TUITION_NO}"] == 1_477

    def test_with_a_balance_that_is_a_fen_off_is_refused_by_every_judge(
        self, book: plain_text.Book, tmp_path: Path
    ) -> None:
        for name in (f"Assets:Bank:A{TUITION_NO}", *(name for name in book.closing if name.endswith("Suspense"))):
            spoiled = replace(book, closing={**book.closing, name: book.closing[name] + 1})
            assert refusing(spoiled, tmp_path) == EVERY_JUDGE, name

    def test_that_lacks_an_entry_is_refused_by_every_judge(self, book: plain_text.Book, tmp_path: Path) -> None:
        for lost in (0, len(book.entries) // 2, -1):
            spoiled = replace(book, entries=[one for one in book.entries if one is not book.entries[lost]])
            assert refusing(spoiled, tmp_path) == EVERY_JUDGE, book.entries[lost].key

    def test_that_says_nothing_of_an_account_is_refused_by_the_fold(
        self, book: plain_text.Book, tmp_path: Path
    ) -> None:
        [suspense] = (name for name in book.closing if name.endswith("Suspense"))
        silent = {name: fen for name, fen in book.closing.items() if name != suspense}

        assert refusing(replace(book, closing=silent), tmp_path) == ["SQL"]

    def test_asserts_nothing_of_what_has_moved_on_since_it_was_read(self, book: plain_text.Book) -> None:
        read = books.read()
        early = [entry for entry in read.entries if entry.kind != "refund_hold"]
        [found] = export.of_schools(replace(read, entries=early))

        assert [name for name in found.closing if builders.an_id("enr", 3)[4:] in name] == []
        assert [name for name in found.closing if name.endswith("Payable")] == []
        assert len([name for name in found.closing if "Held" in name]) == 2


class TestRandomHistories:
    @pytest.fixture
    def lived(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[books.Books]]:
        """The books of each history, at rest."""
        found: list[books.Books] = []
        rest = Ledger.teardown

        def teardown(ledger: Ledger) -> None:
            rest(ledger)
            found.append(ledger.books())

        monkeypatch.setattr(Ledger, "teardown", teardown)
        with district.prepared():
            yield found

    def test_are_accepted_by_every_judge(self, lived: list[books.Books], tmp_path: Path) -> None:
        machine.live(histories=8, seed=5)

        for number, one in enumerate(lived):
            export.write(list(export.of_schools(one)), tmp_path / str(number))
            told = judges.verdicts(tmp_path / str(number))
            assert not any(told.values()), told
        assert len(lived) == 8
