"""What waits for somebody at all schools: payouts, minimum balances, suspense; and the district's money."""

from collections import Counter
from datetime import timedelta

import pytest

from shared.funds import minimum_requirements, minimum_withdrawals, queries, usecases
from shared.funds.model import State
from shared.funds.queries import Wait
from shared.funds.store import entries, totals
from shared.kernel.ids import InstitutionId
from shared.policy import queries as policies
from tests import builders, steps
from tests.builders import NOW, SCHOOL, an_id

pytestmark = pytest.mark.usefixtures("in_memory")


def waiting() -> dict[Wait, int]:
    """How many wait for what, but for all minimum balances."""
    found = {wait: queries.count_waiting(wait, at_most=9) for wait in Wait if wait is not Wait.MINIMUM}
    return {wait: count for wait, count in found.items() if count}


def low(percent: int = 100) -> list[InstitutionId]:
    return [one.institution_id for one in queries.list_low_minimums(percent=percent, limit=9, cursor=None).rows]


def count_all() -> None:
    steps.count_all()


class TestPayouts:
    def test_wait_until_the_bank_has_paid_them(self) -> None:
        steps.register()
        payout = steps.a_built_payout()
        assert waiting() == {Wait.PAYOUT: 1}

        steps.settle(payout)
        assert waiting() == {}


class TestMinimumBalances:
    def test_are_low_to_the_fen_the_lowest_share_first(self) -> None:
        for number, paid in ((1, 9_999), (2, 10_000), (3, 5_000)):
            steps.register(number)
            account = builders.a_minimum_account(number)
            fact = builders.a_deposit(paid, bank_reference=f"BKM{number}", account_no=account.account_no)
            usecases.post_deposit(fact=fact, account=account, now=NOW)

        assert low() == [an_id("ins", 3), SCHOOL]
        assert low(101) == [an_id("ins", 3), SCHOOL, an_id("ins", 2)]
        assert queries.count_low_minimums(percent=100, at_most=9) == 2
        assert queries.count_low_minimums(percent=100, at_most=1) == 1

    def test_of_nothing_required_are_never_low(self) -> None:
        steps.register(required_fen=0)

        assert low(1000) == []

    def test_wait_with_what_is_short_until_it_is_made_up(self) -> None:
        steps.register()
        count_all()
        steps.check_minimum(now=NOW + timedelta(days=1))
        [shortfall] = queries.list_open_shortfalls(limit=9, cursor=None).rows
        assert (shortfall.institution_id, shortfall.short_fen) == (SCHOOL, 10_000)

        steps.pay_minimum(20_000, now=NOW + timedelta(days=1))
        count_all()
        steps.check_minimum(now=NOW + timedelta(days=40))
        assert waiting() == {}

    def test_wait_with_a_withdrawal_until_it_is_decided(self) -> None:
        steps.register()
        steps.pay_minimum(20_000)
        asked = steps.ask_to_withdraw()
        assert [one.withdrawal_id for one in queries.list_withdrawals_asked(limit=9, cursor=None).rows] == [
            asked.withdrawal_id
        ]

        minimum_withdrawals.refuse(withdrawal_id=asked.withdrawal_id, reason="材料不足", now=NOW)
        assert waiting() == {}

    def test_wait_with_a_calculation_until_it_is_required(self) -> None:
        steps.register()
        made = minimum_requirements.calculate(
            institution_id=SCHOOL, size="small", policy=policies.in_force(at=NOW), now=NOW
        )
        assert [one.formula for one in queries.list_calculations_waiting(limit=9, cursor=None).rows] == [made.formula]

        steps.require(made.formula.required_fen)
        assert waiting() == {}
        minimum_requirements.calculate(institution_id=SCHOOL, size="small", policy=policies.in_force(at=NOW), now=NOW)
        assert waiting() == {}


class TestSuspense:
    def arrive(self, amount_fen: int = 880, number: int = 1) -> None:
        fact = builders.a_deposit(amount_fen, remittance="书法班", bank_reference=f"BKS{number}")
        usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)

    def leave(self, amount_fen: int) -> None:
        fact = builders.a_withdrawal(amount_fen)
        usecases.post_withdrawal(fact=fact, account=builders.a_tuition_account(), now=NOW)

    def test_waits_by_its_sign_and_no_more_once_it_is_even(self) -> None:
        steps.register()
        self.arrive(880)
        count_all()
        assert waiting() == {Wait.SUSPENSE: 1}

        self.leave(980)
        count_all()
        assert waiting() == {Wait.SUSPENSE_MISSING: 1}
        [one] = queries.list_in_suspense(Wait.SUSPENSE_MISSING, limit=9, cursor=None).rows
        assert one.by_state[State.SUSPENSE] == -100

        self.arrive(100, 2)
        count_all()
        assert waiting() == {}

    def test_waits_also_when_what_counted_it_ended_before_it_said_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        steps.register()
        self.arrive()
        with monkeypatch.context() as patch:
            patch.setattr(totals, "_watch", lambda _: None)
            count_all()
        assert waiting() == {}

        assert totals.count(SCHOOL, list(entries.scan())) == 0
        assert waiting() == {Wait.SUSPENSE: 1}


class TestTheDistrict:
    def test_has_what_its_schools_have_together_and_is_counted_once(self) -> None:
        for number in (1, 2):
            steps.register(number)
        steps.open_account(paid_fen=1_000)
        steps.open_account(2, paid_fen=500, institution_id=InstitutionId(an_id("ins", 2)))
        steps.pay_minimum(20_000)
        count_all()
        once = queries.get_district()
        count_all()

        by_state: Counter[State] = Counter()
        for one in queries.list_totals():
            by_state.update(one.by_state)
        assert dict(once.by_state) == {state: by_state[state] for state in State}
        assert once.by_state[State.MINIMUM_BALANCE] == 20_000
        assert once.counted_through == NOW
        assert queries.get_district() == once
        assert steps.violations() == {}

    def test_without_a_fen_has_none(self) -> None:
        assert set(queries.get_district().by_state.values()) == {0}
        assert queries.get_district().counted_through is None
