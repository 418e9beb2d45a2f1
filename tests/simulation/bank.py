"""The bank of the simulation: what it was instructed to pay, what it has done, what it has to tell."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from events import facts
from shared.bank.client import MinimumWithdrawalInstruction, PayoutInstruction, RefundInstruction
from shared.kernel import errors
from shared.kernel.money import Fen

Instruction = PayoutInstruction | RefundInstruction | MinimumWithdrawalInstruction
_FACTS: dict[type[Any], tuple[str, type[Any], type[Any]]] = {
    PayoutInstruction: ("payout_id", facts.PayoutSettled, facts.PayoutFailed),
    RefundInstruction: ("payment_id", facts.RefundPaid, facts.RefundFailed),
    MinimumWithdrawalInstruction: ("withdrawal_id", facts.MinimumWithdrawalPaid, facts.MinimumWithdrawalFailed),
}
"""What each instruction calls its id, and the facts that it was paid or could not be."""


class Bank:
    """Each instruction is paid at most once. `untold` are the facts that our side hasn't acknowledged yet."""

    def __init__(self) -> None:
        self.balances: Counter[str] = Counter()
        self.moves: dict[str, tuple[str, int]] = {}
        self.untold: list[facts.BankFact] = []
        self.told: list[facts.BankFact] = []
        self.waiting: dict[str, Instruction] = {}
        self.answered: set[str] = set()
        self.down = False

    def receives(self, fact: facts.DepositPosted | facts.InterestPosted) -> None:
        """Money comes in."""
        self._move(fact.bank_reference, fact.account_no, fact.amount_fen)
        self.untold.append(fact)

    def loses(self, fact: facts.WithdrawalPosted) -> None:
        """Money leaves without an instruction."""
        self._move(fact.bank_reference, fact.account_no, -fact.amount_fen)
        self.untold.append(fact)

    def instruct_payout(self, instruction: PayoutInstruction, *, now: datetime) -> None:
        """Accept an instruction; the same one again is the same."""
        self._accept(instruction.payout_id, instruction)

    def instruct_refund(self, instruction: RefundInstruction, *, now: datetime) -> None:
        """Accept an instruction; the same one again is the same."""
        self._accept(instruction.payment_id, instruction)

    def instruct_minimum_withdrawal(self, instruction: MinimumWithdrawalInstruction, *, now: datetime) -> None:
        """Accept an instruction; the same one again is the same."""
        self._accept(instruction.withdrawal_id, instruction)

    def _accept(self, name: str, instruction: Instruction) -> None:
        if self.down:
            raise errors.Unavailable()
        known = self.waiting.get(name)
        assert known in (None, instruction), f"{name} is instructed as {known}, then as {instruction}"
        if name not in self.answered:
            self.waiting[name] = instruction

    def answers(self, name: str, *, pays: bool, now: datetime) -> None:
        """Pay what was instructed, or say that it can't be paid. A failed payout may be instructed again."""
        instruction = self.waiting.pop(name)
        told: dict[str, Any] = {
            "account_no": instruction.from_account_no,
            "amount_fen": instruction.amount_fen,
            "booked_at": now,
        }
        id_name, paid, failed = _FACTS[type(instruction)]
        told[id_name] = name
        if not pays:
            self.answered |= set() if isinstance(instruction, PayoutInstruction) else {name}
            self.untold.append(failed(**told, reason="收款账户状态异常"))
            return
        self.answered.add(name)
        reference = f"BKO{len(self.moves):06d}"
        self._move(reference, instruction.from_account_no, -instruction.amount_fen)
        self.untold.append(paid(**told, bank_reference=reference))

    def acknowledged(self, fact: facts.BankFact) -> None:
        """Our side has taken a fact; it may come again all the same."""
        if fact in self.untold:
            self.untold.remove(fact)
            self.told.append(fact)

    def distorted(self, fact: facts.BankFact) -> facts.BankFact:
        """A fact with another amount, as nobody should ever send it."""
        return replace(fact, amount_fen=Fen(fact.amount_fen + 1))

    def _move(self, reference: str, account_no: str, amount_fen: int) -> None:
        self.balances[account_no] += amount_fen
        self.moves[reference] = (account_no, amount_fen)
