"""The bank of the simulation: what it was instructed to pay, what it has done, what it has to tell."""

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from events import facts
from shared.bank.client import (
    MinimumWithdrawalInstruction,
    PayoutInstruction,
    RecallInstruction,
    RefundInstruction,
    TerminationInstruction,
)
from shared.kernel import errors
from shared.kernel.money import Fen
from shared.terminations.model import NoticeStatus
from shared.terminations.store import notices

Instruction = PayoutInstruction | RefundInstruction | MinimumWithdrawalInstruction | TerminationInstruction
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
        self.paid: Counter[str] = Counter()
        self.down = False

    def receives(self, fact: facts.DepositPosted | facts.InterestPosted) -> None:
        """Money comes in."""
        self._move(fact.bank_reference, fact.account_no, fact.amount_fen)
        self.untold.append(fact)

    def reverses(self, deposit: facts.DepositPosted, *, now: datetime) -> None:
        """A deposit is taken back."""
        reference = f"BKV{len(self.moves):06d}"
        self._move(reference, deposit.account_no, -deposit.amount_fen)
        self.untold.append(
            facts.DepositReversed(
                bank_reference=reference,
                original_reference=deposit.bank_reference,
                account_no=deposit.account_no,
                amount_fen=deposit.amount_fen,
                reason="付款人撤销",
                booked_at=now,
            )
        )

    def is_reversed(self, deposit: facts.DepositPosted) -> bool:
        """Whether it has taken a deposit back."""
        known = self.untold + self.told
        originals = {fact.original_reference for fact in known if isinstance(fact, facts.DepositReversed)}
        return deposit.bank_reference in originals

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

    def recall_payout(self, instruction: RecallInstruction, *, now: datetime) -> None:
        """Pay no more of a payout, unless it is all paid: both are told."""
        if self.down:
            raise errors.Unavailable()
        name = instruction.payout_id
        self.waiting.pop(name, None)
        if name in self.answered:
            return
        self.answered.add(name)
        rest = Fen(instruction.amount_fen - self.paid[name])
        self.untold.append(facts.PayoutRecalled(name, instruction.from_account_no, rest, now))

    def gets_back(self, settled: facts.PayoutSettled, *, now: datetime) -> None:
        """The school's account sends back a part of what a payout brought."""
        reference = f"BKB{len(self.moves):06d}"
        amount = Fen(max(1, settled.amount_fen // 2))
        self._move(reference, settled.account_no, amount)
        self.untold.append(
            facts.PayoutReturned(
                payout_id=settled.payout_id,
                bank_reference=reference,
                account_no=settled.account_no,
                amount_fen=amount,
                reason="账户已冻结",
                booked_at=now,
            )
        )

    def instruct_termination(self, instruction: TerminationInstruction, *, now: datetime) -> None:
        """Accept a notice; the same one again is the same."""
        self._accept(f"notice-{instruction.notice_no}", instruction)

    def _return(self, instruction: TerminationInstruction, pays: bool, now: datetime) -> None:
        """Return what a notice says, from each of its accounts once; not when it doesn't stand any more.

        When it can't pay, it pays the first account all the same.
        """
        if notices.get(instruction.notice_no).status is not NoticeStatus.VALID:
            return
        for place, one in enumerate(json.loads(instruction.notice)["returns"]):
            told = (instruction.notice_no, one["account_no"], Fen(one["amount_fen"]))
            if place and not pays:
                self.untold.append(facts.TerminationFailed(*told, reason="收款账户已销户", booked_at=now))
                continue
            reference = f"BKO{len(self.moves):06d}"
            self._move(reference, one["account_no"], -one["amount_fen"])
            self.untold.append(
                facts.TerminationPaid(
                    notice_no=instruction.notice_no,
                    signature=instruction.signature,
                    bank_reference=reference,
                    account_no=one["account_no"],
                    amount_fen=Fen(one["amount_fen"]),
                    booked_at=now,
                )
            )

    def _accept(self, name: str, instruction: Instruction) -> None:
        if self.down:
            raise errors.Unavailable()
        known = self.waiting.get(name)
        assert known in (None, instruction), f"{name} is instructed as {known}, then as {instruction}"
        if name not in self.answered:
            self.waiting[name] = instruction

    def answers(self, name: str, *, pays: bool, partly: bool = False, now: datetime) -> None:
        """Pay what was instructed, or say that it can't be paid. A failed payout may be instructed again.

        `partly`: of a payout, only a third is paid; so may that.
        """
        instruction = self.waiting.pop(name)
        if isinstance(instruction, TerminationInstruction):
            self.answered.add(name)
            self._return(instruction, pays, now)
            return
        rest = instruction.amount_fen - self.paid[name]
        told: dict[str, Any] = {"account_no": instruction.from_account_no, "amount_fen": rest, "booked_at": now}
        id_name, paid, failed = _FACTS[type(instruction)]
        told[id_name] = name
        if pays and partly and isinstance(instruction, PayoutInstruction) and rest >= 3:
            self._pay(name, facts.PayoutPartlySettled, {**told, "amount_fen": rest // 3})
            return
        if not pays:
            self.answered |= set() if isinstance(instruction, PayoutInstruction) else {name}
            self.untold.append(failed(**told, reason="收款账户状态异常"))
            return
        self.answered.add(name)
        self._pay(name, paid, told)

    def _pay(self, name: str, fact: type[Any], told: dict[str, Any]) -> None:
        reference = f"BKO{len(self.moves):06d}"
        self.paid[name] += told["amount_fen"]
        self._move(reference, told["account_no"], -told["amount_fen"])
        self.untold.append(fact(**told, bank_reference=reference))

    def acknowledged(self, fact: facts.BankFact) -> None:
        """Our side has taken a fact; it may come again all the same."""
        if fact in self.untold:
            self.untold.remove(fact)
            self.told.append(fact)

    def overtakes(self, fact: facts.BankFact) -> bool:
        """Whether our side hasn't acknowledged another fact about the same thing."""
        return any(other != fact and _about(other) & _about(fact) for other in self.untold)

    def distorted(self, fact: facts.BankFact) -> facts.BankFact:
        """A fact with another amount, as nobody should ever send it."""
        return replace(fact, amount_fen=Fen(fact.amount_fen + 1))

    def _move(self, reference: str, account_no: str, amount_fen: int) -> None:
        self.balances[account_no] += amount_fen
        self.moves[reference] = (account_no, amount_fen)


def _about(fact: facts.BankFact) -> set[str]:
    """The deposit, payout or payment that a fact is about."""
    names = ("payout_id", "payment_id", "withdrawal_id", "original_reference", "bank_reference")
    return {getattr(fact, name) for name in names if hasattr(fact, name)}
