"""The white list and the black list (白名单、黑名单), what a school's eligibility is made of, appeals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import FileId, InstitutionId, PlaqueId


class ListName(StrEnum):
    """A school is on one of them or on none."""

    WHITE = "white"
    BLACK = "black"


class ChangeKind(StrEnum):
    """Why a school's place changed: two people put it on or took it off, its time was over, its appeal was upheld."""

    LISTED = "listed"
    REMOVED = "removed"
    LAPSED = "lapsed"
    APPEAL_UPHELD = "appeal_upheld"


class AppealStatus(StrEnum):
    """open → upheld | dismissed."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


LIST_NAMES: Mapping[ListName, tuple[str, str]] = {
    ListName.WHITE: ("白名单", "White list"),
    ListName.BLACK: ("黑名单", "Black list"),
}
CHANGE_NAMES: Mapping[ChangeKind, tuple[str, str]] = {
    ChangeKind.LISTED: ("列入", "Put on"),
    ChangeKind.REMOVED: ("移出", "Taken off"),
    ChangeKind.LAPSED: ("到期移出", "Its time was over"),
    ChangeKind.APPEAL_UPHELD: ("申诉成立，移出", "Appeal upheld, taken off"),
}
APPEAL_NAMES: Mapping[AppealStatus, tuple[str, str]] = {
    AppealStatus.OPEN: ("待答复", "Open"),
    AppealStatus.UPHELD: ("申诉成立", "Upheld"),
    AppealStatus.DISMISSED: ("申诉不成立", "Dismissed"),
}


@dataclass(frozen=True)
class ListChange:
    """One change of the lists, for ever. `number` counts the district's changes from 1 on, without a gap.

    `nth` counts the school's own. `name` and `credit_code` are as they were then. `until`: the last business day on the
    list, None for no end. All of it is public but `proposed_by`, `approved_by` and the `files` named as evidence.
    """

    number: int
    nth: int
    institution_id: InstitutionId
    name: str
    credit_code: str
    kind: ChangeKind
    was: ListName | None
    becomes: ListName | None
    reason: str
    evidence: str
    until: date | None
    proposed_by: str
    approved_by: str
    at: datetime
    files: tuple[FileId, ...] = ()


@dataclass(frozen=True)
class Listing:
    """Where a school stands: on which list, since when, by its `changes`-th change; how often it was on the black one.

    `appealed` is the change that the school has appealed against last, 0 for none.
    """

    institution_id: InstitutionId
    on: ListName | None = None
    at: datetime | None = None
    reason: str = ""
    evidence: str = ""
    until: date | None = None
    changes: int = 0
    blacklisted: int = 0
    appealed: int = 0


@dataclass(frozen=True)
class Appeal:
    """A school's appeal (申诉) against its `nth` change: that it is on the black list."""

    institution_id: InstitutionId
    nth: int
    text: str
    by: str
    at: datetime
    status: AppealStatus = AppealStatus.OPEN
    answer: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Plaque:
    """What hangs on a school's wall (牌匾), with a QR code of the address that says whether the school is legal.

    Its id can't be guessed: one that we don't know is forged. `replaced_at`: another took its place, it is void.
    """

    plaque_id: PlaqueId
    institution_id: InstitutionId
    issued_by: str
    issued_at: datetime
    replaced_at: datetime | None = None


class Rule(StrEnum):
    """What eligibility is made of. A rule whose fact isn't known says nothing."""

    STATUS = "status"
    LICENCE = "licence"
    BLACKLIST = "blacklist"
    FROZEN = "frozen"
    MINIMUM_BALANCE = "minimum_balance"
    RED_ALERTS = "red_alerts"
    INSPECTION = "inspection"
    PORTS = "ports"


RULE_NAMES: Mapping[Rule, tuple[str, str]] = {
    Rule.STATUS: ("办学状态正常", "Licensed and not suspended"),
    Rule.LICENCE: ("许可证有效", "Licence valid"),
    Rule.BLACKLIST: ("未列入黑名单", "Not on the blacklist"),
    Rule.FROZEN: ("资金未被冻结", "Money not frozen"),
    Rule.MINIMUM_BALANCE: ("最低余额达标", "Minimum balance there"),
    Rule.RED_ALERTS: ("近期无红色预警", "No red alert lately"),
    Rule.INSPECTION: ("年检合格", "Annual inspection passed"),
    Rule.PORTS: ("监控端口在线", "Monitoring ports online"),
}


@dataclass(frozen=True)
class Fact:
    """What is known for a rule: whether it is met, the value that was looked at, the limit, and since when it is so.

    `stops_sales` where the sale's own transaction looks at it too.
    """

    rule: Rule
    met: bool
    stops_sales: bool = False
    value: str = ""
    limit: str = ""
    since: datetime | date | None = None


@dataclass(frozen=True)
class Eligibility:
    """Whether a school is eligible, with every fact that it was derived from, in the order of the rules."""

    facts: tuple[Fact, ...] = field(default_factory=tuple)

    @property
    def eligible(self) -> bool:
        """Whether every rule whose fact is known is met."""
        return all(fact.met for fact in self.facts)

    @property
    def missing(self) -> tuple[Fact, ...]:
        """What it isn't eligible for."""
        return tuple(fact for fact in self.facts if not fact.met)


@dataclass(frozen=True)
class Observed:
    """What is observed of a school, from every context. None: not known (yet), and then nothing is said of it.

    `inspection` is how the school stands with that of `inspection_year`, since `inspected_on`.
    `short_since` and `short_due_on` of a minimum balance that is too little; `red_alerts` of the policy's last days.
    """

    status: str
    licensed: bool
    status_since: datetime | None
    licence_valid_to: date
    frozen: bool
    frozen_since: datetime | None
    balance_fen: int
    required_fen: int
    short_since: date | None
    short_due_on: date | None
    red_alerts: int
    last_red_alert: datetime | None
    listing: Listing
    inspection: str = ""
    inspection_year: int = 0
    inspection_passed: bool | None = None
    inspected_on: date | None = None
    ports_offline: int | None = None
