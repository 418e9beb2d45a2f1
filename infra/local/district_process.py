"""A whole district in one process: the app behind its gateway, streams, schedules, bank, WeChat, insurer.

The engine is its child.

    with district_process.running(port=8000, state_dir=Path(".hui/district")) as district:
        district.advance(timedelta(days=7))

`make run`, `make demo` and the tests start the same. Nothing moves but what is asked for, and `settle` lets everything
that was caused come to rest; until `go_on`. There can be one district in a process at a time.
"""

import gc
import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from functions.edge import files as edge_files
from infra import buckets, events
from infra.local import engine, stream_delivery, surroundings, trouble, wechat_messages, wechat_pay_wire
from infra.local.bank_simulator import Bank
from infra.local.engine_calls import Calls
from infra.local.files import Files, Watched
from infra.local.gateway import Gateway
from infra.local.insurer_simulator import Insurer
from infra.local.scanner_simulator import Scanner
from infra.local.scheduler import Scheduler
from infra.local.streams import Streams
from infra.local.test_clock import TestClock
from infra.local.wechat_pay_simulator import PAYER_ACCOUNT_NO, WeChatPay
from infra.local.wechat_simulator import WeChat
from shared.dynamo import rows
from shared.funds import seals
from shared.kernel.clock import SHANGHAI, system_clock
from shared.mall import catalogue
from shared.payments import merchant_key
from shared.policy import queries as policies
from shared.terminations import signature

STARTS_AT = datetime(2026, 8, 17, 8, 0, tzinfo=SHANGHAI)
WECHAT_APP_ID = "wx3703050000local"
WECHAT_PAY_MCH_ID, _WECHAT_PAY_SERIAL_NO = "1900000109", "3703050000000000000000000000000000LOCAL1"
_API, _ENGINE, _BANK, _WECHAT, _CONTROL, _SCANNER, _WECHAT_PAY, _INSURER = range(8)
PORTS = 8
_SELDOM = 50_000  # new objects between two collections: at Python's 700 they take a tenth of a district's time


@dataclass(frozen=True)
class District:
    """A running district. `api_url` is where its API and its console are."""

    api_url: str
    control_port: int
    state_dir: Path | None
    clients: engine.Clients
    clock: TestClock
    streams: Streams
    scheduler: Scheduler
    bank: Bank
    wechat: WeChat
    wechat_pay: WeChatPay
    scanner: Scanner
    insurer: Insurer
    gateway: Gateway
    incoming: Files

    def go_on(self) -> None:
        """From now on the clock runs at real speed, and streams, schedules and the bank go on by themselves."""
        self.clock.run()
        self.streams.start()
        self.scheduler.start()
        self.bank.work()
        self.wechat_pay.work()
        self.incoming.start()

    def settle(self) -> None:
        """Let everything that was caused come to rest: streams drained, payouts settled, messages delivered."""
        _settle(self.streams, self.bank, self.wechat_pay, self.incoming)

    def advance(self, by: timedelta, *, apart: timedelta = timedelta(0)) -> int:
        """Move the clock forward by way of every scheduled run (see Scheduler.travel_to); how many runs there were."""
        return self.travel_to(self.clock() + by, apart=apart)

    def travel_to(self, moment: datetime, *, apart: timedelta = timedelta(0)) -> int:
        """Move the clock forward to `moment` by way of every scheduled run; how many runs there were."""
        runs = self.scheduler.travel_to(moment, apart=apart)
        self.settle()
        return runs

    def given_up(self) -> int:
        """How many stream records were given up on after every retry: the messages in the queue of failures."""
        url = self.clients.sqs.get_queue_url(QueueName=events.FAILURES_QUEUE)["QueueUrl"]
        name = "ApproximateNumberOfMessages"
        return int(self.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])

    def open_accounts(self) -> None:
        """Let the bank open the accounts of every school on file."""
        from shared.institutions import store as institutions

        for school in institutions.get_many(institutions.list_ids()).values():
            accounts = school.accounts
            self.bank.open_account(accounts.tuition_account_no, holder=school.name)
            self.bank.open_account(accounts.minimum_balance_account_no, holder=school.name)
            self.bank.open_account(accounts.payout_account_no, holder=school.name, supervised=False)


@contextmanager
def running(
    *,
    port: int,
    state_dir: Path | None = None,
    starts_at: datetime = STARTS_AT,
    randomness: Callable[[int], bytes] = os.urandom,
    environment_name: str = "本地演示环境 / Local demonstration",
    on_step: Callable[[str], None] = lambda step: None,
) -> Iterator[District]:
    """Start a district on `port` and the seven after it; stop it in order at the end.

    With a `state_dir` it goes on where it was left; without one it is new, and forgotten at the end.
    Raises Trouble (PortTaken, EngineDown, …).
    """
    for number in range(port, port + PORTS):
        trouble.require_free(number, base=port)
    gc.set_threshold(_SELDOM)
    with ExitStack() as stack:
        if state_dir is not None:
            stack.enter_context(surroundings.held(state_dir))
            state_dir.mkdir(parents=True, exist_ok=True)
        keys = surroundings.keys(_in(state_dir, "keys.json"))
        stack.enter_context(surroundings.environment(_settings(port, keys, environment_name)))
        on_step("engine")
        url = stack.enter_context(
            engine.running(port=port + _ENGINE, state_dir=_in(state_dir, "engine"), meanwhile=_load_functions)
        )
        calls = stack.enter_context(surroundings.connected(url))
        catalogue.forget()
        policies.forget()  # the process may have run another district
        on_step("tables")
        clients = engine.clients(url)
        surroundings.create_tables(clients.dynamodb)
        buckets.create_all(clients.s3, upload_origins=[f"http://127.0.0.1:{port}"])
        stack.enter_context(surroundings.log_in(_in(state_dir, "district.log")))
        clock = TestClock(starts_at=starts_at, path=_in(state_dir, "clock.json"))
        stack.enter_context(_wired(clock, randomness))
        on_step("doors")
        yield _compose(stack, port, state_dir, clients, calls, clock, keys)


def _compose(
    stack: ExitStack,
    port: int,
    state_dir: Path | None,
    clients: engine.Clients,
    calls: Calls,
    clock: TestClock,
    keys: surroundings.Keys,
) -> District:
    """Every part of the district, started; each is stopped in the reverse order."""
    wechat = _begun(stack, WeChat(port=port + _WECHAT, app_id=WECHAT_APP_ID, secret=keys.wechat_secret))
    scanner = _begun(stack, Scanner(port=port + _SCANNER))
    insurer = _begun(stack, _insurer(port, state_dir, clock, keys))
    incoming = _incoming(clients, state_dir, clock)
    bank = _begun(stack, _bank(port, state_dir, clock, keys, incoming))
    wechat_pay = _begun(stack, _wechat_pay(port, state_dir, clock, keys, bank))
    streams = _streams(clients, calls, state_dir)
    stack.callback(streams.stop)
    gateway = _begun(stack, Gateway(importlib.import_module("app").app, port=port))
    stack.callback(incoming.stop)
    scheduler = _scheduler(state_dir, clock, partial(_settle, streams, bank, wechat_pay, incoming), bank, incoming)
    stack.callback(scheduler.stop)
    stack.callback(bank.rest)
    stack.callback(wechat_pay.rest)
    return District(
        api_url=gateway.url,
        control_port=port + _CONTROL,
        state_dir=state_dir,
        clients=clients,
        clock=clock,
        streams=streams,
        scheduler=scheduler,
        bank=bank,
        wechat=wechat,
        wechat_pay=wechat_pay,
        scanner=scanner,
        insurer=insurer,
        gateway=gateway,
        incoming=incoming,
    )


class _Part(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


P = TypeVar("P", bound=_Part)


def _begun(stack: ExitStack, part: P) -> P:
    """A part, started, and stopped at the end."""
    part.start()
    stack.callback(part.stop)
    return part


def _incoming(clients: engine.Clients, state_dir: Path | None, clock: TestClock) -> Files:
    """What calls the functions of files for each that comes into their bucket."""
    incoming = Files(
        s3=clients.s3,
        watched=[
            Watched(edge_files.bucket_name(function.bucket), function, _handler(function))
            for function in events.FILE_FUNCTIONS
        ],
        clock=clock,
        path=_in(state_dir, "files.json"),
    )
    edge_files.client().meta.events.register("after-call.s3.PutObject", incoming.look)
    return incoming


def _bank(port: int, state_dir: Path | None, clock: TestClock, keys: surroundings.Keys, incoming: Files) -> Bank:
    """The bank, which knows the district's doors and keys."""
    return Bank(
        port=port + _BANK,
        events_url=f"http://127.0.0.1:{port}/v1/bank/events",
        webhook_key=keys.bank_webhook,
        instruction_key=keys.bank_signing,
        inquiry_key=keys.bank_inquiry,
        notice_key=signature.public_key(keys.notice_signing),
        notices_url=f"http://127.0.0.1:{port}/v1/notices",
        clock=clock,
        path=_in(state_dir, "bank.sqlite"),
        settles_after_seconds=2,
        deliver_file=partial(incoming.put, edge_files.bucket_name(edge_files.STATEMENTS)),
    )


def _wechat_pay(port: int, state_dir: Path | None, clock: TestClock, keys: surroundings.Keys, bank: Bank) -> WeChatPay:
    """WeChat Pay, which knows the merchant's keys, and brings what was paid to the bank."""
    return WeChatPay(
        port=port + _WECHAT_PAY,
        app_id=WECHAT_APP_ID,
        mch_id=WECHAT_PAY_MCH_ID,
        serial_no=_WECHAT_PAY_SERIAL_NO,
        merchant_key=keys.wechat_pay_merchant,
        private_key=keys.wechat_pay,
        api_v3_key=keys.wechat_pay_api_v3,
        clock=clock,
        transfer=bank.transfer,
        path=_in(state_dir, "wechat_pay.json"),
        brought=lambda: bank.books.paid_to(PAYER_ACCOUNT_NO),
    )


def _insurer(port: int, state_dir: Path | None, clock: TestClock, keys: surroundings.Keys) -> Insurer:
    """The insurer, which knows the key that its requests are signed with."""
    path = _in(state_dir, "insurer.sqlite")
    return Insurer(
        port=port + _INSURER,
        key=keys.insurer_signing,
        clock=clock,
        path=path,
        webhook_key=keys.insurer_webhook,
        notify_url=f"http://127.0.0.1:{port + _API}/v1/insurer/events",
    )


def _streams(clients: engine.Clients, calls: Calls, state_dir: Path | None) -> Streams:
    """What carries the tables' records to the functions on their streams."""
    return Streams(
        clients=clients,
        functions=[(function, _handler(function)) for function in events.STREAM_FUNCTIONS],
        table_of=rows.table_name,
        give_up=stream_delivery.to_queue(clients.sqs, events.FAILURES_QUEUE),
        path=_in(state_dir, "streams.json"),
        writes=calls.writes,
    )


def _scheduler(
    state_dir: Path | None, clock: TestClock, settle: Callable[[], None], bank: Bank, incoming: Files
) -> Scheduler:
    """What calls the scheduled functions, each in a district at rest."""
    return Scheduler(
        clock=clock,
        functions=[(function, _handler(function)) for function in events.SCHEDULES],
        settle=settle,
        before=partial(_close_days, bank, incoming),
        path=_in(state_dir, "scheduler.json"),
    )


def _close_days(bank: Bank, incoming: Files) -> None:
    bank.statements.close_days()
    incoming.deliver()


def _settle(streams: Streams, bank: Bank, wechat_pay: WeChatPay, incoming: Files) -> None:
    while True:
        read = streams.drain() + wechat_pay.flush()
        if not bank.flush() and not incoming.deliver() and not read:
            return


@contextmanager
def _wired(clock: TestClock, randomness: Callable[[int], bytes]) -> Iterator[None]:
    """Hand the functions this district's clock and randomness, and clients of its bank, WeChat and insurer."""
    from functions.edge import files, wiring

    clients = (
        wiring.bank,
        wiring.bank_inquiries,
        wiring.wechat,
        wiring.wechat_pay,
        wiring.subscribe_messages,
        wiring.scanner,
        wiring.insurer,
        files.client,
    )
    for cached in clients:
        cached.cache_clear()
    wiring.use(clock=clock, randomness=randomness)
    try:
        yield
    finally:
        wiring.use(clock=system_clock, randomness=os.urandom)
        for cached in clients:
            cached.cache_clear()


def _load_functions() -> None:
    importlib.import_module("app")


def _handler(
    function: events.StreamFunction | events.FileFunction | events.ScheduledFunction,
) -> Callable[[dict[str, Any], Any], Any]:
    handler: Callable[[dict[str, Any], Any], Any] = getattr(importlib.import_module(function.module), function.name)
    return handler


def _settings(port: int, keys: surroundings.Keys, environment_name: str) -> dict[str, str]:
    engine_url = f"http://127.0.0.1:{port + _ENGINE}"
    return {
        "AWS_ENDPOINT_URL": engine_url,
        "DYNAMODB_ENDPOINT": engine_url,
        "JWT_KEY": keys.jwt,
        "BANK_WEBHOOK_KEYS": keys.bank_webhook,
        "BANK_SIGNING_KEY": keys.bank_signing,
        "BANK_INQUIRY_KEY": keys.bank_inquiry,
        "NOTICE_SIGNING_KEY": keys.notice_signing,
        "SEAL_KEY": keys.seal,
        "SEAL_PUBLIC_KEYS": seals.public_key(keys.seal),
        "BANK_URL": f"http://127.0.0.1:{port + _BANK}",
        "INSURER_URL": f"http://127.0.0.1:{port + _INSURER}",
        "INSURER_SIGNING_KEY": keys.insurer_signing,
        "INSURER_WEBHOOK_KEYS": keys.insurer_webhook,
        "CLAMD_ADDRESS": f"127.0.0.1:{port + _SCANNER}",
        "WECHAT_URL": f"http://127.0.0.1:{port + _WECHAT}",
        "WECHAT_APP_ID": WECHAT_APP_ID,
        "WECHAT_SECRET": keys.wechat_secret,
        "WECHAT_TEMPLATES": wechat_messages.SETTING,
        **_wechat_pay_settings(port, keys),
        "ENVIRONMENT_NAME": environment_name,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }


def _wechat_pay_settings(port: int, keys: surroundings.Keys) -> dict[str, str]:
    key = keys.wechat_pay
    return {
        "WECHAT_PAY_URL": f"http://127.0.0.1:{port + _WECHAT_PAY}",
        "WECHAT_PAY_MCH_ID": WECHAT_PAY_MCH_ID,
        "WECHAT_PAY_SERIAL_NO": _WECHAT_PAY_SERIAL_NO,
        "WECHAT_PAY_PUBLIC_KEYS": f"{wechat_pay_wire.key_id(key)}:{wechat_pay_wire.public_half(key)}",
        "WECHAT_PAY_PRIVATE_KEY": merchant_key.short(wechat_pay_wire.pem(keys.wechat_pay_merchant)),
        "WECHAT_PAY_API_KEY": keys.wechat_pay_api_v3,
    }


def _in(state_dir: Path | None, name: str) -> Path | None:
    return None if state_dir is None else state_dir / name
