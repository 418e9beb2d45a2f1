"""A storm: many threads do everything at once to two schools' money on the local engine; then all comes to rest.

The bank keeps its own tally of what it did, by account; when all is at rest the ledger must say the same to the fen.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest

from events import facts
from functions.api import bank as bank_door
from functions.edge import wiring
from functions.schedules import pay_out, pay_refunds, resend_payouts
from functions.streams import keep_totals
from infra import events
from infra.local import engine
from infra.local.streams import Streams
from shared.dynamo import rows
from shared.funds import queries
from shared.funds.invariants import check_all
from shared.funds.model import State
from shared.funds.refund_model import RefundWait
from shared.funds.store import books
from shared.kernel import errors
from shared.kernel.ids import InstitutionId
from shared.mall import model as mall
from tests import builders, steps
from tests.builders import NOW, an_id
from tests.schedules.running import run
from tests.storm.bank import SharedBank

THREADS, SCHOOLS, PRICE, LESSONS = 20, (1, 2), 1000, 3
_OFTEN = {
    "enrol": 5,
    "release": 8,
    "refund": 2,
    "move_refunds": 1,
    "freeze": 1,
    "pay_out": 1,
    "bank_answers": 4,
    "again": 2,
}
_MOST_ROUNDS = 200


@dataclass
class Figures:
    """What was done, by kind, and what the ledger refused or put off meanwhile."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    bugs: list[str] = field(default_factory=list)
    violations: dict[str, list[str]] = field(default_factory=dict)
    entries: int = 0
    ledger_fen: int = 0
    bank_fen: int = 0


class Storm:
    """The schools and the bank, and what a thread may do."""

    def __init__(self) -> None:
        self.figures, self.bank, self.lock = Figures(), SharedBank(), threading.Lock()
        self._numbers: dict[int, int] = {}
        self._moments = 0
        self._acts: dict[str, Callable[[Random], object]] = {name: getattr(self, name) for name in _OFTEN}
        self._classes = {school: self._open(school) for school in SCHOOLS}

    @staticmethod
    def _open(school: int) -> mall.Offering:
        of = steps.register(school)
        course = builders.a_course(
            course_id=an_id("crs", school), institution_id=of.institution_id, price_fen=PRICE, lessons=LESSONS
        )
        return steps.put_on_sale(course, offering_id=an_id("off", school), seats=10**6, seats_left=10**6)

    def blow(self, seconds: float, *, threads: int, seed: int) -> None:
        """All threads at once, for so long."""
        until = time.monotonic() + seconds
        with ThreadPoolExecutor(threads) as pool:
            for one in [pool.submit(self._live, Random(seed * 1000 + number), until) for number in range(threads)]:
                one.result()

    def _live(self, chance: Random, until: float) -> None:
        names = [name for name, often in _OFTEN.items() for _ in range(often)]
        while time.monotonic() < until:
            name = chance.choice(names)
            try:
                self._acts[name](chance)
                self._count(self.figures.done, name)
            except errors.Refusal as refusal:
                self._count(self.figures.refused, refusal.code)
            except Exception as error:
                self.figures.bugs.append(f"{name}: {type(error).__name__}: {error}")

    def _count(self, counter: Counter[str], name: str) -> None:
        with self.lock:
            counter[name] += 1

    # what happens

    def enrol(self, chance: Random) -> None:
        """A family enrols and pays: all of it, half, too much, or without saying for whom."""
        with self.lock:
            number = len(self._numbers) + 1
            self._numbers[number] = school = chance.choice(SCHOOLS)
        account_no = builders.a_tuition_account(school).account_no
        offering = self._classes[school]
        steps.enrol(offering, number, seller=mall.Seller(offering.institution_id, account_no))
        named = an_id("enr", number).removeprefix("enr_") if chance.random() < 0.95 else "?"
        deposit = builders.a_deposit(
            chance.choice([PRICE, PRICE, PRICE, PRICE // 2, PRICE + 7]),
            bank_reference=f"BKI{number:06d}",
            account_no=account_no,
            remittance=named,
        )
        self.bank.receives(deposit)
        self.tell(deposit)

    def release(self, chance: Random) -> None:
        number = self._some(chance)
        school = InstitutionId(an_id("ins", self._numbers[number]))
        steps.release(chance.randint(1, LESSONS), enrolment=number, institution_id=school)

    def refund(self, chance: Random) -> None:
        steps.agree_to_refund(steps.ask_for_refund(self._some(chance)))

    def move_refunds(self, chance: Random) -> None:
        run(pay_refunds.pay_refunds)

    def freeze(self, chance: Random) -> None:
        """A school's money stops, and goes on a moment later, while the others go on."""
        school = InstitutionId(an_id("ins", chance.choice(SCHOOLS)))
        steps.freeze(school, now=self._moment())
        for _ in range(_MOST_ROUNDS):
            with suppress(errors.Unavailable):
                return steps.thaw(school, now=self._moment())
        raise AssertionError("the school couldn't be thawed")

    def _moment(self) -> datetime:
        """Another moment each time: two changes of a school at one moment would be the same change."""
        with self.lock:
            self._moments += 1
            return NOW + timedelta(milliseconds=self._moments)

    def pay_out(self, chance: Random) -> None:
        run(pay_out.pay_out)
        run(resend_payouts.resend_payouts)

    def bank_answers(self, chance: Random) -> None:
        """The bank pays something it was told to pay, or says that it can't; and tells of it."""
        if fact := self.bank.answer_one(pays=chance.random() < 0.8):
            self.tell(fact)

    def again(self, chance: Random) -> None:
        """The bank tells again what it has told, or hasn't been heard with."""
        if fact := self.bank.any_fact(chance):
            self.tell(fact)

    def tell(self, fact: facts.BankFact) -> None:
        """Post a message; the bank keeps it until it is heard."""
        bank_door.act(fact)
        self.bank.acknowledged(fact)

    def _tell_at_last(self, fact: facts.BankFact) -> None:
        """A failure that comes after the same payout was sent again and paid is refused, and over."""
        try:
            self.tell(fact)
        except errors.Conflict:
            self.bank.acknowledged(fact)

    def _some(self, chance: Random) -> int:
        """An enrolment, rather one of the last."""
        last = len(self._numbers)
        if not last:
            raise Nobody()
        return max(1, last - chance.randrange(60))

    def rest(self, streams: Streams) -> None:
        """Everything that is under way comes to its end."""
        for school in SCHOOLS:
            with suppress(errors.Conflict):
                steps.thaw(InstitutionId(an_id("ins", school)), now=self._moment())
        for _ in range(_MOST_ROUNDS):
            streams.drain()
            for fact in self.bank.unheard():
                self._tell_at_last(fact)
            self.pay_out(Random(0))
            self.move_refunds(Random(0))
            while answer := self.bank.answer_one(pays=True):
                self._tell_at_last(answer)
            streams.drain()
            if not self._moving():
                return
        raise AssertionError("it doesn't come to rest")

    def _moving(self) -> bool:
        waiting = queries.list_all_refunds_waiting(RefundWait.PAYMENT, until=wiring.now())
        under_way = (State.PAYABLE, State.IN_TRANSIT, State.REFUND_PENDING)
        totals = queries.list_totals()
        money = any(one.by_state.get(state, 0) for one in totals for state in under_way)
        return bool(money or waiting or self.bank.unheard() or self.bank.waiting)


def live(url: str, *, seconds: float, threads: int = THREADS, seed: int = 1) -> Figures:
    """A storm on the empty tables of the engine at `url`, the calm after it, and what the checks find."""
    [counting] = [one for one in events.STREAM_FUNCTIONS if one.name == "keep_totals"]
    streams = Streams(
        clients=engine.clients(url),
        functions=[(counting, keep_totals.keep_totals)],
        table_of=rows.table_name,
        give_up=lambda *told: None,
        path=None,
    )
    storm = Storm()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "bank", lambda: storm.bank)
        streams.start()
        storm.blow(seconds, threads=threads, seed=seed)
        streams.stop()
        storm.rest(streams)
    found = books.read(storm.bank.balances)
    figures = storm.figures
    figures.violations = {name: told[:3] for name, told in check_all(found).items() if told}
    figures.entries, figures.bank_fen = len(found.entries), sum(storm.bank.balances.values())
    figures.ledger_fen = -sum(entry.legs.get(State.OUTSIDE, 0) for entry in found.entries)
    return figures


class Nobody(errors.Missing):
    """Nobody has enrolled yet."""

    code = "nobody_yet"
    zh = "还没有人报名。"
    en = "Nobody has enrolled yet."
