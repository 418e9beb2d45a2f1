"""The simulation's bank, for many threads. Its tally by account is what the ledger is held to."""

from collections.abc import Callable
from random import Random
from threading import RLock
from typing import Any, TypeVar

from events import facts
from tests.builders import NOW
from tests.simulation.bank import Bank

T = TypeVar("T")


class SharedBank(Bank):
    """Everything it does, it does alone."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = RLock()

    def receives(self, fact: facts.DepositPosted | facts.InterestPosted) -> None:
        self._alone(lambda: super(SharedBank, self).receives(fact))

    def acknowledged(self, fact: facts.BankFact) -> None:
        self._alone(lambda: super(SharedBank, self).acknowledged(fact))

    def _accept(self, name: str, instruction: Any) -> None:
        self._alone(lambda: super(SharedBank, self)._accept(name, instruction))

    def answer_one(self, *, pays: bool) -> facts.BankFact | None:
        """Answer the oldest instruction: what it has to tell, None where nothing waits."""

        def answer() -> facts.BankFact | None:
            name = next(iter(self.waiting), None)
            if name is None:
                return None
            self.answers(name, pays=pays, now=NOW)
            return self.untold[-1]

        return self._alone(answer)

    def any_fact(self, chance: Random) -> facts.BankFact | None:
        """Something that it has told, or has to tell."""

        def choose() -> facts.BankFact | None:
            known = [*self.told[-50:], *self.untold]
            return chance.choice(known) if known else None

        return self._alone(choose)

    def unheard(self) -> list[facts.BankFact]:
        """What it has to tell and nobody has taken yet."""
        return self._alone(lambda: list(self.untold))

    def _alone(self, act: Callable[[], T]) -> T:
        with self._lock:
            return act()
