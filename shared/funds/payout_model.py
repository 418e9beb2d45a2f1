"""Payouts: released money on its way to a school."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.ids import InstitutionId, PayoutId
from shared.kernel.money import Fen


class PayoutStatus(StrEnum):
    """built → sent → settled | partly | failed; what is partly paid or failed is sent again under the same id.

    recalling, once the bureau wants it back, until the bank says what never left (recalled), or that it has paid.
    returned, when the school's account has sent settled money back.
    """

    BUILT = "built"
    SENT = "sent"
    PARTLY = "partly"
    SETTLED = "settled"
    FAILED = "failed"
    RECALLING = "recalling"
    RECALLED = "recalled"
    RETURNED = "returned"


@dataclass(frozen=True)
class Payout:
    """Released money on its way to a school. `number` counts the school's payouts from 1; the id never changes.

    amount = settled + what is on its way or was recalled. The bank may settle it in parts, each with a reference;
    `bank_references` are those of parts and of what the school's account sent back. `version` counts what happened.
    """

    payout_id: PayoutId
    institution_id: InstitutionId
    number: int
    amount_fen: Fen
    from_account_no: str
    to_account_no: str
    status: PayoutStatus
    built_at: datetime
    tries: int = 0
    settled_at: datetime | None = None
    settled_fen: Fen = Fen(0)
    returned_fen: Fen = Fen(0)
    bank_references: tuple[str, ...] = ()
    reason: str = ""
    version: int = 0

    @property
    def rest_fen(self) -> Fen:
        """What the bank hasn't paid; of a recalled payout, what never left."""
        return Fen(self.amount_fen - self.settled_fen)

    @property
    def over(self) -> bool:
        """Whether nothing of it is on its way."""
        return not self.rest_fen or self.status is PayoutStatus.RECALLED
