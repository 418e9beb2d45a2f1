"""What a deposit's money did, and the return of what stays in suspense to its payer. All in fen."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.funds.model import Entry, State
from shared.funds.refund_model import RefundPayment
from shared.kernel.ids import EnrolmentId, InstitutionId
from shared.kernel.money import Fen


@dataclass(frozen=True)
class DepositHistory:
    """A deposit with all that its money did since: `moves` are numbered from 1, and each number is given out once.

    Whoever moves the money takes the next number, so two who have read the same history can't both move it.
    `reversed_by` is the reference under which the bank has taken it back; `reversed_fen` what that took of suspense.
    """

    deposit: Entry
    moves: Sequence[Entry] = ()
    next_number: int = 1
    reversed_by: str = ""
    reversed_fen: Fen = Fen(0)

    @property
    def left_fen(self) -> Fen:
        """What of it is still in suspense; below 0, what a reversal couldn't take back."""
        moved = sum(entry.legs.get(State.SUSPENSE, 0) for entry in (self.deposit, *self.moves))
        return Fen(moved - self.reversed_fen)

    def shares(self) -> dict[EnrolmentId, Fen]:
        """What each enrolment has of it, where it has anything."""
        found: Counter[EnrolmentId] = Counter()
        for entry in (self.deposit, *self.moves):
            if entry.enrolment_id is not None:
                found[entry.enrolment_id] += entry.legs.get(State.HELD, 0) + entry.legs.get(State.PAYABLE, 0)
        return {one: Fen(amount) for one, amount in found.items() if amount}


class ReturnStatus(StrEnum):
    """held → instructed → paid | failed: then it is in suspense again."""

    HELD = "held"
    INSTRUCTED = "instructed"
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True)
class SuspenseReturn:
    """Money in suspense on its way back to who paid it (待查款退回)."""

    payment: RefundPayment
    institution_id: InstitutionId
    status: ReturnStatus
    asked_at: datetime
    failure: str = ""
