"""Payouts that are settled in parts, recalled, sent back; in any order, twice, and against one another."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.approvals.model import Kind
from shared.funds import model, payout_answers, payout_model
from shared.funds.model import State
from shared.funds.payout_model import PayoutStatus
from shared.funds.posting import ReferenceReused
from shared.funds.store import payouts, totals
from shared.kernel import errors
from shared.kernel.money import Fen
from tests import builders, steps, tables
from tests.builders import NOW, SCHOOL
from tests.tables import just_before, lost_answers

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")


@pytest.fixture
def payout(in_memory: Any) -> payout_model.Payout:
    """A payout of 1,000 fen that is built."""
    tables.put_in_memory(__name__, _put)
    return now()


def _put() -> None:
    steps.register()
    steps.a_built_payout()


def now() -> payout_model.Payout:
    found = payouts.find_last(SCHOOL)
    assert found is not None
    return found


def part(payout: payout_model.Payout, amount_fen: int, **changes: Any) -> model.Posting:
    return payout_answers.settle(fact=builders.a_part(payout, amount_fen, **changes), now=NOW)


def settle(payout: payout_model.Payout, amount_fen: int = 1000, **changes: Any) -> model.Posting:
    return payout_answers.settle(fact=builders.a_settlement(payout, amount_fen=Fen(amount_fen), **changes), now=NOW)


def ask_back(payout: payout_model.Payout) -> None:
    approval = steps.approval(Kind.PAYOUT_RECALL, payout.payout_id)
    payout_answers.ask_back(payout_id=payout.payout_id, reason="账户有误", approval=approval)


def recall(payout: payout_model.Payout, amount_fen: int = 1000) -> model.Posting:
    return payout_answers.recall(fact=builders.a_recall(payout, amount_fen=Fen(amount_fen)), now=NOW)


def send_back(payout: payout_model.Payout, amount_fen: int = 1000, **changes: Any) -> model.Posting:
    fact = builders.a_payout_return(payout, amount_fen=Fen(amount_fen), **changes)
    return payout_answers.take_returned(fact=fact, now=NOW)


def refuses(refusal: type[errors.Refusal], act: Callable[[], object]) -> None:
    before = tables.dump_memory(but=["approvals"])
    with pytest.raises(refusal):
        act()
    assert tables.dump_memory(but=["approvals"]) == before


def moving() -> tuple[int, int]:
    """What is payable and what is in transit, everything counted and every invariant held."""
    steps.count_all()
    assert steps.violations() == {}
    by_state = totals.get(SCHOOL).by_state
    return by_state[State.PAYABLE], by_state[State.IN_TRANSIT]


class TestParts:
    def test_a_part_leaves_and_the_rest_stays_in_transit(self, payout: payout_model.Payout) -> None:
        assert part(payout, 400).entry.legs == {"in_transit": -400, "outside": 400}

        assert (now().status, now().settled_fen, now().rest_fen) == (PayoutStatus.PARTLY, 400, 600)
        assert moving() == (0, 600)

    def test_the_part_that_makes_it_whole_settles_it(self, payout: payout_model.Payout) -> None:
        part(payout, 400)
        part(payout, 500)
        part(payout, 100)

        assert (now().status, now().bank_references) == (PayoutStatus.SETTLED, ("BKP00400", "BKP00500", "BKP00100"))
        assert moving() == (0, 0)

    def test_settled_is_about_all_that_was_not_paid_in_parts(self, payout: payout_model.Payout) -> None:
        part(payout, 400)

        refuses(payout_answers.PayoutMismatch, lambda: settle(payout, 1000))
        settle(payout, 600)
        assert (now().status, moving()) == (PayoutStatus.SETTLED, (0, 0))

    def test_settled_before_its_part_comes_again_after_it(self, payout: payout_model.Payout) -> None:
        refuses(payout_answers.PayoutMismatch, lambda: settle(payout, 600))

        part(payout, 400)
        settle(payout, 600)
        assert moving() == (0, 0)

    def test_more_than_the_payout_is_refused(self, payout: payout_model.Payout) -> None:
        refuses(payout_answers.PayoutMismatch, lambda: part(payout, 1001))
        part(payout, 400)
        refuses(payout_answers.PayoutMismatch, lambda: part(payout, 601))
        refuses(payout_answers.PayoutMismatch, lambda: part(payout, 100, account_no="8000000099"))

    def test_the_same_part_twice_is_once_and_another_body_a_conflict(self, payout: payout_model.Payout) -> None:
        part(payout, 400)

        assert part(payout, 400).duplicate
        with pytest.raises(ReferenceReused):
            part(payout, 300, bank_reference="BKP00400")
        assert now().settled_fen == 400

    def test_after_it_is_settled_nothing_more_is_taken(self, payout: payout_model.Payout) -> None:
        settle(payout)

        refuses(payout_answers.PayoutOver, lambda: part(payout, 1))

    def test_of_two_parts_at_once_both_are_booked(self, payout: payout_model.Payout) -> None:
        with just_before("TransactWriteItems", lambda: part(payout, 400)):
            part(payout, 300)

        assert (now().settled_fen, moving()) == (700, (0, 300))

    def test_the_rest_can_fail_and_be_sent_again(self, payout: payout_model.Payout) -> None:
        part(payout, 400)
        refuses(payout_answers.PayoutMismatch, lambda: payout_answers.fail(fact=builders.a_failure(payout)))

        payout_answers.fail(fact=builders.a_failure(payout, amount_fen=Fen(600)))

        assert (now().status, now().settled_fen) == (PayoutStatus.FAILED, 400)
        payouts.mark_sent(now())
        settle(payout, 600)
        assert moving() == (0, 0)

    def test_an_answer_that_overtakes_the_note_that_it_was_sent_stays(self, payout: payout_model.Payout) -> None:
        part(payout, 400)
        payouts.mark_sent(payout)  # as it was read before

        assert now().status is PayoutStatus.PARTLY

    def test_the_next_waits_for_the_rest(self, payout: payout_model.Payout) -> None:
        part(payout, 400)
        steps.open_account(2, paid_fen=1000)
        steps.release(1, enrolment=2)
        assert moving() == (333, 600)

        with pytest.raises(errors.Conflict):
            steps.build_payout()


class TestRecall:
    def test_what_never_left_is_in_the_next_payout(self, payout: payout_model.Payout) -> None:
        ask_back(payout)
        assert (now().status, now().reason) == (PayoutStatus.RECALLING, "账户有误")

        assert recall(payout).entry.legs == {"in_transit": -1000, "payable": 1000}
        assert (now().status, moving()) == (PayoutStatus.RECALLED, (1000, 0))
        following = steps.build_payout()
        assert following is not None
        assert (following.number, following.amount_fen) == (2, 1000)

    def test_of_a_part_that_is_paid_is_only_of_the_rest(self, payout: payout_model.Payout) -> None:
        ask_back(payout)
        part(payout, 400)
        assert now().status is PayoutStatus.RECALLING

        refuses(payout_answers.PayoutMismatch, lambda: recall(payout, 1000))
        recall(payout, 600)
        assert (now().status, moving()) == (PayoutStatus.RECALLED, (600, 0))

    def test_that_comes_too_late_is_void(self, payout: payout_model.Payout) -> None:
        ask_back(payout)
        settle(payout)

        assert (now().status, moving()) == (PayoutStatus.SETTLED, (0, 0))
        refuses(payout_answers.PayoutOver, lambda: recall(payout))

    def test_twice_is_once(self, payout: payout_model.Payout) -> None:
        ask_back(payout)
        with lost_answers("TransactWriteItems"), pytest.raises(errors.Unavailable):
            recall(payout)

        assert recall(payout).duplicate
        assert moving() == (1000, 0)

    def test_what_is_recalled_is_never_settled(self, payout: payout_model.Payout) -> None:
        ask_back(payout)
        recall(payout)

        refuses(payout_answers.PayoutOver, lambda: settle(payout))
        refuses(payout_answers.PayoutOver, lambda: payout_answers.fail(fact=builders.a_failure(payout)))

    def test_and_settlement_at_once_are_decided_by_the_ledger(self, payout: payout_model.Payout) -> None:
        ask_back(payout)
        with just_before("TransactWriteItems", lambda: settle(payout)), pytest.raises(payout_answers.PayoutOver):
            recall(payout)

        assert moving() == (0, 0)

    def test_is_wanted_once_and_not_of_what_is_over(self, payout: payout_model.Payout) -> None:
        ask_back(payout)
        refuses(payout_answers.RecallAsked, lambda: ask_back(payout))
        settle(payout)
        refuses(payout_answers.PayoutOver, lambda: ask_back(payout))

    def test_of_a_failed_one_ends_its_tries(self, payout: payout_model.Payout) -> None:
        payout_answers.fail(fact=builders.a_failure(payout))
        ask_back(payout)
        payout_answers.fail(fact=builders.a_failure(payout))
        assert now().status is PayoutStatus.RECALLING

        recall(payout)
        assert moving() == (1000, 0)


class TestReturned:
    def test_is_payable_again(self, payout: payout_model.Payout) -> None:
        settle(payout)

        assert send_back(payout).entry.legs == {"outside": -1000, "payable": 1000}
        assert (now().status, now().returned_fen, moving()) == (PayoutStatus.RETURNED, 1000, (1000, 0))

    def test_in_two_parts_and_no_more(self, payout: payout_model.Payout) -> None:
        settle(payout)
        send_back(payout, 400)
        send_back(payout, 600, bank_reference="BKB2")

        refuses(payout_answers.PayoutMismatch, lambda: send_back(payout, 1, bank_reference="BKB3"))
        assert send_back(payout, 400).duplicate
        assert moving() == (1000, 0)

    def test_before_it_is_settled_is_refused(self, payout: payout_model.Payout) -> None:
        refuses(payout_answers.PayoutMismatch, lambda: send_back(payout))
        refuses(payouts.UnknownPayout, lambda: send_back(payout, payout_id="pay_1"))

    def test_of_a_part_while_the_rest_is_on_its_way(self, payout: payout_model.Payout) -> None:
        part(payout, 400)
        send_back(payout, 400)
        assert (now().status, moving()) == (PayoutStatus.PARTLY, (400, 600))

        settle(payout, 600)
        assert (now().status, moving()) == (PayoutStatus.RETURNED, (400, 0))
