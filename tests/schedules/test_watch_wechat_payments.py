from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.schedules import watch_wechat_payments
from infra.local.wechat_pay_simulator import WeChatPay
from shared.alerts import store as alerts
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from shared.payments import rules, store
from shared.payments.model import PaymentOrder, Status
from tests import steps
from tests.builders import ENROLMENT, NOW, SCHOOL, an_id
from tests.edge.doors import Clock
from tests.payments.examples import FIRST, a_client, an_order, simulated, wired
from tests.schedules.running import run
from tests.tables import just_before

pytestmark = pytest.mark.usefixtures("hurried")
HALF_AN_HOUR = timedelta(minutes=30)
EXPIRES = NOW + timedelta(hours=72)


@pytest.fixture
def pay(in_memory: Any, at: Clock, settings: pytest.MonkeyPatch) -> Iterator[WeChatPay]:
    """An enrolment of 1,000 fen, and its order at WeChat and with us."""
    steps.register()
    steps.open_account()
    with simulated(at) as made, wired(settings, made.site.url):
        store.add(an_order(), after=None)
        a_client(made.site.url).prepay(an_order(), openid="o-1")
        yield made


def order() -> PaymentOrder:
    return store.get(FIRST)


def watch() -> dict[str, int]:
    """What became of the orders; of refunds, tests/api/test_wechat_refunds.py."""
    figures = run(watch_wechat_payments.watch_wechat_payments)
    return {name: figures[name] for name in ("due", "done")}


def raised() -> list[tuple[str, Any]]:
    return [(one.rule.value, one.figures) for one in alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows]


class TestLostCallback:
    def test_is_found_by_asking(self, pay: WeChatPay, at: Clock) -> None:
        pay.faults.arm("lose")
        pay.pay(FIRST)
        at.pass_by(minutes=30)

        assert watch() == {"due": 1, "done": 1}
        assert (order().status.value, order().paid_at, bool(order().transaction_id)) == ("paid_unsettled", NOW, True)
        assert watch() == {"due": 0, "done": 0}

    @pytest.mark.parametrize(("minutes", "due"), [(29, 0), (30, 1)])
    def test_is_asked_for_after_half_an_hour(self, pay: WeChatPay, at: Clock, minutes: int, due: int) -> None:
        at.pass_by(minutes=minutes)

        assert watch()["due"] == due

    def test_nothing_paid_is_asked_for_again_half_an_hour_later(self, pay: WeChatPay, at: Clock) -> None:
        at.pass_by(minutes=30)
        watch()

        assert (order().status.value, order().look_at) == ("prepared", NOW + 2 * HALF_AN_HOUR)
        assert watch()["due"] == 0
        at.pass_by(minutes=30)
        assert watch()["due"] == 1

    def test_of_another_amount_is_told_and_not_taken(self, pay: WeChatPay, at: Clock) -> None:
        pay.faults.arm("lose")
        pay.pay(FIRST)
        pay.orders.get(FIRST)["amount"]["total"] = 900
        at.pass_by(minutes=30)

        assert watch() == {"due": 1, "done": 0}
        assert (order().status.value, order().differs) == ("prepared", "amount")
        [(rule, figures)] = raised()
        assert (rule, figures["agreed"], figures["told"]) == ("wechat_differs", "1000", "900")
        assert watch()["due"] == 0  # once a day from now on
        at.pass_by(days=1)
        assert watch()["due"] == 1
        assert len(raised()) == 1

    def test_with_wechat_down_is_asked_for_by_the_next_run(self, pay: WeChatPay, at: Clock) -> None:
        pay.faults.arm("lose")
        pay.pay(FIRST)
        pay.faults.arm("down")
        at.pass_by(minutes=30)

        assert watch() == {"due": 1, "done": 0}
        assert watch() == {"due": 1, "done": 1}
        assert order().status == "paid_unsettled"


class TestClosing:
    def test_ends_an_order_with_its_enrolments_time(self, pay: WeChatPay, at: Clock) -> None:
        at.now = EXPIRES - timedelta(seconds=1)
        watch()
        assert (order().status.value, order().look_at) == ("prepared", EXPIRES)
        at.now = EXPIRES

        assert watch() == {"due": 1, "done": 1}
        assert (order().status.value, pay.orders.told(FIRST)["trade_state"]) == ("closed", "CLOSED")
        assert watch()["due"] == 0

    def test_ends_one_whose_enrolment_is_paid_by_the_bank(self, pay: WeChatPay, at: Clock) -> None:
        steps.pay(ENROLMENT, 1000)
        at.pass_by(minutes=30)
        watch()

        assert (order().status.value, pay.orders.get(FIRST)["state"]) == ("closed", "CLOSED")

    def test_of_one_that_is_paid_in_the_same_moment_takes_the_payment(self, pay: WeChatPay, at: Clock) -> None:
        """The bank has paid it, and the guardian pays again just when WeChat is asked to close."""
        steps.pay(ENROLMENT, 1000)
        at.pass_by(minutes=30)
        ask = pay.orders.told

        def told_and_paid(number: str) -> dict[str, Any]:
            told = ask(number)
            if told["trade_state"] == "NOTPAY":
                pay.orders.pay(number)
            return told

        pay.orders.told = told_and_paid  # type: ignore[method-assign]
        watch()
        assert order().status == "prepared"
        at.pass_by(minutes=30)
        watch()
        assert order().status == "paid_unsettled"

    def test_of_one_that_wechat_never_heard_of(self, pay: WeChatPay, at: Clock) -> None:
        """Its first call was lost on the way."""
        other = EnrolmentId(an_id("enr", 2))
        steps.open_account(2)
        store.add(an_order(enrolment_id=other), after=None)
        at.pass_by(minutes=30)
        watch()
        assert store.find_last(other).status == "prepared"  # type: ignore[union-attr]
        at.now = EXPIRES
        watch()

        assert store.find_last(other).status == "closed"  # type: ignore[union-attr]


class TestUnsettled:
    @pytest.fixture
    def paid(self, pay: WeChatPay, at: Clock) -> WeChatPay:
        """Paid on Tuesday, told half an hour later; the third working day after it is Friday."""
        pay.pay(FIRST)
        at.pass_by(minutes=30)
        watch()
        assert order().settle_by is not None
        return pay

    @pytest.mark.parametrize(("hours", "due"), [(85.9, 0), (86.1, 1)])  # from 10:00 on Tuesday to midnight on Friday
    def test_is_told_after_the_last_day(self, paid: WeChatPay, at: Clock, hours: float, due: int) -> None:
        at.now = NOW + timedelta(hours=hours)

        assert watch()["due"] == due
        expected = {
            "out_trade_no": FIRST,
            "amount_fen": 1000,
            "paid_on": "2026-09-01",
            "settle_by": "2026-09-04",
        }
        assert raised() == [("wechat_unsettled", expected)][:due]

    def test_is_told_once_and_looked_at_once_a_day(self, paid: WeChatPay, at: Clock) -> None:
        at.now = NOW + timedelta(hours=87)
        watch()
        assert watch()["due"] == 0
        at.pass_by(days=1)
        assert watch()["due"] == 1

        assert [rule for rule, _ in raised()] == ["wechat_unsettled"]
        assert order().status == "paid_unsettled"

    def test_is_over_once_the_bank_has_it(self, paid: WeChatPay, at: Clock) -> None:
        told = {"bank_reference": "BK1", "amount_fen": Fen(1000), "suspense_fen": Fen(0), "at": at.now}
        store.change(order(), rules.settle(order(), **told))  # type: ignore[arg-type]
        at.now = NOW + timedelta(hours=87)

        assert watch()["due"] == 0
        assert raised() == []

    def test_of_what_wechat_has_given_back_is_no_alert(self, paid: WeChatPay, at: Clock) -> None:
        paid.orders.refund(FIRST)
        at.now = NOW + timedelta(hours=87)
        watch()

        assert order().status is Status.REFUNDED
        assert raised() == []

    def test_that_the_bank_has_in_this_very_moment_is_no_alert(self, paid: WeChatPay, at: Clock) -> None:
        at.now = NOW + timedelta(hours=87)
        settled = replace(order(), status=Status.SETTLED, bank_reference="BK1")
        with just_before("TransactWriteItems", lambda: store.change(order(), settled)):
            watch()

        assert order().status is Status.SETTLED
        assert raised() == []


class TestNothingDue:
    def test_needs_no_merchant(self, in_memory: Any) -> None:
        assert watch() == {"due": 0, "done": 0}
