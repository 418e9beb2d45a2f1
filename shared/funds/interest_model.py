"""The bank's credits of interest, and how each is distributed. All in fen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import EnrolmentId, InstitutionId
from shared.kernel.money import Fen


class CreditStatus(StrEnum):
    """credited (by the bank) → planned (who gets what is fixed) → distributed."""

    CREDITED = "credited"
    PLANNED = "planned"
    DISTRIBUTED = "distributed"


@dataclass(frozen=True)
class Share:
    """What an enrolment gets of a credit, and the fen × days that it gets it for, by segment."""

    enrolment_id: EnrolmentId
    amount_fen: Fen
    fen_days: Mapping[date, int]


@dataclass(frozen=True)
class InterestCredit:
    """Interest that the bank has credited on a tuition account, for the days from `period_from` through `period_to`.

    Its plan is in `segments` parts under `plan`, and `segments_done` of them are carried out. `expected_fen` is what
    the agreed rates give, rounded to the fen; `claimants` how many had a claim to it; `own_fen` is the part of the
    school: what was in the account and belonged to no enrolment. `problem` says why it couldn't be planned so far.
    """

    institution_id: InstitutionId
    account_no: str
    bank_reference: str
    amount_fen: Fen
    period_from: date
    period_to: date
    booked_at: datetime
    status: CreditStatus = CreditStatus.CREDITED
    plan: str = ""
    segments: int = 0
    segments_done: int = 0
    claimants: int = 0
    own_fen: Fen = Fen(0)
    expected_fen: Fen = Fen(0)
    problem: str = ""
    distributed_at: datetime | None = None

    @property
    def name(self) -> str:
        """What tells it from the school's other credits; credits sort by it as by their periods."""
        return f"{self.period_to}-{self.bank_reference}"

    @property
    def difference_fen(self) -> Fen:
        """What the bank has credited over what was expected; negative where it was less."""
        return Fen(self.amount_fen - self.expected_fen)

    @property
    def differs(self) -> bool:
        """Whether the bank's figure is further from the expected one than rounding each claimant's would explain."""
        return self.status is not CreditStatus.CREDITED and abs(self.difference_fen) > self.claimants


@dataclass(frozen=True)
class Plan:
    """How a credit is distributed, in whole: what the shares and the school's part add up to is the credit."""

    shares: tuple[Share, ...]
    own_fen: Fen
    expected_fen: Fen
    claimants: int
