"""WeChat Pay on a port of this machine, settings that lead to it, and callbacks of it: for tests."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from functions.edge import wiring
from infra.local import trouble
from infra.local import wechat_pay_wire as wire
from infra.local.wechat_pay_simulator import WeChatPay
from shared.kernel.money import Fen
from shared.payments import merchant_key
from shared.payments.model import Merchant, PaymentOrder, Trade, TradeState, Wanted
from shared.payments.wechat_pay import WeChatPayClient
from tests.builders import ENROLMENT, NOW, SCHOOL, TUITION_NO
from tests.edge.conftest import SETTINGS
from tests.edge.doors import Clock

MCH_ID, SERIAL_NO, API_V3_KEY = (
    "1900000109",
    "444F4864EA9B34415A5B6C7D8E9F0A1B2C3D4E5F",
    "an-api-v3-key-of-just-32-letters",
)
APP_ID = SETTINGS["WECHAT_APP_ID"]
MERCHANT = Merchant(MCH_ID, APP_ID)
FIRST = f"{ENROLMENT.removeprefix('enr_')}-1"
NOTIFY_URL = "http://127.0.0.1:9/v1/wechat/pay/notifications"
URL = "/v1/wechat/pay/notifications"
SAMPLES = Path(__file__).parents[2] / "events" / "samples" / "wechat"


@cache
def key(name: str) -> str:
    """A private RSA key by its name, made once in a run: `ours`, `wechat`, `newer`, `nobody`."""
    return wire.new_key()


def short_key(name: str) -> str:
    """A key of the merchant's, as the settings have it."""
    return merchant_key.short(wire.pem(key(name)))


def settings_for(url: str) -> dict[str, str]:
    """What a function is told of WeChat Pay."""
    return {
        "PUBLIC_URL": "http://127.0.0.1:9",
        "WECHAT_PAY_URL": url,
        "WECHAT_PAY_MCH_ID": MCH_ID,
        "WECHAT_PAY_SERIAL_NO": SERIAL_NO,
        "WECHAT_PAY_PUBLIC_KEYS": public_key("wechat"),
        "WECHAT_PAY_PRIVATE_KEY": short_key("ours"),
        "WECHAT_PAY_API_KEY": API_V3_KEY,
    }


def public_key(name: str) -> str:
    """A key of WeChat's as the settings have it: its id and its public half."""
    return f"{wire.key_id(key(name))}:{wire.public_half(key(name))}"


class Transfers:
    """The bank, as far as WeChat brings money there."""

    def __init__(self) -> None:
        self.booked: list[tuple[str, int, str]] = []

    def transfer(self, to_account_no: str, amount_fen: int, *, remittance: str, **_: Any) -> object:
        self.booked.append((to_account_no, amount_fen, remittance))
        return None


@contextmanager
def simulated(clock: Clock, transfers: Transfers | None = None, **changes: Any) -> Iterator[WeChatPay]:
    """WeChat Pay, listening."""
    told: dict[str, Any] = {
        "port": trouble.free_ports(1),
        "app_id": APP_ID,
        "mch_id": MCH_ID,
        "serial_no": SERIAL_NO,
        "merchant_key": key("ours"),
        "private_key": key("wechat"),
        "api_v3_key": API_V3_KEY,
        "clock": clock,
        "transfer": (transfers or Transfers()).transfer,
    }
    made = WeChatPay(**{**told, **changes})
    made.start()
    try:
        yield made
    finally:
        made.stop()


@contextmanager
def wired(settings: pytest.MonkeyPatch, url: str) -> Iterator[None]:
    """The functions speak to the WeChat Pay at `url`."""
    for name, value in settings_for(url).items():
        settings.setenv(name, value)
    wiring.wechat_pay.cache_clear()
    yield
    wiring.wechat_pay.cache_clear()


def a_client(url: str, **changes: Any) -> WeChatPayClient:
    """Our side of it."""
    told: dict[str, Any] = {
        "url": url,
        "merchant": MERCHANT,
        "serial_no": SERIAL_NO,
        "private_key": short_key("ours"),
        "api_v3_key": API_V3_KEY,
        "public_keys": {wire.key_id(key("wechat")): wire.public_half(key("wechat"))},
        "notify_url": NOTIFY_URL,
    }
    return WeChatPayClient(**{**told, **changes})


def a_wish(**changes: Any) -> Wanted:
    """The first enrolment wants 1,000 fen within 72 hours."""
    told: dict[str, Any] = {
        "enrolment_id": ENROLMENT,
        "institution_id": SCHOOL,
        "account_no": TUITION_NO,
        "amount_fen": Fen(1000),
        "description": "学费 少儿中国舞基础",
        "expires_at": NOW + timedelta(hours=72),
    }
    return Wanted(**{**told, **changes})


def an_order(**changes: Any) -> PaymentOrder:
    """The first try at that."""
    wish = a_wish()
    told: dict[str, Any] = {
        "enrolment_id": ENROLMENT,
        "number": 1,
        "institution_id": SCHOOL,
        "account_no": TUITION_NO,
        "amount_fen": Fen(1000),
        "description": wish.description,
        "made_at": NOW,
        "expires_at": wish.expires_at,
        "look_at": NOW + timedelta(minutes=30),
    }
    return PaymentOrder(**{**told, **changes})


def a_trade(**changes: Any) -> Trade:
    """That order is paid."""
    told: dict[str, Any] = {
        "out_trade_no": FIRST,
        "mch_id": MCH_ID,
        "app_id": APP_ID,
        "state": TradeState.SUCCESS,
        "transaction_id": "4200000001202609010000000001",
        "amount_fen": 1000,
        "currency": "CNY",
        "paid_at": NOW,
    }
    return Trade(**{**told, **changes})


def a_transaction(**changes: Any) -> dict[str, Any]:
    """What a callback's content says of it, as the sample has it; `amount_fen` is put where it stands."""
    told: dict[str, Any] = json.loads((SAMPLES / "pay-transaction.json").read_text(encoding="utf-8"))
    if "amount_fen" in changes:
        told["amount"]["total"] = changes.pop("amount_fen")
    return {**told, **changes}


def a_callback(
    content: Mapping[str, Any] | None = None,
    *,
    event_id: str = "EV-2026090110000000001",
    at: datetime = NOW,
    signed_by: str = "wechat",
    named: str | None = None,
    api_v3_key: str = API_V3_KEY,
    event_type: str = "TRANSACTION.SUCCESS",
) -> tuple[bytes, dict[str, str]]:
    """A callback's body and headers. `named`: whose key it says that it is signed by."""
    told = content or a_transaction()
    stamp = "2026-09-01T10:00:00+08:00"
    body = wire.notice(event_id, told, api_v3_key=api_v3_key, at=stamp, event_type=event_type)
    return body, headers_of(body, at=at, signed_by=signed_by, named=named)


def headers_of(
    body: bytes, *, at: datetime = NOW, signed_by: str = "wechat", named: str | None = None
) -> dict[str, str]:
    """The headers of a callback with this body, in the names that a test's door takes."""
    told = wire.Signer(key(signed_by)).headers(body, at=at, nonce="5K8264ILTKCH16CQ2502SI8ZNMTM67VS")
    told["Wechatpay-Serial"] = wire.key_id(key(named or signed_by))
    return {name.lower().replace("-", "_"): value for name, value in told.items()}
