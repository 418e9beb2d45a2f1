"""Accident insurance (意外险): the cover of a paid enrolment, from the wish for it to the end of its policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import CoverId, EnrolmentId, InstitutionId


class CoverStatus(StrEnum):
    """wanted → issued → ending → ended; wanted → refused → wanted; withdrawn: over before there was a policy."""

    WANTED = "wanted"
    ISSUED = "issued"
    REFUSED = "refused"
    ENDING = "ending"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class Due(StrEnum):
    """What is to be done with a cover next."""

    ISSUE = "issue"
    END = "end"
    EXPIRY = "expiry"


class EndReason(StrEnum):
    """Why a cover is over."""

    REFUND = "refund"
    COMPLETION = "completion"
    PERIOD = "period"


@dataclass(frozen=True)
class Enrolment:
    """What a cover follows. `ready`: paid in full, nothing given back. `over`: why nothing is taught any more."""

    enrolment_id: EnrolmentId
    institution_id: InstitutionId
    ready: bool
    over: EndReason | None


@dataclass(frozen=True)
class Policy:
    """A policy of the insurer's, in force from the first through the last day."""

    policy_no: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Ended:
    """The insurer's word that no policy of a cover is in force any more, or ever will be.

    `policy` is None where it never issued one; `covered_until` is None where its policy ended before it began.
    """

    policy: Policy | None
    covered_until: date | None


@dataclass(frozen=True)
class Disclosure:
    """What the insurer was told of a child, what for, and by which text of the guardian's consent; if anything was."""

    at: datetime
    purpose: str
    told: tuple[str, ...]
    consent_version: str


@dataclass(frozen=True)
class AskedAgain:
    """That a member of the staff had a refused cover asked for again. `refusal` is what the insurer had said."""

    at: datetime
    by: str
    note: str
    refusal: str


@dataclass(frozen=True)
class Cover:
    """The accident cover of one enrolment. `since`: in this status. `due_at`: when `due` is next to be tried.

    `request` is what the insurer is asked with, word for word on every try; forgotten once it has answered, because a
    child's name may stand in it. `asked` counts the tries, `tries` those of what is under way, which say how long to
    wait. `terms_of` is the day that the agreement with the insurer took effect which it was asked for under.
    """

    cover_id: CoverId
    enrolment_id: EnrolmentId
    institution_id: InstitutionId
    wanted_at: datetime
    since: datetime
    status: CoverStatus = CoverStatus.WANTED
    due: Due | None = Due.ISSUE
    due_at: datetime | None = None
    asked: int = 0
    tries: int = 0
    request: str = ""
    terms_of: date | None = None
    policy: Policy | None = None
    disclosure: Disclosure | None = None
    over: EndReason | None = None
    over_on: date | None = None
    covered_until: date | None = None
    refusal: str = ""
    asked_again: tuple[AskedAgain, ...] = ()
    version: int = 0


@dataclass(frozen=True)
class Standing:
    """How many covers stand in each status, and how many of them wait too long for the insurer."""

    by_status: Mapping[CoverStatus, int]
    late: int
