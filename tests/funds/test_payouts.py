"""A school's payouts: built of what is payable and counted, one after the other, settled by the bank's word."""

from datetime import timedelta
from typing import Any

import pytest

from shared.funds import model, payout_answers, payout_model, payouts
from shared.funds.payout_model import PayoutStatus
from shared.funds.store import entries, totals
from shared.funds.store import payouts as store
from shared.institutions import store as institutions
from shared.kernel.ids import PayoutId
from shared.kernel.money import Fen
from tests import builders, steps, tables
from tests.builders import NOW, SCHOOL, an_id
from tests.funds.test_usecases import books_hold, legs, refuses

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")


class TestPayout:
    @pytest.fixture(autouse=True)
    def released(self, in_memory: Any) -> None:
        """A school with 666 fen released and counted."""

        def put() -> None:
            steps.register()
            steps.open_account(paid_fen=1000)
            steps.release(1)
            steps.release(2)
            steps.count_all()

        tables.put_in_memory("payable", put)

    def built(self) -> payout_model.Payout:
        payout = steps.build_payout()
        assert payout is not None
        steps.count_all()
        return payout

    def settle(self, payout: payout_model.Payout, **changes: Any) -> model.Posting:
        return payout_answers.settle(fact=builders.a_settlement(payout, **changes), now=NOW)

    def test_takes_all_that_is_payable_and_nothing_that_is_not_counted(self) -> None:
        steps.release(3)  # not counted yet

        payout = self.built()
        assert (payout.amount_fen, payout.number, payout.status) == (666, 1, PayoutStatus.BUILT)
        assert totals.get(SCHOOL).by_state[model.State.IN_TRANSIT] == 666
        books_hold()

    def test_says_what_families_paid_in_over_the_months_that_it_is_judged_by(self) -> None:
        late = NOW + timedelta(days=4 * 30)
        payout = steps.build_payout(now=late)
        assert payout is not None

        built = entries.find(payout.payout_id, "entry#built")
        assert built is not None
        assert built.figures == {"receipts_fen": 1000}

    def test_says_nothing_of_what_they_paid_before_those_months(self) -> None:
        payout = steps.build_payout(now=NOW + timedelta(days=6 * 30))
        assert payout is not None

        built = entries.find(payout.payout_id, "entry#built")
        assert built is not None
        assert built.figures == {"receipts_fen": 0}

    def test_of_nothing_is_none(self) -> None:
        self.built()

        assert steps.build_payout() is None

    def test_is_not_built_before_the_last_one_is_settled(self) -> None:
        self.built()
        steps.release(3)
        steps.count_all()

        refuses(payouts.PayoutOutstanding, steps.build_payout)

    def test_is_not_built_before_the_totals_have_counted_the_last_one(self) -> None:
        payout = steps.build_payout()
        assert payout is not None
        self.settle(payout)

        refuses(store.TotalsBehind, steps.build_payout)

    def test_that_could_not_be_paid_holds_up_the_next_until_it_is(self) -> None:
        payout = self.built()
        payout_answers.fail(fact=builders.a_failure(payout))
        steps.release(3)
        steps.count_all()

        refuses(payouts.PayoutOutstanding, steps.build_payout)
        self.settle(payout)
        steps.count_all()
        following = steps.build_payout()
        assert following is not None
        assert (following.number, following.amount_fen) == (2, 334)

    def test_is_not_built_after_a_freeze(self) -> None:
        steps.freeze()

        refuses(institutions.ReleasesStopped, steps.build_payout)

    def test_is_settled_once_by_the_banks_word(self) -> None:
        payout = self.built()

        assert legs(self.settle(payout)) == {"in_transit": -666, "outside": 666}
        assert store.find_last(SCHOOL).status is PayoutStatus.SETTLED  # type: ignore[union-attr]
        before = tables.dump_memory()
        assert self.settle(payout).duplicate
        assert tables.dump_memory() == before
        refuses(payout_answers.PayoutOver, lambda: self.settle(payout, bank_reference="BKS2"))
        books_hold()

    @pytest.mark.parametrize("changes", [{"amount_fen": Fen(665)}, {"account_no": "8000000099"}])
    def test_is_not_settled_by_a_word_that_does_not_fit(self, changes: dict[str, Any]) -> None:
        payout = self.built()

        refuses(payout_answers.PayoutMismatch, lambda: self.settle(payout, **changes))

    @pytest.mark.parametrize("payout_id", [an_id("pay", 9), "pay_nonsense", store.id_of(SCHOOL, 2)])
    def test_that_is_not_there_is_not_settled(self, payout_id: str) -> None:
        payout = self.built()

        refuses(store.UnknownPayout, lambda: self.settle(payout, payout_id=PayoutId(payout_id)))

    def test_that_failed_is_sent_again_under_the_same_id_and_settled(self) -> None:
        payout = self.built()
        store.mark_sent(payout)
        payout_answers.fail(fact=builders.a_failure(payout))
        failed = store.find_last(SCHOOL)
        assert failed is not None
        assert (failed.payout_id, failed.status, failed.reason) == (payout.payout_id, "failed", "收款账户状态异常")

        store.mark_sent(failed)
        self.settle(payout)
        steps.count_all()
        assert totals.get(SCHOOL).by_state[model.State.IN_TRANSIT] == 0
        books_hold()

    def test_that_is_settled_does_not_fail_any_more(self) -> None:
        payout = self.built()
        self.settle(payout)

        refuses(payout_answers.PayoutOver, lambda: payout_answers.fail(fact=builders.a_failure(payout)))
