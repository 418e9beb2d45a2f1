"""Silence that counts as agreed, and agreed refunds on their way to the bank over HTTP."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.edge import wiring
from functions.schedules import agree_refunds, pay_refunds
from shared.funds import queries as funds
from shared.funds import refund_model, refund_money
from shared.funds.store import accounts
from shared.funds.store import refunds as refund_store
from shared.mall import queries as mall
from shared.mall.rules import SoldOut
from tests import builders, steps, tables
from tests.bank.instructed import KEY, Bank
from tests.builders import ENROLMENT, NOW, TUITION_NO
from tests.edge.doors import Clock
from tests.schedules.running import run
from tests.tables import just_before, killed_before

pytestmark = pytest.mark.usefixtures("hurried", "enrolled")


@pytest.fixture(autouse=True)
def bank_of_ours(bank: Bank, settings: pytest.MonkeyPatch) -> Iterator[None]:
    """Our instructions go to the bank of the test."""
    settings.setenv("BANK_URL", f"http://127.0.0.1:{bank.server_port}")
    settings.setenv("BANK_SIGNING_KEY", KEY)
    wiring.bank.cache_clear()
    yield
    wiring.bank.cache_clear()


@pytest.fixture
def enrolled(in_memory: Any) -> None:
    """Two enrolments, each paid, in a class of two seats."""

    def put() -> None:
        steps.register()
        offering = steps.put_on_sale(builders.a_course(price_fen=1000, lessons=3), seats=2)
        for number in (1, 2):
            steps.enrol(offering, number)
            steps.pay(builders.an_enrolment_made(number).enrolment_id, 1000)

    tables.put_in_memory(__name__, put)


def agreed(number: int = 1) -> refund_model.Refund:
    return steps.agree_to_refund(steps.ask_for_refund(number))


def found(refund: refund_model.Refund) -> refund_model.Refund:
    return funds.get_refund(refund.refund_id)


def told(bank: Bank) -> list[dict[str, Any]]:
    return [json.loads(body) for _, _, body in bank.sent]


class TestAgreeRefunds:
    def test_counts_silence_when_the_days_are_over(self, at: Clock) -> None:
        refund = steps.ask_for_refund()
        assert run(agree_refunds.agree_refunds) == {"due": 0, "agreed": 0}

        at.pass_by(days=8)

        assert run(agree_refunds.agree_refunds) == {"due": 1, "agreed": 1}
        assert found(refund).agreed_by == "silence"
        assert run(agree_refunds.agree_refunds) == {"due": 0, "agreed": 0}


class TestSeat:
    def test_of_a_refunded_child_is_sold_again_once(self) -> None:
        agreed()
        offering = mall.get_course(builders.COURSE).offerings[0]
        with pytest.raises(SoldOut):
            steps.enrol(offering, 3)

        run(pay_refunds.pay_refunds)
        run(pay_refunds.pay_refunds)
        steps.enrol(mall.get_course(builders.COURSE).offerings[0], 3)

        with pytest.raises(SoldOut):
            steps.enrol(offering, 4)
        of_class = funds.list_by_offering(builders.SCHOOL, offering.offering_id)
        assert sorted((one.enrolment_id, one.open) for one in of_class) == [
            (ENROLMENT, False),
            (builders.an_id("enr", 2), True),
            (builders.an_id("enr", 3), True),
        ]


class TestPayRefunds:
    def test_holds_and_instructs(self, bank: Bank) -> None:
        refund = agreed()

        assert run(pay_refunds.pay_refunds) == {"waiting": 1, "instructed": 1}

        assert [path for path, _, _ in bank.sent] == ["/refunds"]
        assert told(bank) == [
            {
                "payment_id": f"{refund.refund_id}-1",
                "from_account_no": TUITION_NO,
                "to_account_no": "6222000000000001",
                "payee_name": "示例家长",
                "amount_fen": 1000,
                "original_bank_reference": accounts.get(ENROLMENT).bank_references[0],
                "purpose": "退费",
                "currency": "CNY",
            }
        ]
        assert found(refund).status == "instructed"

    def test_twice_instructs_once(self, bank: Bank) -> None:
        agreed()
        run(pay_refunds.pay_refunds)

        assert run(pay_refunds.pay_refunds) == {"waiting": 1, "instructed": 0}
        assert len(bank.sent) == 1

    def test_two_at_once_hold_once_and_say_the_same_to_the_bank(self, bank: Bank) -> None:
        agreed()
        with just_before("TransactWriteItems", lambda: run(pay_refunds.pay_refunds)):
            run(pay_refunds.pay_refunds)

        assert {json.dumps(one, sort_keys=True) for one in told(bank)} == {json.dumps(told(bank)[0], sort_keys=True)}
        assert accounts.get(ENROLMENT).refund_pending_fen == 1000

    @pytest.mark.parametrize("status", [0, 401, 500])
    def test_that_the_bank_does_not_take_now_stays_held_and_is_sent_again(self, bank: Bank, status: int) -> None:
        refund = agreed()
        bank.status = status
        assert run(pay_refunds.pay_refunds) == {"waiting": 1, "instructed": 0}
        assert found(refund).status == "held"

        bank.status = 202

        assert run(pay_refunds.pay_refunds) == {"waiting": 1, "instructed": 1}
        assert bank.sent[0][2] == bank.sent[1][2]  # the same instruction, to the byte

    def test_that_the_bank_will_never_take_is_given_back_and_shown(self, bank: Bank) -> None:
        refund = agreed()
        bank.status = 422

        run(pay_refunds.pay_refunds)

        assert (found(refund).status, found(refund).waits_for) == ("failed", "attention")
        assert "422" in found(refund).failure
        assert accounts.get(ENROLMENT).held_fen == 1000

    def test_one_that_fails_stops_no_other(self, bank: Bank) -> None:
        first, second = agreed(1), agreed(2)
        with just_before("TransactWriteItems", lambda: steps.hold_refund(first)):
            assert run(pay_refunds.pay_refunds) == {"waiting": 2, "instructed": 2}
        assert (found(first).status, found(second).status) == ("instructed", "instructed")

    @pytest.mark.parametrize("call", [1, 2, 3])
    def test_killed_anywhere_is_paid_once_in_the_end(self, bank: Bank, call: int) -> None:
        refund = agreed()
        with killed_before("TransactWriteItems", call=call):
            run(pay_refunds.pay_refunds)
        run(pay_refunds.pay_refunds)
        [payment] = refund_money.payments(refund)
        refund_money.settle(fact=builders.a_refund_paid(payment), now=NOW)
        run(pay_refunds.pay_refunds)

        assert found(refund).status == "paid"
        assert accounts.get(ENROLMENT).refunded_fen == 1000
        assert run(pay_refunds.pay_refunds) == {"waiting": 0, "instructed": 0}
        steps.count_all()
        assert steps.violations() == {}

    def test_goes_on_while_the_schools_releases_are_frozen(self, bank: Bank) -> None:
        agreed()
        steps.freeze()

        assert run(pay_refunds.pay_refunds) == {"waiting": 1, "instructed": 1}

    def test_goes_through_every_page_of_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(refund_store, "PAGE", 1)
        first, second = agreed(1), agreed(2)

        assert run(pay_refunds.pay_refunds) == {"waiting": 2, "instructed": 2}
        assert (found(first).status, found(second).status) == ("instructed", "instructed")
