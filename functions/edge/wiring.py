"""What the functions are given: the clock, randomness, clients of the outside. Local runs and tests hand in others."""

import os
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial

from functions.edge.settings import settings
from shared.bank import signature
from shared.bank.client import BankClient
from shared.bank.inquiries import BankInquiries
from shared.insurance.client import InsurerClient
from shared.kernel import clock, ids
from shared.materials.scanner import Clamd
from shared.messages.model import Topic
from shared.messages.wechat import SubscribeMessages, SubscribeTemplate
from shared.payments.model import Merchant
from shared.payments.wechat_pay import WeChatPayClient
from shared.people.wechat import WeChatClient

_clock: clock.Clock = clock.system_clock
_randomness: Callable[[int], bytes] = os.urandom


def use(*, clock: clock.Clock | None = None, randomness: Callable[[int], bytes] | None = None) -> None:
    """Use another clock or another source of randomness from now on."""
    global _clock, _randomness
    _clock = clock or _clock
    _randomness = randomness or _randomness


def now() -> datetime:
    """The time, aware, in UTC."""
    return _clock()


def randomness(count: int) -> bytes:
    """Random bytes that can't be foreseen."""
    return _randomness(count)


def new_id(prefix: str) -> str:
    """A new id with this prefix."""
    return ids.new(prefix, at=now(), randomness=randomness)


@cache
def bank() -> BankClient:
    """The bank, to instruct."""
    return BankClient(url=settings().bank_url, key=settings().bank_signing_key)


@cache
def bank_inquiries() -> BankInquiries:
    """The bank, to ask."""
    return BankInquiries(url=settings().bank_url, key=settings().bank_inquiry_key)


@cache
def insurer() -> InsurerClient:
    """The insurer, to be asked for policies; signed as the bank's instructions are, with a key of its own."""
    return InsurerClient(url=settings().insurer_url, sign=partial(signature.sign, settings().insurer_signing_key))


@cache
def scanner() -> Clamd:
    """The malware scanner."""
    host, port = settings().clamd_address
    return Clamd(host=host, port=port)


@cache
def wechat() -> WeChatClient:
    """WeChat, to ask who signs in."""
    return WeChatClient(url=settings().wechat_url, app_id=settings().wechat_app_id, secret=settings().wechat_secret)


@cache
def subscribe_messages() -> SubscribeMessages:
    """WeChat, to send messages by."""
    told = settings()
    return SubscribeMessages(
        url=told.wechat_url,
        app_id=told.wechat_app_id,
        secret=told.wechat_secret,
        templates={Topic(name): SubscribeTemplate(*fields) for name, fields in told.wechat_templates.items()},
    )


@cache
def wechat_pay() -> WeChatPayClient:
    """WeChat Pay, to make orders and to open its callbacks."""
    told = settings()
    return WeChatPayClient(
        url=told.wechat_pay_url,
        merchant=Merchant(told.wechat_pay_mch_id, told.wechat_app_id),
        serial_no=told.wechat_pay_serial_no,
        private_key=told.wechat_pay_private_key,
        api_v3_key=told.wechat_pay_api_v3_key,
        public_keys=told.wechat_pay_public_keys,
        notify_url=f"{told.public_url}/v1/wechat/pay/notifications",
    )
