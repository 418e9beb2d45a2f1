"""One history of the ledger: what is known of it, and how things are done in it."""

import importlib
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

from events import facts
from functions.api import bank as bank_door
from infra import events
from shared.dynamo import rows
from shared.funds.model import EntryKind, State
from shared.funds.store import books
from shared.funds.store.books import Books
from shared.kernel import errors
from shared.kernel.ids import InstitutionId
from tests.builders import NOW
from tests.memory.engine import Items
from tests.schedules import running
from tests.simulation import quick_rows
from tests.simulation.district import (
    SOLD,
    banks,
    beginning,
    clock,
    engine,
    insurers,
    number_of,
)
from tests.simulation.engine import Trouble
from tests.simulation.insurer import Insurer
from tests.tables import Killed

FAILURES = (facts.PayoutFailed, facts.RefundFailed, facts.MinimumWithdrawalFailed)


class History(RuleBasedStateMachine):
    """The bank, the commands that were given, and the books as they are."""

    def __init__(self) -> None:
        super().__init__()
        tables, bank = beginning[0]
        quick_rows.forget(but=(item for items in tables.values() for item in items.values()))
        engine.restore(tables)
        engine.streams.clear()
        engine.arm(None)
        clock.now = NOW
        self.bank = deepcopy(bank)
        banks[-1] = self.bank
        self.insurer = insurers[-1] = Insurer()
        self.school_of = dict(SOLD)
        self.commands: list[Callable[[], object]] = []
        self.frozen: dict[InstitutionId, int] = {}
        self.ended: dict[InstitutionId, int] = {}
        self.known: dict[int, tuple[Any, list[books.Record]]] = {}
        self._books: tuple[object, Books] | None = None

    # how it is done

    def do(self, command: Callable[[], object], trouble: Trouble | None, *, again: bool = True) -> str:
        """Do something; "refused" leaves everything as it was, "broken" may come again."""
        if again:
            self.commands.append(command)
        before = engine.copy()
        engine.arm(trouble)
        try:
            command()
        except (Killed, errors.Unavailable):
            assert trouble or self.bank.down, "Unavailable without a reason"
            return "broken"
        except errors.Refusal:
            engine.arm(None)
            if trouble is None:
                assert _but_conflicts(engine.copy()) == _but_conflicts(before), "a refused command changed something"
            return "refused"
        finally:
            engine.arm(None)
        return "done"

    def tell(self, fact: facts.BankFact, trouble: Trouble | None) -> None:
        """The bank tells a fact until it is acknowledged. What moves money at the bank isn't refused in its turn."""
        outcome = self.do(lambda: bank_door.act(fact), trouble, again=False)
        if outcome == "refused" and not isinstance(fact, FAILURES):
            assert self.bank.overtakes(fact), f"refused: {fact}"  # so the bank tells it again, after what comes before
            return
        if outcome != "broken":
            self.bank.acknowledged(fact)

    def live_on(self, *, hours: int) -> None:
        """The streams bring all that they have; every schedule runs once that is due at least once in so many hours."""
        for function in events.STREAM_FUNCTIONS:
            waiting = engine.streams[function.name]
            while waiting and not self.bring(function.name, waiting[:50]):
                pass
        for schedule in events.SCHEDULES:
            if hours >= 24 or schedule.hourly:
                self.run(schedule.name)

    def run(self, name: str) -> None:
        running.run(_function("schedules", name))

    def bring(self, name: str, batch: list[Any]) -> bool:
        """Hand records to a function; whether some of them have to come again."""
        failures = _function("streams", name)({"Records": batch}, None)["batchItemFailures"]
        failed = {one["itemIdentifier"] for one in failures}
        done = {id(one) for one in batch if one["dynamodb"]["SequenceNumber"] not in failed}
        engine.streams[name][:] = [one for one in engine.streams[name] if id(one) not in done]
        return bool(failed)

    def books(self) -> Books:
        """The books as they are; what hasn't changed isn't read again."""
        state = (engine.writes, len(self.bank.moves), len(self.bank.told))
        if self._books is None or self._books[0] != state:
            self._books = (state, self._read_books())
        return self._books[1]

    def _read_books(self) -> Books:
        found: list[books.Record] = []
        for item in engine.tables[rows.table_name("funds")].values():
            if id(item) not in self.known:
                self.known[id(item)] = (item, list(books.records_of([item])))
            found += self.known[id(item)][1]
        posted = {entry.reference for name, entry in found if name == "entries" and State.OUTSIDE in entry.legs}
        told = {getattr(fact, "bank_reference", "") for fact in self.bank.told}
        balances = Counter({account_no: 0 for account_no, _ in self.bank.moves.values()})
        for reference, (account_no, amount) in self.bank.moves.items():
            balances[account_no] += amount * (reference in posted or reference in told)
        return books.of_records(found, balances)

    def some_enrolment(self, pick: int) -> int:
        sold = sorted(number_of(account.enrolment_id) for account in self.books().accounts)
        return sold[pick % len(sold)]

    def let_go(self, institution_id: str) -> int:
        kinds = (EntryKind.RELEASE, EntryKind.PAYOUT)
        return sum(one.institution_id == institution_id and one.kind in kinds for one in self.books().entries)


@cache
def _function(folder: str, name: str) -> Any:
    return getattr(importlib.import_module(f"functions.{folder}.{name}"), name)


def _but_conflicts(tables: dict[str, Items]) -> dict[str, Items]:
    """Everything, but for what is kept of a bank reference that came with another body."""
    return {
        name: {key: item for key, item in items.items() if item.get("kind") != {"S": "conflict"}}
        for name, items in tables.items()
    }
