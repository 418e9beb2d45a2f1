"""A deposit that names several enrolments."""

from typing import Any

import pytest

from shared.funds import model, queries, suspense, usecases
from shared.funds.model import EnrolmentStatus, EntryKind, SuspenseReason
from shared.funds.posting import ReferenceReused
from shared.funds.store import accounts, entries
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from tests import builders, steps, tables
from tests.builders import NOW, an_id
from tests.tables import conflicts, just_before, lost_answers

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")
BOTH = " ".join(an_id("enr", number).removeprefix("enr_") for number in (2, 1))


def post(amount_fen: int, *, names: str = BOTH, **changes: Any) -> model.Posting:
    told = {"bank_reference": "BK000001", "remittance": f"学费 {names}", **changes}
    fact = builders.a_deposit(amount_fen, **told)
    return usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)


def account(number: int = 1) -> model.EnrolmentAccount:
    return accounts.get(EnrolmentId(an_id("enr", number)))


def paid() -> list[int]:
    return [account(number).paid_fen for number in (1, 2)]


def books_hold() -> None:
    steps.count_all()
    assert steps.violations() == {}


@pytest.fixture(autouse=True)
def two(in_memory: Any) -> None:
    """Two enrolments of 1,000 fen in a class of one school."""
    steps.register()
    steps.enrol(steps.put_on_sale(builders.a_course(price_fen=Fen(1000), lessons=3)), 3)
    steps.open_account(1)
    steps.open_account(2)


class TestPost:
    def test_pays_each_in_the_order_of_the_text_up_to_what_is_due(self) -> None:
        posting = post(1700)

        assert paid() == [700, 1000]
        assert [account(2).status, account().status] == [EnrolmentStatus.ACTIVE, EnrolmentStatus.AWAITING_DEPOSIT]
        assert posting.entry.legs == {"outside": -1700, "suspense": 1700}
        assert posting.entry.reason == SuspenseReason.SPLIT
        [first, second] = suspense.get_deposit("BK000001").moves
        assert (first.sk, first.legs) == ("move#001", {"suspense": -1000, "held": 1000})
        assert (second.kind, second.enrolment_id, second.payer) == (EntryKind.ALLOCATION, an_id("enr"), "示例家长")
        assert account().bank_references == ("BK000001#002",)
        books_hold()

    def test_keeps_what_nobody_is_due_in_suspense(self) -> None:
        posting = post(2500)

        assert paid() == [1000, 1000]
        assert (posting.entry.reason, posting.entry.figures) == (SuspenseReason.EXCESS, {"unmatched_fen": 500})
        assert suspense.get_deposit("BK000001").left_fen == 500
        books_hold()

    def test_passes_over_one_that_is_not_there(self) -> None:
        third = an_id("enr", 9).removeprefix("enr_")
        posting = post(2500, names=f"{third} {BOTH}")

        assert paid() == [1000, 1000]
        assert posting.entry.reason == SuspenseReason.UNKNOWN_REFERENCE
        books_hold()

    def test_that_only_one_can_take_is_that_ones(self) -> None:
        steps.pay(account(2).enrolment_id, 1000)

        assert post(400).entry.legs == {"outside": -400, "held": 400}
        assert account().bank_references == ("BK000001",)
        books_hold()

    def test_of_more_than_ten_is_for_a_person_to_split(self) -> None:
        many = " ".join(an_id("enr", number).removeprefix("enr_") for number in range(1, 12))

        assert post(5000, names=many).entry.reason == SuspenseReason.TOO_MANY_NAMED
        assert paid() == [0, 0]
        books_hold()

    def test_of_ten_fits_one_transaction(self) -> None:
        for number in range(4, 11):
            steps.open_account(number)
        many = " ".join(an_id("enr", number).removeprefix("enr_") for number in range(1, 11))

        post(10_000, names=many)

        assert {account(number).status for number in range(1, 11)} == {EnrolmentStatus.ACTIVE}
        books_hold()

    def test_twice_is_once_and_with_another_amount_a_conflict(self) -> None:
        post(1700)
        before = tables.dump_memory()

        assert post(1700).duplicate
        assert tables.dump_memory() == before
        with pytest.raises(ReferenceReused):
            post(1701)
        assert paid() == [700, 1000]

    def test_whose_answer_was_lost_is_found_booked(self) -> None:
        with lost_answers("TransactWriteItems"), pytest.raises(errors.Unavailable):
            post(1700)

        assert post(1700).duplicate
        assert paid() == [700, 1000]

    def test_that_races_another_deposit_gives_each_what_is_still_due(self) -> None:
        other = lambda: steps.pay(account(2).enrolment_id, 900, reference="BK000002")  # noqa: E731
        with just_before("TransactWriteItems", other):
            post(1700)

        assert paid() == [1000, 1000]
        assert suspense.get_deposit("BK000001").left_fen == 600
        books_hold()

    def test_on_a_busy_item_is_tried_again(self) -> None:
        with conflicts("TransactWriteItems", times=3):
            post(1700)
        assert paid() == [700, 1000]

    def test_is_found_in_every_enrolments_history(self) -> None:
        post(1700)

        assert [entry.key for entry in queries.list_entries(account(2))] == ["bank#BK000001/move#001"]
        assert [entry.key for entry in queries.list_entries(account())] == ["bank#BK000001/move#002"]

    def test_is_refunded_to_where_it_came_from_share_by_share(self) -> None:
        post(2000)

        held = steps.a_held_refund(2)

        [hold] = entries.list_of_refunds(account(2).enrolment_id)
        assert (held.held_fen, hold.reference, hold.payer_account_no) == (1000, "BK000001", "6222000000000001")
        books_hold()


class TestExpiry:
    def test_puts_what_each_deposit_brought_into_suspense_under_that_deposit(self) -> None:
        steps.pay(EnrolmentId(an_id("enr", 3)), 300, reference="BK000003")
        names = an_id("enr", 3).removeprefix("enr_")
        post(200, names=names, bank_reference="BK000004")

        assert steps.expire(3, now=NOW.replace(day=20))

        assert [suspense.get_deposit(f"BK00000{number}").left_fen for number in (3, 4)] == [300, 200]
        assert account(3).bank_references == ("BK000003", "BK000004", "BK000003#001", "BK000004#001")
        books_hold()
