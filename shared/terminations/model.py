"""The end of a school under supervision (专用账户终止): a case, its objections, its progress, its notice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen

PLATFORM = "platform"
"""Who did a step that nobody did by hand."""


class Step(StrEnum):
    """stopped → settling → refunding → publicity → zero_liability → notice_issued → closed.

    An objection that is upheld leads back from publicity to refunding; a notice that is revoked, to publicity. What is
    in the accounts after a notice is over leads from there, and from a closed case, back to the check.
    """

    STOPPED = "stopped"
    SETTLING = "settling"
    REFUNDING = "refunding"
    PUBLICITY = "publicity"
    ZERO_LIABILITY = "zero_liability"
    NOTICE_ISSUED = "notice_issued"
    CLOSED = "closed"


STEP_NAMES: Mapping[Step, tuple[str, str]] = {
    Step.STOPPED: ("停止招生和拨付", "Sales and releases stopped"),
    Step.SETTLING: ("结清已上课时", "Settling lessons taught"),
    Step.REFUNDING: ("清退学员", "Refunding students"),
    Step.PUBLICITY: ("公示", "Publicity"),
    Step.ZERO_LIABILITY: ("零负债核验", "Liabilities checked"),
    Step.NOTICE_ISSUED: ("签发终止通知书", "Notice issued"),
    Step.CLOSED: ("办结", "Closed"),
}


class Standing(StrEnum):
    """Whether a case is still under way."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Stage:
    """A step that a case came to: when, and by whom."""

    step: Step
    at: datetime
    by: str


@dataclass(frozen=True)
class Check:
    """The finance officer's check that the school owes its students nothing: what was looked at, in fen or numbers.

    `minimum_fen` and `payable_fen` are what is to be returned to the school then.
    """

    by: str
    at: datetime
    figures: Mapping[str, int]
    minimum_fen: Fen
    payable_fen: Fen


@dataclass(frozen=True)
class Case:
    """The termination of one school. `notices` are the numbers of its notices, the last one the one in force.

    `decision_no` and `evidence` are of the decision that revoked its licence, where one did.
    """

    institution_id: InstitutionId
    step: Step
    reason: str
    opened_at: datetime
    history: tuple[Stage, ...]
    decision_no: str = ""
    evidence: str = ""
    publicity_until: date | None = None
    publicity_assumed: bool = False
    objections_open: int = 0
    check: Check | None = None
    notices: tuple[str, ...] = ()
    version: int = 0

    @property
    def revoked(self) -> bool:
        """Whether it ends because its licence is revoked."""
        return bool(self.decision_no)

    @property
    def standing(self) -> Standing:
        """Whether it is still under way."""
        return Standing.CLOSED if self.step is Step.CLOSED else Standing.OPEN

    @property
    def notice(self) -> str | None:
        """The number of the newest notice."""
        return self.notices[-1] if self.notices else None


@dataclass(frozen=True)
class Progress:
    """How far the platform has gone through the school's enrolments in this round: `gone` of `of`.

    The rest is what it found there: how many owe the student nothing any more, and the money in fen.
    """

    round: int = 1
    cursor: str | None = None
    of: int = 0
    gone: int = 0
    settled: int = 0
    held_fen: Fen = Fen(0)
    pending_fen: Fen = Fen(0)
    refunded_fen: Fen = Fen(0)
    over_at: datetime | None = None
    version: int = 0


class ObjectionStatus(StrEnum):
    """open → upheld | dismissed."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True)
class Objection:
    """What somebody says against a termination while it is public. `by_whom` is who objects, in the bureau's words."""

    objection_id: str
    institution_id: InstitutionId
    by_whom: str
    text: str
    recorded_by: str
    recorded_at: datetime
    status: ObjectionStatus = ObjectionStatus.OPEN
    decision: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None


class NoticeStatus(StrEnum):
    """valid → used | failed | revoked. Failed: the bank couldn't return what one of the accounts holds."""

    VALID = "valid"
    USED = "used"
    FAILED = "failed"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Return:
    """What the bank returns from one account, once. `bank_reference` is of its payment, `failure` says why not."""

    purpose: str
    account_no: str
    amount_fen: Fen
    bank_reference: str = ""
    returned_at: datetime | None = None
    failure: str = ""
    failed_at: datetime | None = None

    @property
    def over(self) -> bool:
        """Whether the bank has answered."""
        return bool(self.bank_reference or self.failure)


@dataclass(frozen=True)
class Notice:
    """The numbered, single-use notice (专用账户终止通知书) that lets the bank return what a school's accounts hold.

    `number` is `2026-001`, `title` the same as it stands on paper. `content` is exactly what is signed, `signature` is
    Ed25519's in base64, and `key_id` names the key. One that is issued over what an earlier one has left, or couldn't
    return, `supplements` that number.
    """

    number: str
    title: str
    institution_id: InstitutionId
    school: str
    credit_code: str
    payee_account_no: str
    returns: tuple[Return, ...]
    issued_at: datetime
    proposed_by: str
    approved_by: str
    content: str
    signature: str
    key_id: str
    supplements: str = ""
    instructed_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str = ""
    revocation_reason: str = ""
    version: int = 0

    @property
    def status(self) -> NoticeStatus:
        """Whether it may still be executed."""
        if self.revoked_at is not None:
            return NoticeStatus.REVOKED
        if not all(one.over for one in self.returns):
            return NoticeStatus.VALID
        return NoticeStatus.FAILED if self.failures else NoticeStatus.USED

    @property
    def failures(self) -> tuple[Return, ...]:
        """What the bank couldn't return."""
        return tuple(one for one in self.returns if one.failure)

    @property
    def untouched(self) -> bool:
        """Whether the bank has answered nothing on it yet."""
        return not any(one.over for one in self.returns)
