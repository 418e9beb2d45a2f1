"""Refunds of what was paid by WeChat: the bank pays WeChat, WeChat passes it on. Nothing lost, each once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from app import app
from functions.schedules import sweep, watch_wechat_payments
from functions.streams import raise_alerts
from infra.local.wechat_pay_simulator import PAYER, PAYER_ACCOUNT_NO, WeChatPay
from shared.alerts import store as alerts
from shared.funds import payment_answers, refund_money
from shared.kernel.money import Fen
from shared.messages import queries as messages
from shared.payments import refund_usecases, usecases
from shared.payments import store as orders
from shared.payments.refund_model import WeChatRefund
from shared.payments.store import refunds
from tests import builders, steps
from tests.api.district import District
from tests.builders import ENROLMENT, GUARDIAN, NOW, POLICY, SCHOOL
from tests.edge.doors import Answer, Clock, Door
from tests.payments.examples import FIRST, URL, a_callback, a_client, an_order, simulated, wired
from tests.schedules.running import run
from tests.streams.records import deliver, records_of

PRICE = Fen(288_000)
REFUND = f"ref_{ENROLMENT[4:]}01-1"


def put_paid() -> None:
    """An enrolment was paid by WeChat, and the bank has the money."""
    steps.register()
    steps.enrol(steps.put_on_sale())
    orders.add(an_order(amount_fen=PRICE), after=None)
    steps.pay(ENROLMENT, PRICE, reference="BKW00001", payer_name=PAYER, payer_account_no=PAYER_ACCOUNT_NO)
    usecases.settle(
        remittance=f"微信支付 {FIRST}", bank_reference="BKW00001", amount_fen=PRICE, suspense_fen=Fen(0), at=NOW
    )


def bank_pays_back() -> None:
    """The refund is agreed to and held, and the bank has paid it to who paid: WeChat."""
    refund = steps.hold_refund(steps.agree_to_refund(steps.ask_for_refund()))
    [payment] = refund_money.payments(refund)
    assert (payment.payment_id, payment.payee_account_no) == (REFUND, PAYER_ACCOUNT_NO)
    payment_answers.settle(fact=builders.a_refund_paid(payment), now=NOW)


def begin(payment_id: str = REFUND, *, paid_fen: int = PRICE) -> bool:
    """As the stream does."""
    return refund_usecases.begin(
        payment_id=payment_id,
        deposit_reference="BKW00001",
        paid_fen=Fen(paid_fen),
        tell=lambda refund: None,
        policy=POLICY,
        now=NOW,
    )


class TestOnTheEngine:
    def test_many_at_once_begin_one(self, on_engine: Any, hurried: list[int]) -> None:
        put_paid()
        with ThreadPoolExecutor(8) as hands:
            begun = list(hands.map(lambda _: begin(), range(12)))

        assert begun.count(True) == 1
        assert orders.get(FIRST).refunded_fen == PRICE

    def test_two_payments_at_once_give_back_no_more_than_was_paid(self, on_engine: Any, hurried: list[int]) -> None:
        put_paid()
        others = [f"ref_{ENROLMENT[4:]}0{number}-1" for number in (1, 2, 3)]
        with ThreadPoolExecutor(3) as hands:
            list(hands.map(lambda one: begin(one, paid_fen=200_000), others))

        found = refunds.list_of(ENROLMENT).values()
        assert sorted(one.amount_fen for one in found) == [0, 88_000, 200_000]
        assert sum(one.amount_fen + one.beyond_fen for one in found) == 600_000


@pytest.fixture
def pay(district: District, at: Clock, settings: pytest.MonkeyPatch) -> Iterator[WeChatPay]:
    """The bank has paid a refund to WeChat, which has it."""
    put_paid()
    with simulated(at, brought=lambda: PRICE) as made, wired(settings, made.site.url):
        a_client(made.site.url).prepay(an_order(amount_fen=PRICE), openid="o-1")
        made.pay(FIRST, fault="lose")
        bank_pays_back()
        yield made


def streams(district: District) -> None:
    assert deliver(raise_alerts.raise_alerts, records_of(district.client, "funds")) == []


def watch() -> int:
    """How many refunds have moved on."""
    return run(watch_wechat_payments.watch_wechat_payments)["refunds_moved"]


def the_refund() -> WeChatRefund:
    [found] = refunds.list_of(ENROLMENT).values()
    return found


def hears(pay: WeChatPay, *, state: str = "SUCCESS", amount: int = PRICE, **signature: Any) -> Answer:
    """WeChat calls back about the refund."""
    told = pay.refunds.told(REFUND)
    told["refund_status"] = state
    told["amount"]["refund"] = amount
    del told["status"]
    content = {**told, "mchid": "1900000109", "success_time": "2026-09-01T10:00:00+08:00"}
    body, headers = a_callback(content, event_type=f"REFUND.{state}", **signature)
    return Door(app, **headers).post(URL, body)


def raised() -> list[tuple[str, Any]]:
    found = alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows
    return [(one.rule.value, one.figures.get("why") or one.figures.get("what")) for one in found]


def told() -> list[str]:
    return [one.kind.value for one in messages.list_of(GUARDIAN, limit=9, cursor=None).rows]


class TestPassedOn:
    def test_from_the_banks_word_to_the_guardian(self, district: District, pay: WeChatPay) -> None:
        before = district.guardian.get(f"/v1/enrolments/{ENROLMENT}/refunds").body["data"][0]["payments"]
        assert [one["wechat"] for one in before] == [None]
        streams(district)
        assert watch() == 1
        assert the_refund().status.value == "processing"
        pay.refunds.process()
        assert hears(pay).status == 200

        [shown] = district.guardian.get(f"/v1/enrolments/{ENROLMENT}/refunds").body["data"][0]["payments"]
        assert (shown["wechat"], pay.refunds.given_fen()) == ("success", PRICE)
        assert "refund_arrived" in told()
        assert [rule for rule, _ in raised() if rule.startswith("wechat")] == []

    def test_what_was_paid_by_transfer_is_none_of_wechats(self, district: District) -> None:
        steps.register()
        steps.enrol(steps.put_on_sale())
        steps.pay(ENROLMENT, PRICE)
        refund = steps.hold_refund(steps.agree_to_refund(steps.ask_for_refund()))
        payment_answers.settle(fact=builders.a_refund_paid(refund_money.payments(refund)[0]), now=NOW)
        streams(district)

        assert refunds.list_of(ENROLMENT) == {}

    def test_a_record_that_comes_again_begins_nothing_again(self, district: District, pay: WeChatPay) -> None:
        for _ in range(2):
            streams(district)

        assert orders.get(FIRST).refunded_fen == PRICE

    def test_what_the_stream_lost_the_sweep_begins_and_counts(
        self, district: District, pay: WeChatPay, at: Clock
    ) -> None:
        at.pass_by(hours=17)

        assert run(sweep.sweep)["wechat_refunds_begun"] == 1
        assert run(sweep.sweep)["wechat_refunds_begun"] == 0

    def test_nothing_begins_where_the_bank_could_not_pay(self, district: District) -> None:
        put_paid()
        refund = steps.hold_refund(steps.agree_to_refund(steps.ask_for_refund()))
        payment_answers.void(fact=builders.a_refund_failed(refund_money.payments(refund)[0]), now=NOW)
        streams(district)

        assert refunds.list_of(ENROLMENT) == {}


@pytest.fixture
def begun(district: District, pay: WeChatPay) -> WeChatPay:
    streams(district)
    return pay


class TestFaults:
    def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_number(
        self, begun: WeChatPay, at: Clock
    ) -> None:
        begun.refunds.make(  # WeChat has it, and we never heard
            {
                "out_trade_no": FIRST,
                "out_refund_no": REFUND,
                "reason": "校外培训退费",
                "funds_account": "AVAILABLE",
                "notify_url": "http://127.0.0.1:9/v1/wechat/pay/notifications",
                "amount": {"refund": int(PRICE), "total": int(PRICE), "currency": "CNY"},
            }
        )

        assert watch() == 1
        begun.refunds.process()
        at.pass_by(minutes=15)
        assert watch() == 1
        assert (the_refund().status.value, begun.refunds.given_fen()) == ("success", PRICE)

    def test_a_callback_that_never_comes_is_made_up_for_by_asking(self, begun: WeChatPay, at: Clock) -> None:
        watch()
        begun.refunds.process()
        at.pass_by(minutes=15)

        assert watch() == 1
        assert the_refund().status.value == "success"
        at.pass_by(days=9)
        assert run(watch_wechat_payments.watch_wechat_payments)["refunds_due"] == 0

    def test_a_wechat_that_is_down_for_two_days_passes_it_on_afterwards(self, begun: WeChatPay, at: Clock) -> None:
        begun.faults.arm("down", 1000)
        for _ in range(2 * 24):
            watch()
            at.pass_by(hours=1)
        assert (the_refund().status.value, raised()[:0]) == ("prepared", [])
        begun.faults.clear()
        at.pass_by(hours=4)
        watch()
        begun.refunds.process()
        at.pass_by(hours=1)
        watch()

        assert (the_refund().status.value, begun.refunds.given_fen()) == ("success", PRICE)

    def test_what_the_bank_has_not_brought_yet_waits(
        self, district: District, at: Clock, settings: pytest.MonkeyPatch
    ) -> None:
        put_paid()
        brought = [0]
        with simulated(at, brought=lambda: brought[0]) as made, wired(settings, made.site.url):
            a_client(made.site.url).prepay(an_order(amount_fen=PRICE), openid="o-1")
            made.pay(FIRST, fault="lose")
            bank_pays_back()
            streams(district)
            assert watch() == 0
            assert the_refund().failure == "403 NOT_ENOUGH"
            brought[0] = PRICE
            at.pass_by(minutes=15)

            assert watch() == 1
            assert the_refund().failure == ""

    def test_an_abnormal_account_is_told_to_the_bureau_and_mended_there(self, begun: WeChatPay, at: Clock) -> None:
        watch()
        begun.faults.arm("refund_abnormal")
        begun.refunds.process()
        assert hears(begun, state="ABNORMAL").status == 200
        assert ("wechat_refund_stuck", "abnormal") in raised()

        begun.refunds.mend(REFUND)
        at.pass_by(days=1)
        assert watch() == 1
        assert (the_refund().status.value, begun.refunds.given_fen()) == ("success", PRICE)

    def test_one_that_wechat_closes_is_told_to_the_bureau_and_given_by_nobody(
        self, begun: WeChatPay, at: Clock
    ) -> None:
        watch()
        begun.faults.arm("refund_closed")
        begun.refunds.process()
        at.pass_by(minutes=15)
        watch()

        assert (the_refund().status.value, begun.refunds.given_fen()) == ("closed", 0)
        assert ("wechat_refund_stuck", "closed") in raised()

    def test_one_that_is_late_is_told_to_the_bureau_once(self, begun: WeChatPay, at: Clock) -> None:
        begun.faults.arm("down", 1000)
        for _ in range(9):
            at.pass_by(days=1)
            watch()

        assert [one for one in raised() if one[0] == "wechat_refund_stuck"] == [("wechat_refund_stuck", "late")]

    def test_interest_beyond_the_order_is_told_to_the_bureau(self, district: District, pay: WeChatPay) -> None:
        assert begin(paid_fen=PRICE + 120)

        assert (the_refund().amount_fen, the_refund().beyond_fen) == (PRICE, 120)
        watch()
        assert the_refund().status.value == "processing"


class TestCallback:
    @pytest.fixture(autouse=True)
    def _asked(self, begun: WeChatPay) -> None:
        watch()

    def test_three_times_is_once(self, pay: WeChatPay) -> None:
        assert [hears(pay).status for _ in range(3)] == [200] * 3
        assert told().count("refund_arrived") == 1

    def test_forged_or_stale_changes_nothing(self, pay: WeChatPay) -> None:
        assert hears(pay, signed_by="nobody", named="wechat").status == 401
        assert hears(pay, at=NOW - timedelta(minutes=6)).status == 401
        assert the_refund().status.value == "processing"

    def test_of_another_amount_is_refused_and_told_to_the_bureau(self, pay: WeChatPay) -> None:
        assert hears(pay, amount=PRICE + 100).status == 409
        assert the_refund().status.value == "processing"
        assert ("wechat_differs", "refund amount") in raised()

    def test_that_is_late_undoes_nothing(self, pay: WeChatPay) -> None:
        hears(pay)
        assert hears(pay, state="CLOSED", event_id="EV-2026090110000000009").status == 200
        assert the_refund().status.value == "success"

    def test_of_no_refund_of_ours_is_refused(self, pay: WeChatPay) -> None:
        content = {**pay.refunds.told(REFUND), "out_refund_no": "another", "mchid": "1900000109"}
        body, headers = a_callback(content, event_type="REFUND.SUCCESS")

        assert Door(app, **headers).post(URL, body).status == 404
