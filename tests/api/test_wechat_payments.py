"""Paying by WeChat: the guardian's order, WeChat's callbacks, and the bank's deposit that alone makes it active."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from app import app
from functions.edge import seats, wiring
from functions.schedules import expire_unpaid, watch_wechat_payments
from infra.local import wechat_pay_wire as wire
from infra.local.wechat_pay_simulator import WeChatPay
from shared.alerts import store as alerts
from shared.bank import store as inbox
from shared.bank.store import Outcome
from shared.funds import expiry
from shared.funds import queries as funds
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from shared.payments import rules, store
from shared.people.store import families
from tests import letters, steps
from tests.api.district import District, enrolling
from tests.builders import GUARDIAN, NOW, SCHOOL, TUITION_NO
from tests.edge.doors import Answer, Clock, Door, bearer
from tests.payments import examples
from tests.payments.examples import URL, a_callback, a_transaction, simulated, wired
from tests.schedules.running import run
from tests.tables import busy, just_before

PRICE = 288_000
EXPIRES = NOW + timedelta(hours=72)


class OpenIds:
    """WeChat's sign-in codes, which say whose they are."""

    def openid_of(self, code: str) -> str:
        return code.partition("#")[0]


@pytest.fixture
def pay(at: Clock, settings: pytest.MonkeyPatch) -> Iterator[WeChatPay]:
    """WeChat Pay, to which the functions are led."""
    settings.setattr(wiring, "wechat", OpenIds)
    with simulated(at) as made, wired(settings, made.site.url):
        yield made


@pytest.fixture
def enrolment(district: District, pay: WeChatPay) -> str:
    """The first guardian has enrolled, for 2,880 yuan, which nobody has paid."""
    families.add_guardian("openid-1", GUARDIAN)
    return str(enrolling(district.opens())(district.guardian).body["enrolment_id"])


def paying(enrolment: str, *, openid: str = "openid-1", key: str = "pay-by-wechat-1") -> Any:
    body = {"wechat_code": f"{openid}#{key}"}
    return lambda door: door.post(f"/v1/enrolments/{enrolment}/wechat-payment", body, key=key)


def hears(told: tuple[bytes, dict[str, str]]) -> Answer:
    """WeChat calls back."""
    body, headers = told
    return Door(app, **headers).post(URL, body)


def paid(number: str, *, amount_fen: int = PRICE, **changes: Any) -> dict[str, Any]:
    return a_transaction(out_trade_no=number, amount_fen=amount_fen, **changes)


def bank_posts(
    district: District,
    number: str,
    amount_fen: int = PRICE,
    *,
    reference: str = "BKW00001",
    at: datetime = NOW,
) -> Answer:
    told = letters.a_letter(
        bank_reference=reference, amount_fen=amount_fen, remittance=f"微信支付 {number}", account_no=TUITION_NO
    )
    return district.hears(told, message_id=f"msg-{reference}", at=at)


def view(district: District, enrolment: str, *, language: str = "zh") -> Any:
    return district.guardian.with_headers(accept_language=language).get(f"/v1/enrolments/{enrolment}").body


def raised() -> list[tuple[str, str, str]]:
    """The alerts: the rule, what, the amount told."""
    found = alerts.list_alerts(SCHOOL, limit=20, cursor=None).rows
    return [(one.rule.value, str(one.figures.get("what", "")), str(one.figures.get("told", ""))) for one in found]


@pytest.fixture
def number(district: District, enrolment: str) -> str:
    """The order that the guardian has asked for."""
    return str(paying(enrolment)(district.guardian).body["out_trade_no"])


class TestOffer:
    def test_is_among_the_methods_where_there_is_a_merchant(
        self, district: District, enrolment: str, settings: pytest.MonkeyPatch
    ) -> None:
        assert view(district, enrolment)["payment"]["methods"] == ["bank_transfer", "wechat_pay"]
        assert view(district, enrolment)["wechat_payment"] is None

        settings.delenv("WECHAT_PAY_MCH_ID")
        assert view(district, enrolment)["payment"]["methods"] == ["bank_transfer"]
        district.refuses(district.guardian, paying(enrolment), 409, "wechat_pay_not_offered")
        assert hears(a_callback()).status == 409


class TestPayByWeChat:
    def test_gives_what_the_mini_program_pays_with(self, district: District, enrolment: str, pay: WeChatPay) -> None:
        answer = paying(enrolment)(district.guardian)

        number = f"{enrolment.removeprefix('enr_')}-1"
        told = answer.body
        assert (answer.status, told["out_trade_no"]) == (201, number)
        assert told["amount"] == {"amount_fen": PRICE, "currency": "CNY"}
        assert told["pay_before"] == "2026-09-04T10:00:00+08:00"
        call = told["request_payment"]
        assert (call["timeStamp"], call["signType"]) == (str(int(NOW.timestamp())), "RSA")
        lines = [examples.APP_ID, call["timeStamp"], call["nonceStr"], call["package"]]
        assert wire.verifies(examples.key("ours"), lines, call["paySign"])
        assert pay.orders.get(number)["payer"] == {"openid": "openid-1"}
        assert view(district, enrolment)["wechat_payment"]["status"] == "prepared"

    def test_keeps_nowhere_who_pays(self, district: District, enrolment: str) -> None:
        paying(enrolment)(district.guardian)

        assert "openid-1" not in district.dump()

    def test_again_is_the_same_order(self, district: District, enrolment: str, pay: WeChatPay) -> None:
        first = paying(enrolment)(district.guardian)
        same_key = paying(enrolment)(district.guardian)
        other_key = paying(enrolment, key="pay-by-wechat-2")(district.guardian)

        assert same_key.body == first.body
        assert other_key.body["out_trade_no"] == first.body["out_trade_no"]
        assert len(pay.orders.numbers()) == 1

    def test_is_for_what_is_still_missing(self, district: District, enrolment: str, pay: WeChatPay) -> None:
        first = paying(enrolment)(district.guardian).body["out_trade_no"]
        steps.pay(EnrolmentId(enrolment), 100_000)

        told = paying(enrolment, key="pay-by-wechat-2")(district.guardian).body

        assert told["amount"]["amount_fen"] == PRICE - 100_000
        assert told["out_trade_no"] == first[:-1] + "2"
        assert pay.orders.told(first)["trade_state"] == "CLOSED"

    def test_of_one_that_was_paid_meanwhile_is_refused_and_noted(
        self, district: District, enrolment: str, number: str, pay: WeChatPay
    ) -> None:
        """Its callback is lost, and a part came by the bank."""
        pay.faults.arm("lose")
        pay.pay(number)
        steps.pay(EnrolmentId(enrolment), 100_000)

        answer = paying(enrolment, key="pay-by-wechat-2")(district.guardian)

        assert (answer.status, answer.code) == (409, "wechat_paid_already")
        assert store.get(number).status == "paid_unsettled"

    def test_that_waits_for_the_bank_is_not_paid_twice(self, district: District, enrolment: str, number: str) -> None:
        hears(a_callback(paid(number)))

        district.refuses(
            district.guardian, paying(enrolment, key="pay-by-wechat-2"), 409, "wechat_paid_already", but=["edge"]
        )

    def test_paid_at_wechat_and_not_told_yet_is_learnt(
        self, district: District, enrolment: str, number: str, pay: WeChatPay
    ) -> None:
        pay.faults.arm("lose")
        pay.pay(number)

        answer = paying(enrolment, key="pay-by-wechat-2")(district.guardian)

        assert (answer.status, answer.code) == (409, "wechat_paid_already")
        assert view(district, enrolment)["wechat_payment"]["status"] == "paid_unsettled"

    @pytest.mark.parametrize("act", ["paid", "over", "expired"])
    def test_of_what_is_not_waiting_to_be_paid_is_refused(
        self, district: District, enrolment: str, at: Clock, act: str
    ) -> None:
        if act == "paid":
            steps.pay(EnrolmentId(enrolment), PRICE)
        else:
            at.now = EXPIRES - timedelta(seconds=60)
        guardian = district.nobody.with_headers(authorization=bearer())
        if act == "expired":
            at.now = EXPIRES
            guardian = district.nobody.with_headers(authorization=bearer())
            run(expire_unpaid.expire_unpaid)

        district.refuses(guardian, paying(enrolment), 409, "nothing_to_pay", but=["edge"])

    def test_with_anothers_wechat_is_refused(self, district: District, enrolment: str) -> None:
        district.refuses(district.guardian, paying(enrolment, openid="openid-2"), 403, "anothers_wechat", but=["edge"])

    def test_of_anothers_enrolment_is_unknown(self, district: District, enrolment: str) -> None:
        district.refuses(district.stranger, paying(enrolment), 404, "unknown_enrolment", but=["edge"])

    def test_with_wechat_down_may_be_tried_again(self, district: District, enrolment: str, pay: WeChatPay) -> None:
        pay.faults.arm("down")

        answer = paying(enrolment)(district.guardian)

        assert (answer.status, answer.code) == (503, "try_again")
        assert paying(enrolment)(district.guardian).status == 201
        assert pay.orders.numbers() == [f"{enrolment.removeprefix('enr_')}-1"]

    def test_after_a_closed_order_is_the_next_try(
        self, district: District, enrolment: str, number: str, pay: WeChatPay
    ) -> None:
        """Closed at WeChat behind our back."""
        pay.orders.close(number)

        told = paying(enrolment, key="pay-by-wechat-2")(district.guardian).body

        assert told["out_trade_no"] == number[:-1] + "2"
        assert store.get(number).status == "closed"


class TestCallback:
    def test_is_noted_and_moves_no_money(self, district: District, enrolment: str, number: str) -> None:
        before = district.dump(but=["payments", "bank"])
        told = a_callback(paid(number))

        answer = hears(told)

        assert (answer.status, answer.body) == (200, {"code": "SUCCESS", "message": "成功"})
        assert district.dump(but=["payments", "bank"]) == before
        account = funds.get_account(EnrolmentId(enrolment))
        assert (account.status.value, account.paid_fen) == ("awaiting_deposit", 0)
        shown = view(district, enrolment)["wechat_payment"]
        assert (shown["status"], shown["expected_by"]) == ("paid_unsettled", "2026-09-04")
        assert shown["note"] == "已用微信支付，等待银行入账；入账后报名生效。"
        assert "waiting for the bank" in view(district, enrolment, language="en")["wechat_payment"]["note"]
        [letter] = inbox.list_letters("wechat-EV-2026090110000000001")
        assert (letter.body, letter.outcome) == (told[0], Outcome.POSTED)

    def test_then_the_banks_deposit_makes_it_active(self, district: District, enrolment: str, number: str) -> None:
        hears(a_callback(paid(number)))

        assert bank_posts(district, number).body == {"status": "posted"}

        account = funds.get_account(EnrolmentId(enrolment))
        assert (account.status.value, account.held_fen) == ("active", PRICE)
        shown = view(district, enrolment)
        assert (shown["wechat_payment"]["status"], shown["payment"]) == ("settled", None)
        assert store.get(number).bank_reference == "BKW00001"
        assert raised() == []

    def test_after_the_deposit_changes_nothing_of_it(self, district: District, enrolment: str, number: str) -> None:
        """Out of order: the bank was quicker."""
        bank_posts(district, number)

        assert hears(a_callback(paid(number))).status == 200

        order = store.get(number)
        assert (order.status.value, order.transaction_id) == ("settled", a_transaction()["transaction_id"])
        assert funds.get_account(EnrolmentId(enrolment)).paid_fen == PRICE
        assert raised() == []

    def test_again_is_answered_again_and_changes_nothing(self, district: District, number: str) -> None:
        told = a_callback(paid(number))
        hears(told)
        before = district.dump()

        assert [hears(told).status for _ in range(3)] == [200] * 3
        assert district.dump() == before

    def test_again_under_another_id_changes_nothing_of_the_order(self, district: District, number: str) -> None:
        hears(a_callback(paid(number)))
        before = store.get(number)

        assert hears(a_callback(paid(number), event_id="EV-2")).status == 200
        assert store.get(number) == before

    def test_again_after_five_minutes_is_stale(self, district: District, number: str, at: Clock) -> None:
        told = a_callback(paid(number))
        hears(told)
        at.pass_by(seconds=301)

        assert hears(told).body["code"] == "FAIL"
        assert hears(told).status == 401

    def test_with_another_content_under_its_id_is_a_conflict_and_an_alert(
        self, district: District, enrolment: str, number: str
    ) -> None:
        hears(a_callback(paid(number)))
        before = store.get(number)

        answers = [hears(a_callback(paid(number, success_time="2026-09-01T10:00:01+08:00"))) for _ in range(2)]

        assert [(one.status, one.body["code"]) for one in answers] == [(409, "FAIL")] * 2
        assert "message_id_reused" in answers[0].body["message"]
        assert store.get(number) == before
        assert raised() == [("wechat_differs", "event", "EV-2026090110000000001")]
        assert len(inbox.list_letters("wechat-EV-2026090110000000001")) == 2

    @pytest.mark.parametrize(
        ("changes", "what", "told"),
        [
            ({"amount_fen": PRICE - 1}, "amount", str(PRICE - 1)),
            ({"amount_fen": PRICE + 1}, "amount", str(PRICE + 1)),
            ({"mchid": "1900000110"}, "mchid", "1900000110"),
            ({"appid": "wx1"}, "appid", "wx1"),
            ({"amount": {"total": PRICE, "currency": "USD"}}, "currency", "USD"),
        ],
    )
    def test_of_something_else_is_noted_told_and_never_taken(
        self, district: District, enrolment: str, number: str, changes: dict[str, Any], what: str, told: str
    ) -> None:
        before = district.dump(but=["payments", "bank", "alerts"])
        callback = a_callback(paid(number, **changes))

        answers = [hears(callback) for _ in range(2)]

        assert [(one.status, one.body["code"]) for one in answers] == [(409, "FAIL")] * 2
        assert "wechat_payment_differs" in answers[0].body["message"]
        order = store.get(number)
        assert (order.status.value, order.differs) == ("prepared", what)
        assert raised() == [("wechat_differs", what, told)]
        assert district.dump(but=["payments", "bank", "alerts"]) == before
        [letter] = inbox.list_letters("wechat-EV-2026090110000000001")
        assert (letter.body, letter.outcome, letter.code) == (callback[0], Outcome.REFUSED, "wechat_payment_differs")

    @pytest.mark.parametrize(
        ("told", "code"),
        [
            ({"signed_by": "nobody", "named": "wechat"}, "wechat_bad_signature"),
            ({"signed_by": "nobody"}, "wechat_bad_signature"),
            ({"at": NOW - timedelta(seconds=301)}, "wechat_stale_notice"),
            ({"at": NOW + timedelta(seconds=301)}, "wechat_stale_notice"),
            ({"api_v3_key": "another-api-v3-key-of-32-letters"}, "wechat_bad_signature"),
        ],
    )
    def test_forged_or_stale_is_refused_and_kept(
        self, district: District, number: str, told: dict[str, Any], code: str
    ) -> None:
        before = district.dump(but=["bank"])
        callback = a_callback(paid(number), **told)

        answer = hears(callback)

        assert (answer.status, answer.body["code"]) == (401, "FAIL")
        assert answer.body["message"].startswith(code)
        assert answer.headers["content-type"] == "application/json"
        assert district.dump(but=["bank"]) == before
        [(message_id, kept)] = inbox.list_refused("2026-09-01", limit=9, cursor=None).rows
        assert kept == code
        assert [one.body for one in inbox.list_letters(message_id)] == [callback[0]]

    def test_of_an_order_that_is_not_ours_is_refused_and_kept(self, district: District, number: str) -> None:
        answer = hears(a_callback(paid(number[:-1] + "7")))

        assert (answer.status, answer.body["code"]) == (404, "FAIL")
        [(message_id, code)] = inbox.list_refused("2026-09-01", limit=9, cursor=None).rows
        assert (message_id, code) == ("wechat-EV-2026090110000000001", "unknown_payment_order")
        assert raised() == []

    def test_of_another_kind_is_recorded(self, district: District, number: str) -> None:
        body = json.loads(a_callback(paid(number))[0])
        raw = json.dumps({**body, "event_type": "COUPON.USE"}).encode()

        assert hears((raw, examples.headers_of(raw))).status == 200
        [letter] = inbox.list_letters("wechat-EV-2026090110000000001")
        assert letter.outcome is Outcome.RECORDED
        assert store.get(number).status == "prepared"

    @pytest.mark.parametrize("body", [b"", b"x" * 70_000, b"[]", b"\xff\xfe"])
    def test_that_is_no_callback_is_refused_in_wechats_words(
        self, district: District, number: str, body: bytes
    ) -> None:
        answer = district.nobody.post(URL, body)

        assert (answer.status, answer.body["code"]) in ((401, "FAIL"), (413, "FAIL"))

    def test_while_the_database_is_busy_is_to_come_again(
        self, district: District, number: str, hurried: list[int]
    ) -> None:
        with busy("TransactWriteItems"):
            answer = hears(a_callback(paid(number)))
        assert (answer.status, answer.body["code"]) == (503, "FAIL")
        assert store.get(number).status == "prepared"

        assert hears(a_callback(paid(number))).status == 200
        assert store.get(number).status == "paid_unsettled"

    def test_a_deposit_between_reading_and_writing_is_not_lost(
        self, district: District, enrolment: str, number: str, hurried: list[int]
    ) -> None:
        with just_before("TransactWriteItems", lambda: store.change(store.get(number), settled(number))):
            assert hears(a_callback(paid(number))).status == 200

        order = store.get(number)
        assert (order.status.value, bool(order.transaction_id)) == ("settled", True)


class TestDeposit:
    def test_without_a_callback_settles_the_order(self, district: District, enrolment: str, number: str) -> None:
        bank_posts(district, number)

        assert view(district, enrolment)["wechat_payment"]["status"] == "settled"
        assert funds.get_account(EnrolmentId(enrolment)).status == "active"

    def test_of_another_amount_is_what_the_ledger_has_and_an_alert(
        self, district: District, enrolment: str, number: str
    ) -> None:
        hears(a_callback(paid(number)))

        bank_posts(district, number, PRICE - 500)

        assert funds.get_account(EnrolmentId(enrolment)).due_fen == 500
        assert store.get(number).settled_fen == PRICE - 500
        assert raised() == [("wechat_differs", "deposit", str(PRICE - 500))]
        again = paying(enrolment, key="pay-by-wechat-2")(district.guardian).body
        assert (again["out_trade_no"], again["amount"]["amount_fen"]) == (number[:-1] + "2", 500)

    def test_that_comes_twice_is_told_and_lies_in_suspense(
        self, district: District, enrolment: str, number: str
    ) -> None:
        bank_posts(district, number)
        bank_posts(district, number, reference="BKW00002")

        assert store.get(number).bank_reference == "BKW00001"
        assert raised() == [("wechat_differs", "deposit", str(PRICE))]
        assert funds.get_account(EnrolmentId(enrolment)).paid_fen == PRICE

    def test_that_the_bank_repeats_notes_what_was_left_half_done(self, district: District, number: str) -> None:
        """The first time the function ended between the ledger and the order."""
        district.hears(letters.written(letters.a_letter(remittance="无")))  # the account is looked up once
        with busy("GetItem"):  # the order can't be read; the deposit's own reads are of a transaction
            assert bank_posts(district, number).status == 503
        assert bank_posts(district, number).body == {"status": "duplicate"}

        assert store.get(number).status == "settled"

    def test_after_the_enrolment_has_expired_lies_in_suspense_and_the_guardian_is_told(
        self, district: District, enrolment: str, number: str, at: Clock, pay: WeChatPay
    ) -> None:
        pay.faults.arm("lose")
        pay.pay(number)
        assert expiry.expire_enrolment(enrolment_id=EnrolmentId(enrolment), give_back_seat=seats.seat_of, now=EXPIRES)

        bank_posts(district, number)

        account = funds.get_account(EnrolmentId(enrolment))
        assert (account.status.value, account.held_fen) == ("expired", 0)
        shown = view(district, enrolment)["wechat_payment"]
        assert (shown["status"], shown["in_suspense"]["amount_fen"]) == ("settled", PRICE)
        assert "待查款" in shown["note"]
        assert "suspense" in view(district, enrolment, language="en")["wechat_payment"]["note"]


class TestExpiry:
    def test_waits_while_the_bank_is_expected(self, district: District, enrolment: str, number: str, at: Clock) -> None:
        """Paid in the last hour by WeChat; the bank has it three days later, on the second working day."""
        at.now = EXPIRES - timedelta(hours=1)
        hears(a_callback(paid(number), at=at.now))
        at.now = EXPIRES + timedelta(days=3)

        assert run(expire_unpaid.expire_unpaid)["expired"] == 0
        bank_posts(district, number, at=at.now)
        account = funds.get_account(EnrolmentId(enrolment))
        assert (account.status.value, account.held_fen) == ("active", PRICE)

    def test_comes_when_the_bank_is_late(self, enrolment: str, number: str, at: Clock) -> None:
        hears(a_callback(paid(number)))
        at.now = EXPIRES + timedelta(hours=13)  # still 4 September in Shanghai
        assert run(expire_unpaid.expire_unpaid)["expired"] == 0
        at.now = EXPIRES + timedelta(hours=14)

        assert run(expire_unpaid.expire_unpaid)["expired"] == 1

    def test_comes_once_the_order_is_closed(self, enrolment: str, number: str, at: Clock, pay: WeChatPay) -> None:
        at.now = EXPIRES
        assert run(expire_unpaid.expire_unpaid)["expired"] == 0  # it may be paid this very moment

        run(watch_wechat_payments.watch_wechat_payments)
        assert pay.orders.told(number)["trade_state"] == "CLOSED"
        assert store.get(number).status == "closed"
        assert run(expire_unpaid.expire_unpaid)["expired"] == 1

    def test_does_not_wait_for_ever_for_wechat(self, enrolment: str, number: str, at: Clock, pay: WeChatPay) -> None:
        """WeChat can't be asked for days: 2026-09-09 is the third working day after 4 September, a Friday."""
        at.now = NOW.replace(month=9, day=9)
        assert run(expire_unpaid.expire_unpaid)["expired"] == 0
        at.pass_by(days=1)

        assert expire_unpaid.expire(funds.get_account(EnrolmentId(enrolment)))


def settled(number: str) -> Any:
    return rules.settle(store.get(number), bank_reference="BK1", amount_fen=Fen(PRICE), suspense_fen=Fen(0), at=NOW)
