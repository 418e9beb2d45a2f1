"""What the bank computes and credits by itself."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from infra.local import bank_interest, trouble
from infra.local.bank_books import NoAccount
from infra.local.bank_simulator import Bank
from infra.local.test_clock import TestClock
from shared.kernel.clock import SHANGHAI
from tests.edge.conftest import SETTINGS

TUITION = "8000000011"
KEY = SETTINGS["BANK_WEBHOOK_KEYS"]


@pytest.fixture
def clock() -> TestClock:
    return TestClock(starts_at=datetime(2026, 9, 1, 10, tzinfo=SHANGHAI))


@pytest.fixture
def bank(clock: TestClock) -> Bank:
    """A bank with one supervised account, into which 10,000 yuan came on 1 September."""
    told: dict[str, Any] = {"webhook_key": KEY, "instruction_key": KEY, "inquiry_key": KEY, "clock": clock}
    bank = Bank(port=trouble.free_ports(1), events_url="http://127.0.0.1:9", **told)
    bank.open_account(TUITION, holder="示例舞蹈学校")
    bank.transfer(TUITION, 1_000_000, remittance="学费")
    return bank


def interest_messages(bank: Bank) -> list[Any]:
    return [one for one in bank.messages.listed() if one["type"] == "interest.posted"]


def moved(amount: int, day: str) -> dict[str, Any]:
    return {"amount_fen": amount, "booked_at": f"{day}T10:00:00.000+08:00"}


class TestEarned:
    @pytest.mark.parametrize(
        ("transactions", "fen"),
        [
            ([], 0),
            ([moved(1_000_000, "2026-09-01")], 194),  # 20 evenings: 194.4
            ([moved(1_000_000, "2026-06-01")], 894),  # 92 evenings: 894.4
            ([moved(1_000_000, "2026-09-01"), moved(-1_000_000, "2026-09-01")], 0),
            ([moved(1_000_000, "2026-09-20")], 10),  # one evening: 9.7
            ([moved(1_000_000, "2026-09-21")], 0),
        ],
    )
    def test_is_by_each_evenings_balance(self, transactions: list[dict[str, Any]], fen: int) -> None:
        assert bank_interest.earned_fen(transactions, date(2026, 6, 21), date(2026, 9, 20)) == fen


class TestLastPeriod:
    @pytest.mark.parametrize(
        ("today", "last"),
        [("2026-09-20", "2026-06-20"), ("2026-09-21", "2026-09-20"), ("2027-01-01", "2026-12-20")],
    )
    def test_is_over_before_the_day(self, today: str, last: str) -> None:
        assert bank_interest.last_period(date.fromisoformat(today))[1] == date.fromisoformat(last)


class TestCreditInterest:
    def test_comes_once_when_the_quarter_is_over(self, bank: Bank, clock: TestClock) -> None:
        bank.flush()
        assert interest_messages(bank) == []

        clock.advance(timedelta(days=20))
        bank.flush()
        bank.flush()

        [message] = interest_messages(bank)
        assert '"amount_fen":194' in message["body"]
        assert '"period_from":"2026-06-21","period_to":"2026-09-20"' in message["body"]
        assert (bank.books.balance_fen(TUITION), bank.books.audit()) == (1_000_194, [])

    def test_that_is_asked_for_is_credited_as_often(self, bank: Bank) -> None:
        for _ in range(2):
            assert [one.amount_fen for one in bank.credit_interest(TUITION, amount_fen=5)] == [5]

        assert bank.credit_interest() == []  # nothing was earned through 20 June

    def test_goes_wrong_when_that_is_asked_for(self, bank: Bank, clock: TestClock) -> None:
        bank.faults.arm("wrong_interest", amount_fen=7)
        clock.advance(timedelta(days=20))

        assert [one.amount_fen for one in bank.credit_interest()] == [201]

    def test_on_an_account_that_there_is_not_is_refused(self, bank: Bank) -> None:
        with pytest.raises(NoAccount):
            bank.credit_interest("8000000099")
