"""The list of what moved into suspense and out of it, kept with the totals."""

from datetime import timedelta

import pytest

from shared.funds import queries, usecases
from shared.funds.model import State
from shared.funds.store import entries, totals
from tests import builders, steps
from tests.builders import NOW

pytestmark = pytest.mark.usefixtures("in_memory")


def post(reference: str, *, minutes: int = 0, school: int = 1) -> None:
    account = builders.a_tuition_account(school)
    fact = builders.a_deposit(880, bank_reference=reference, remittance="书法班", account_no=account.account_no)
    usecases.post_deposit(fact=fact, account=account, now=NOW + timedelta(minutes=minutes))


class TestListSuspense:
    def test_has_what_matched_nothing_newest_first_of_all_schools(self) -> None:
        post("BK000001")
        post("BK000002", minutes=1, school=2)
        steps.open_account(paid_fen=1000)
        steps.count_all()

        first = queries.list_suspense(limit=1, cursor=None)
        second = queries.list_suspense(limit=1, cursor=first.next_cursor)

        assert [entry.reference for entry in (*first.rows, *second.rows)] == ["BK000002", "BK000001"]
        assert second.next_cursor is None

    def test_counting_again_lists_nothing_twice(self) -> None:
        post("BK000001")
        for _ in range(2):
            steps.count_all()

        assert len(queries.list_suspense(limit=10, cursor=None).rows) == 1

    def test_sums_to_what_the_totals_say_and_breaks_no_invariant(self) -> None:
        post("BK000001")
        fact = builders.a_withdrawal(500)
        usecases.post_withdrawal(fact=fact, account=builders.a_tuition_account(), now=NOW)
        steps.count_all()

        listed = queries.list_suspense(limit=10, cursor=None).rows

        assert sum(entry.legs[State.SUSPENSE] for entry in listed) == 380
        assert totals.get(builders.SCHOOL).by_state[State.SUSPENSE] == 380
        assert steps.violations() == {}

    def test_a_whole_batch_of_them_fits_one_transaction(self) -> None:
        for number in range(totals._LINES_AT_ONCE):
            post(f"BK{number:06d}", minutes=24 * 60 * number)

        assert totals.count(builders.SCHOOL, list(entries.scan())) == totals._LINES_AT_ONCE


class TestFindBankEntry:
    def test_finds_what_was_booked_under_a_reference(self) -> None:
        post("BK000001")

        found = queries.find_bank_entry("BK000001")

        assert found is not None
        assert found.reference == "BK000001"
        assert queries.find_bank_entry("BK000002") is None
