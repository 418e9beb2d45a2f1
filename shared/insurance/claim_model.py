"""Insurance claims (理赔): a guardian's, of an accident in the period of a cover, on its way at the insurer."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import ClaimId, EnrolmentId, FileId, GuardianId, InstitutionId
from shared.kernel.money import Fen


class ClaimStatus(StrEnum):
    """wanted → received ⇄ more_wanted; → accepted → paid, or rejected. Refused: the insurer doesn't take it at all.

    Wanted: on its way to the insurer; so is what she adds where more was wanted.
    """

    WANTED = "wanted"
    RECEIVED = "received"
    MORE_WANTED = "more_wanted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PAID = "paid"
    REFUSED = "refused"


class ClaimDue(StrEnum):
    """What is to be done with a claim next: send it, or ask how it stands."""

    SEND = "claim_send"
    ASK = "claim_ask"


@dataclass(frozen=True)
class Claim:
    """One claim. `text`, `pictures`: the guardian's words and files of the `part` that the insurer hasn't got yet.

    They may tell of a child's health, so they are forgotten once it has them; nobody of the bureau reads them. `asked`
    is what the insurer wants to know more, `revision` counts what it has said, `paid_fen` what it has paid.
    """

    claim_id: ClaimId
    enrolment_id: EnrolmentId
    institution_id: InstitutionId
    guardian_id: GuardianId
    policy_no: str
    accident_on: date
    made_at: datetime
    since: datetime
    text: str = ""
    pictures: tuple[FileId, ...] = ()
    part: int = 1
    status: ClaimStatus = ClaimStatus.WANTED
    due: ClaimDue | None = ClaimDue.SEND
    due_at: datetime | None = None
    tries: int = 0
    revision: int = 0
    asked: str = ""
    refusal: str = ""
    paid_fen: Fen = Fen(0)
    version: int = 0


@dataclass(frozen=True)
class ClaimTold:
    """What the insurer says of a claim, as an answer, in a webhook, or when it is asked; the highest revision counts.

    `part` is the last part that it has.
    """

    claim_id: ClaimId
    revision: int
    part: int
    status: ClaimStatus
    asked: str = ""
    reason: str = ""
    paid_fen: Fen = Fen(0)
