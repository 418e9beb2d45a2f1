"""Training institutions (培训机构) as the bureau knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import CampusId, FileId, InstitutionId, ItemId, TeacherId


class Status(StrEnum):
    """applicant → licensed ⇄ suspended → terminating → terminated, or revoked."""

    APPLICANT = "applicant"
    LICENSED = "licensed"
    SUSPENDED = "suspended"
    TERMINATING = "terminating"
    TERMINATED = "terminated"
    REVOKED = "revoked"

    @property
    def ending(self) -> bool:
        """Whether it sells and is paid nothing any more, for ever."""
        return self is Status.TERMINATING or self.ended

    @property
    def ended(self) -> bool:
        """Whether its accounts are given back and it is over: of its own accord, or because its licence was revoked."""
        return self in (Status.TERMINATED, Status.REVOKED)


class Change(StrEnum):
    """What happens to a school on file: a status that it comes to, its money frozen and let go again, and so on."""

    APPLICANT = "applicant"
    LICENSED = "licensed"
    SUSPENDED = "suspended"
    TERMINATING = "terminating"
    TERMINATED = "terminated"
    REVOKED = "revoked"
    FROZEN = "frozen"
    THAWED = "thawed"
    BARRED = "barred"
    UNBARRED = "unbarred"
    SUPERVISED = "supervised"
    AMENDED = "amended"


STATUS_NAMES: Mapping[Status, tuple[str, str]] = {
    Status.APPLICANT: ("申请设立中", "Applying"),
    Status.LICENSED: ("正常办学", "Licensed"),
    Status.SUSPENDED: ("暂停招生", "Suspended"),
    Status.TERMINATING: ("终止办理中", "Terminating"),
    Status.TERMINATED: ("已终止", "Terminated"),
    Status.REVOKED: ("已吊销办学许可证", "Licence revoked"),
}


CHANGE_NAMES: Mapping[Change, tuple[str, str]] = {
    **{Change(status.value): names for status, names in STATUS_NAMES.items()},
    Change.FROZEN: ("资金冻结", "Money frozen"),
    Change.THAWED: ("解除冻结", "Money let go"),
    Change.BARRED: ("禁止招生", "Barred from selling"),
    Change.UNBARRED: ("解除禁止招生", "Not barred any more"),
    Change.SUPERVISED: ("纳入资金监管", "Under supervision"),
    Change.AMENDED: ("变更登记事项", "Record amended"),
}


class BarKind(StrEnum):
    """Why a school is barred from selling although it is licensed; each is set and lifted by itself."""

    BLACKLIST = "blacklist"
    MINIMUM_OVERDUE = "minimum_overdue"


BAR_NAMES: Mapping[BarKind, tuple[str, str]] = {
    BarKind.BLACKLIST: ("列入黑名单", "On the blacklist"),
    BarKind.MINIMUM_OVERDUE: ("最低余额逾期未补足", "Minimum balance not made up in time"),
}

FOR_GOOD = date(9999, 12, 31)


@dataclass(frozen=True)
class Bar:
    """That a school may not sell from `since` on, through the business day `until`."""

    kind: BarKind
    since: datetime
    until: date = FOR_GOOD


class Purpose(StrEnum):
    """What a supervised account is for. The two are never netted."""

    TUITION = "tuition"
    MINIMUM_BALANCE = "minimum_balance"


@dataclass(frozen=True)
class Campus:
    """A place where a school teaches. `street` is that of the address, `position` where it is on the map
    (shared/kernel/position.py); each is empty where nobody has told it."""

    campus_id: CampusId
    name: str
    address: str
    phone: str
    street: str = ""
    position: str = ""


@dataclass(frozen=True)
class FileRef:
    """An accepted file of the school's: a scan, a picture."""

    file_id: FileId
    name: str
    sha256: str


@dataclass(frozen=True)
class Teacher:
    """A teacher and the qualification that is published. `valid_to`: the last day, None where it doesn't end."""

    teacher_id: TeacherId
    name: str
    subject: str
    qualification: str
    qualification_no: str
    valid_to: date | None = None
    file: FileRef | None = None


class CertificateKind(StrEnum):
    """What a school holds beside its licence, which is on file by itself (`licence_valid_to`)."""

    BUSINESS = "business"
    FIRE_SAFETY = "fire_safety"
    PREMISES = "premises"
    HYGIENE = "hygiene"
    INSURANCE = "insurance"


CERTIFICATE_NAMES: Mapping[CertificateKind, tuple[str, str]] = {
    CertificateKind.BUSINESS: ("营业执照", "Business licence"),
    CertificateKind.FIRE_SAFETY: ("消防安全证明", "Fire safety"),
    CertificateKind.PREMISES: ("场所证明", "Premises"),
    CertificateKind.HYGIENE: ("卫生许可", "Hygiene"),
    CertificateKind.INSURANCE: ("保险", "Insurance"),
}
VALIDITY_NAMES: Mapping[str, tuple[str, str]] = {
    "licence": ("办学许可证", "Licence"),
    "teacher": ("教师资格", "A teacher's qualification"),
    **{kind.value: names for kind, names in CERTIFICATE_NAMES.items()},
}


@dataclass(frozen=True)
class Validity:
    """What of a school has a last day. `stops_sales`: the school sells nothing after it."""

    item_id: str
    kind: str
    named: str
    last_day: date
    stops_sales: bool


@dataclass(frozen=True)
class Certificate:
    """A certificate that is published. It is valid through `valid_to`."""

    item_id: ItemId
    kind: CertificateKind
    number: str
    issuer: str
    valid_from: date
    valid_to: date
    file: FileRef | None = None


@dataclass(frozen=True)
class Room:
    """A place where is taught, with its picture. `area_m2`: whole square metres."""

    item_id: ItemId
    caption: str
    area_m2: int
    file: FileRef | None = None


@dataclass(frozen=True)
class Accounts:
    """A school's supervised accounts at the bank, and its own account that payouts go to.

    `supervised_since`: the business day on which the platform took them over; None: it had them from the beginning.
    """

    bank_name: str
    tuition_account_no: str
    minimum_balance_account_no: str
    payout_account_no: str
    supervised_since: date | None = None

    @property
    def opened(self) -> bool:
        """Whether the bank has opened them: until then a school is not under supervision, and sells nothing."""
        return bool(self.tuition_account_no)


NO_ACCOUNTS = Accounts("", "", "", "")
NO_LICENCE = date.min
"""Until when an applicant may teach."""


@dataclass(frozen=True)
class Institution:
    """A school."""

    institution_id: InstitutionId
    name: str
    short_name: str
    credit_code: str
    licence_no: str
    licence_valid_to: date
    legal_representative: str
    phone: str
    size: str
    categories: tuple[str, ...]
    accounts: Accounts
    campuses: tuple[Campus, ...]
    teachers: tuple[Teacher, ...]
    status: Status = Status.LICENSED
    status_reason: str = ""
    frozen: bool = False
    frozen_reason: str = ""
    bars: tuple[Bar, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    rooms: tuple[Room, ...] = ()

    @property
    def valid_to(self) -> date:
        """The last day on which its licence and every published certificate are valid."""
        return min([self.licence_valid_to, *(one.valid_to for one in self.certificates)])

    @property
    def validities(self) -> tuple[Validity, ...]:
        """The licence, the certificates, and the qualifications of teachers that end."""
        certificates = [
            Validity(one.item_id, one.kind.value, one.number, one.valid_to, True) for one in self.certificates
        ]
        teachers = [
            Validity(one.teacher_id, "teacher", one.name, one.valid_to, False) for one in self.teachers if one.valid_to
        ]
        licence = Validity("licence", "licence", self.licence_no, self.licence_valid_to, True)
        return (*([licence] if self.licence_valid_to > NO_LICENCE else []), *certificates, *teachers)

    def may_sell_on(self, day: date) -> bool:
        """Whether it may sell on a business day: licensed, its papers valid, its money not frozen, no bar."""
        if self.frozen or self.barred_on(day):
            return False
        return self.status is Status.LICENSED and self.accounts.opened and day <= self.valid_to

    def barred_on(self, day: date) -> tuple[Bar, ...]:
        """The bars that hold on a business day."""
        return tuple(bar for bar in self.bars if day <= bar.until)


@dataclass(frozen=True)
class SupervisedAccount:
    """What a bank account number stands for."""

    account_no: str
    institution_id: InstitutionId
    purpose: Purpose


@dataclass(frozen=True)
class AccountRequest:
    """That a licensed school asks to come under supervision, and where its payouts are to go.

    `payout_bank_name`: the bank where it has that account. `proposal`: what was proposed on it last, empty for nothing.
    """

    institution_id: InstitutionId
    payout_bank_name: str
    payout_account_no: str
    asked_by: str
    asked_at: datetime
    proposal: str = ""


@dataclass(frozen=True)
class StatusChange:
    """One change of a school: when, by whom, why; of an amendment each field with what it was and what it became."""

    institution_id: InstitutionId
    change: Change
    reason: str
    by: str
    at: datetime
    fields: tuple[tuple[str, str, str], ...] = ()
