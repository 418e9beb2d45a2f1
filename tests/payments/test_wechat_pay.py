"""Our side of WeChat Pay against the simulator, which shares no code with it: each checks the other's signatures."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
import urllib3

from infra.local import trouble
from infra.local import wechat_pay_wire as wire
from infra.local.wechat_pay_simulator import WeChatPay
from shared.kernel import errors
from shared.kernel.money import Fen
from shared.payments import wechat_pay
from shared.payments.model import Merchant, Notice, TradeState
from shared.payments.trades import WrongTrade
from shared.payments.wechat_pay import BadWeChatSignature, NotPayable, StaleWeChatNotice, WeChatPayRefused
from tests.builders import NOW
from tests.edge.doors import Clock
from tests.payments import examples
from tests.payments.examples import FIRST, a_callback, a_client, a_transaction, an_order, key, simulated

HOUR = timedelta(hours=1)


@pytest.fixture
def there(at: Clock) -> Iterator[WeChatPay]:
    with simulated(at) as made:
        yield made


class TestPrepay:
    def test_makes_the_order_that_was_asked_for(self, there: WeChatPay) -> None:
        prepay_id = a_client(there.site.url).prepay(an_order(), openid="o-1")

        told = there.orders.get(FIRST)
        assert prepay_id.startswith("wx")
        assert told["amount"] == {"total": 1000, "currency": "CNY"}
        assert (told["payer"], told["attach"]) == ({"openid": "o-1"}, "8000000011")
        assert told["time_expire"] == "2026-09-04T10:00:00+08:00"
        assert told["notify_url"] == examples.NOTIFY_URL

    def test_again_is_the_same_order(self, there: WeChatPay) -> None:
        client = a_client(there.site.url)

        assert client.prepay(an_order(), openid="o-1") == client.prepay(an_order(), openid="o-1")
        assert there.orders.numbers() == [FIRST]

    def test_of_what_is_paid_closed_or_another_is_not_payable(self, there: WeChatPay) -> None:
        client = a_client(there.site.url)
        client.prepay(an_order(), openid="o-1")
        with pytest.raises(NotPayable):
            client.prepay(an_order(amount_fen=Fen(999)), openid="o-1")
        there.pay(FIRST)
        with pytest.raises(NotPayable):
            client.prepay(an_order(), openid="o-1")
        client.prepay(an_order(number=2), openid="o-1")
        client.close(an_order(number=2).out_trade_no)
        with pytest.raises(NotPayable):
            client.prepay(an_order(number=2), openid="o-1")

    @pytest.mark.parametrize(
        "changes",
        [{"private_key": "nobody"}, {"serial_no": "1"}, {"merchant": Merchant("1", examples.APP_ID)}],
    )
    def test_of_another_merchant_is_refused(self, there: WeChatPay, changes: dict[str, Any]) -> None:
        if "private_key" in changes:
            changes = {"private_key": examples.short_key("nobody")}

        with pytest.raises(WeChatPayRefused, match="SIGN_ERROR"):
            a_client(there.site.url, **changes).prepay(an_order(), openid="o-1")


class TestPaySign:
    def test_is_the_merchants_over_what_wechat_documents(self) -> None:
        """Checked by the simulator's own code: the four lines, each with its end."""
        signature = a_client("http://127.0.0.1:9").pay_sign("wx1", timestamp="1788228000", nonce="abc")

        lines = [examples.APP_ID, "1788228000", "abc", "prepay_id=wx1"]
        assert wire.verifies(key("ours"), lines, signature)
        assert not wire.verifies(key("ours"), [*lines[:3], "prepay_id=wx2"], signature)


class TestAsk:
    def test_tells_how_an_order_stands(self, there: WeChatPay, at: Clock) -> None:
        client = a_client(there.site.url)
        assert client.ask(FIRST) is None
        client.prepay(an_order(), openid="o-1")
        before = client.ask(FIRST)
        there.pay(FIRST)
        after = client.ask(FIRST)

        assert before is not None
        assert after is not None
        assert (before.state, after.state) == (TradeState.NOTPAY, TradeState.SUCCESS)
        assert (after.amount_fen, after.currency, after.paid_at) == (1000, "CNY", NOW)
        assert after.transaction_id

    def test_an_order_whose_time_is_over_is_closed(self, there: WeChatPay, at: Clock) -> None:
        client = a_client(there.site.url)
        client.prepay(an_order(), openid="o-1")
        at.pass_by(hours=72)

        told = client.ask(FIRST)

        assert told is not None
        assert told.state is TradeState.CLOSED


class TestClose:
    def test_ends_what_is_not_paid_and_leaves_what_is(self, there: WeChatPay) -> None:
        client = a_client(there.site.url)
        client.prepay(an_order(), openid="o-1")
        client.prepay(an_order(number=2), openid="o-1")
        there.pay(FIRST)

        assert client.close(FIRST) is False
        assert client.close(an_order(number=2).out_trade_no) is True
        assert client.close(an_order(number=2).out_trade_no) is True
        assert client.close(an_order(number=3).out_trade_no) is True  # WeChat has never heard of it


class TestProvider:
    def test_that_is_down_may_be_tried_again(self, there: WeChatPay) -> None:
        there.faults.arm("down", 3)
        client = a_client(there.site.url)

        for call in (
            lambda: client.prepay(an_order(), openid="o"),
            lambda: client.ask(FIRST),
            lambda: client.close(FIRST),
        ):
            with pytest.raises(errors.Unavailable):
                call()
        assert client.prepay(an_order(), openid="o")

    def test_that_is_not_there_may_be_tried_again(self) -> None:
        with pytest.raises(errors.Unavailable):
            a_client(f"http://127.0.0.1:{trouble.free_ports(1)}").ask(FIRST)

    def test_that_is_slow_is_not_waited_for(self, there: WeChatPay, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wechat_pay, "_TIMEOUT_SECONDS", (1, 0.2))
        there.faults.arm("slow")

        with pytest.raises(errors.Unavailable):
            a_client(there.site.url).ask(FIRST)

    def test_whose_answer_somebody_else_has_signed_is_not_believed(self, at: Clock) -> None:
        """The answer names the right key and is signed by another."""
        with simulated(at, private_key=key("nobody")) as forger:
            known = {wire.key_id(key("nobody")): wire.public_half(key("wechat"))}
            client = a_client(forger.site.url, public_keys=known)

            with pytest.raises(errors.Unavailable):
                client.prepay(an_order(), openid="o")

    def test_is_asked_at_the_address_that_was_told(self, there: WeChatPay, monkeypatch: pytest.MonkeyPatch) -> None:
        """The package has no parameter for it; were its private name to change, this would tell."""
        asked: list[str] = []
        send = requests.Session.send

        def watched(self: requests.Session, request: requests.PreparedRequest, **told: Any) -> requests.Response:
            asked.append(str(request.url))
            return send(self, request, **told)

        monkeypatch.setattr(requests.Session, "send", watched)
        a_client(there.site.url + "/").ask(FIRST)

        assert [url.startswith(there.site.url + "/v3/pay/") for url in asked] == [True]


def opened(body: bytes, headers: dict[str, str], *, now: datetime = NOW, **changes: Any) -> Notice:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return a_client("http://127.0.0.1:9", **changes).open(headers=named, body=body, now=now)


class TestOpen:
    def test_tells_what_was_paid(self) -> None:
        notice = opened(*a_callback())

        assert notice.trade == examples.a_trade()
        assert (notice.event_id, notice.event_type) == ("EV-2026090110000000001", "TRANSACTION.SUCCESS")

    @pytest.mark.parametrize("seconds", [-300, 300])
    def test_is_fresh_within_five_minutes(self, seconds: int) -> None:
        assert opened(*a_callback(at=NOW + timedelta(seconds=seconds))).trade

    @pytest.mark.parametrize("seconds", [-86400, -301, 301])
    def test_is_stale_beyond(self, seconds: int) -> None:
        with pytest.raises(StaleWeChatNotice):
            opened(*a_callback(at=NOW + timedelta(seconds=seconds)))

    def test_either_key_is_good_while_one_replaces_the_other(self) -> None:
        known = {wire.key_id(key(name)): wire.public_half(key(name)) for name in ("newer", "wechat")}

        for name in ("newer", "wechat"):
            assert opened(*a_callback(signed_by=name), public_keys=known).trade

    @pytest.mark.parametrize(
        "told",
        [
            {"signed_by": "nobody", "named": "wechat"},
            {"signed_by": "nobody"},
            {"signed_by": "ours", "named": "wechat"},
            {"api_v3_key": "another-api-v3-key-of-32-letters"},
        ],
    )
    def test_of_somebody_else_is_refused(self, told: dict[str, Any]) -> None:
        with pytest.raises(BadWeChatSignature):
            opened(*a_callback(**told))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("wechatpay_signature", ""),
            ("wechatpay_signature", "签名"),
            ("wechatpay_signature", "WECHATPAY/SIGNTEST/aGVsbG8="),  # how WeChat tests whether we look
            ("wechatpay_timestamp", "yesterday"),
            ("wechatpay_timestamp", "٣"),
            ("wechatpay_timestamp", "9" * 5000),
            ("wechatpay_timestamp", str(int(NOW.timestamp()) + 1)),
            ("wechatpay_nonce", "another"),
            ("wechatpay_serial", ""),
            ("wechatpay_serial", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"),
            ("wechatpay_signature_type", "WECHATPAY2-SM2-WITH-SM3"),
        ],
    )
    def test_with_another_header_is_refused_and_nobody_is_asked(
        self, name: str, value: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def asked(*_: Any, **__: Any) -> None:
            raise AssertionError("a stranger's callback made us call somebody")

        monkeypatch.setattr(requests.Session, "send", asked)
        body, headers = a_callback()

        with pytest.raises(BadWeChatSignature):
            opened(body, {**headers, name: value})

    @pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b"[]", b"null", b'{"resource_type": "encrypt-resource"}'])
    def test_that_is_signed_and_no_callback_is_refused(self, body: bytes) -> None:
        with pytest.raises(BadWeChatSignature):
            opened(body, examples.headers_of(body) if body != b"\xff" else a_callback()[1])

    def test_altered_by_a_byte_is_refused(self) -> None:
        body, headers = a_callback()

        with pytest.raises(BadWeChatSignature):
            opened(body.replace(b"EV-20", b"EV-21"), headers)

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"amount": {"total": "1000", "currency": "CNY"}}, "/amount/total"),
            ({"amount": {"total": 10.0, "currency": "CNY"}}, "/amount/total"),
            ({"amount": {"total": -1, "currency": "CNY"}}, "/amount/total"),
            ({"trade_state": "PAID"}, "/trade_state"),
            ({"success_time": "2026-09-01T10:00:00"}, "/success_time"),
            ({"out_trade_no": None}, "/out_trade_no"),
        ],
    )
    def test_with_a_field_that_is_wrong_names_it(self, changes: dict[str, Any], pointer: str) -> None:
        with pytest.raises(WrongTrade) as refused:
            opened(*a_callback(a_transaction(**changes)))

        assert refused.value.pointer == pointer

    def test_the_same_content_sealed_anew_is_the_same_notice(self) -> None:
        first = opened(*a_callback())
        body = json.loads(a_callback(event_id="EV-2")[0])  # another nonce, the same content
        again = json.dumps({**body, "id": first.event_id}).encode()

        assert opened(again, examples.headers_of(again)).digest == first.digest
        assert opened(*a_callback(a_transaction(amount_fen=999))).digest != first.digest


class TestSimulator:
    def test_settles_a_day_later_once_into_the_account_of_the_order(self, at: Clock) -> None:
        bank = examples.Transfers()
        with simulated(at, bank) as there:
            a_client(there.site.url).prepay(an_order(), openid="o")
            there.pay(FIRST)
            at.pass_by(hours=23)
            there.flush()
            assert bank.booked == []
            at.pass_by(hours=1)
            there.flush()
            there.flush()

        assert bank.booked == [("8000000011", 1000, f"微信支付 {FIRST}")]

    def test_keeps_its_orders_over_a_restart(self, at: Clock, tmp_path: Any) -> None:
        with simulated(at, path=tmp_path / "pay.json") as there:
            a_client(there.site.url).prepay(an_order(), openid="o")
            there.pay(FIRST)
        with simulated(at, path=tmp_path / "pay.json") as again:
            told = a_client(again.site.url).ask(FIRST)

            assert told is not None
            assert told.state is TradeState.SUCCESS
            assert [one["event_id"] for one in again.orders.callbacks]

    def test_takes_payments_and_faults_over_http(self, there: WeChatPay) -> None:
        http, url = urllib3.PoolManager(retries=False), there.site.url
        a_client(url).prepay(an_order(), openid="o")

        assert http.request("POST", f"{url}/faults", json={"fault": "nonsense"}).status == 422
        assert http.request("POST", f"{url}/faults", json={"fault": "lose"}).json() == {"faults": ["lose"]}
        assert http.request("POST", f"{url}/payments", json={"out_trade_no": FIRST}).status == 200
        assert http.request("POST", f"{url}/payments", json={"out_trade_no": FIRST}).status == 400
        assert there.orders.callbacks == []
