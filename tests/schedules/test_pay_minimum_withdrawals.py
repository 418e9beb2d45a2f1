"""Withdrawals from minimum balances on their way to the bank over HTTP."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.edge import wiring
from functions.schedules import pay_minimum_withdrawals
from shared.funds import minimum_money
from shared.funds.store import minimums, withdrawals
from tests import builders, steps, tables
from tests.bank.instructed import KEY, Bank
from tests.builders import MINIMUM_NO, NOW, PAYOUT_NO, SCHOOL
from tests.schedules.running import run
from tests.tables import killed_before

pytestmark = pytest.mark.usefixtures("hurried", "deposited")


@pytest.fixture(autouse=True)
def bank_of_ours(bank: Bank, settings: pytest.MonkeyPatch) -> Iterator[None]:
    """Our instructions go to the bank of the test."""
    settings.setenv("BANK_URL", f"http://127.0.0.1:{bank.server_port}")
    settings.setenv("BANK_SIGNING_KEY", KEY)
    wiring.bank.cache_clear()
    yield
    wiring.bank.cache_clear()


@pytest.fixture
def deposited(in_memory: Any) -> None:
    tables.put_in_memory(__name__, lambda: (steps.register(), steps.pay_minimum(20_000)))


def pay() -> dict[str, int]:
    return run(pay_minimum_withdrawals.pay_minimum_withdrawals)


class TestPayMinimumWithdrawals:
    def test_instructs_what_is_held_and_nothing_else(self, bank: Bank) -> None:
        steps.ask_to_withdraw()
        assert pay() == {"waiting": 0, "instructed": 0}
        minimum_money.hold(withdrawal_id=withdrawals.id_of(SCHOOL, 1), now=NOW)

        assert pay() == {"waiting": 1, "instructed": 1}

        [(path, _, body)] = bank.sent
        assert path == "/minimum-withdrawals"
        assert json.loads(body) == {
            "withdrawal_id": withdrawals.id_of(SCHOOL, 1),
            "from_account_no": MINIMUM_NO,
            "to_account_no": PAYOUT_NO,
            "amount_fen": 4000,
            "purpose": "最低余额支取",
            "currency": "CNY",
        }
        assert withdrawals.get(withdrawals.id_of(SCHOOL, 1)).status == "held"

    @pytest.mark.parametrize("status", [0, 202, 401, 500])
    def test_says_the_same_again_until_the_bank_has_paid(self, bank: Bank, status: int) -> None:
        withdrawal = steps.a_held_withdrawal()
        bank.status = status
        pay()
        bank.status = 200

        assert pay() == {"waiting": 1, "instructed": 1}
        assert bank.sent[0][2] == bank.sent[1][2]
        minimum_money.settle(fact=builders.a_withdrawal_paid(withdrawal), now=NOW)
        assert pay() == {"waiting": 0, "instructed": 0}

    def test_that_the_bank_will_never_take_is_given_back(self, bank: Bank) -> None:
        withdrawal = steps.a_held_withdrawal()
        bank.status = 422

        assert pay() == {"waiting": 1, "instructed": 0}

        found = withdrawals.get(withdrawal.withdrawal_id)
        assert (found.status, "422" in found.failure) == ("failed", True)
        assert minimums.get(SCHOOL).balance_fen == 20_000

    @pytest.mark.parametrize("status", [202, 422])
    def test_killed_anywhere_comes_to_the_same(self, bank: Bank, status: int) -> None:
        steps.a_held_withdrawal()
        bank.status = status
        with killed_before("TransactWriteItems", call=1):
            pay()

        assert pay()["waiting"] == 1
        steps.count_all()
        assert steps.violations() == {}
