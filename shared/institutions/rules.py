"""What may be registered, and how a status may change."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from stdnum.cn import uscc

from shared.institutions.model import STATUS_NAMES, Change, Institution, Status, StatusChange
from shared.kernel import errors

_LICENCE = re.compile(r"\d{13}|教民\d{15}")
_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}")

_BECOMES: dict[Status, frozenset[Status]] = {
    Status.APPLICANT: frozenset({Status.LICENSED}),
    Status.LICENSED: frozenset({Status.SUSPENDED, Status.TERMINATING}),
    Status.SUSPENDED: frozenset({Status.LICENSED, Status.TERMINATING}),
    Status.TERMINATING: frozenset({Status.TERMINATED, Status.REVOKED}),
    Status.TERMINATED: frozenset(),
    Status.REVOKED: frozenset(),
}
TRANSITIONS: dict[tuple[Status, Status], bool] = {
    (was, becomes): becomes in _BECOMES[was] for was in Status for becomes in Status
}


class WrongCreditCode(errors.Invalid):
    code = "wrong_credit_code"
    zh = "统一社会信用代码 {credit_code} 有误。"
    en = "{credit_code} is not a valid unified social credit code."


class WrongLicence(errors.Invalid):
    code = "wrong_licence"
    zh = "办学许可证号 {licence_no} 有误：应为13位数字，或“教民”加15位数字。"
    en = "{licence_no} is not a licence number: 13 digits, or 教民 and 15 digits."


class StatusCantChange(errors.Conflict):
    code = "status_cant_change"
    zh = "该机构现为“{status_zh}”状态，不能这样变更。"
    en = "The institution is {status}; it can't change that way."


class AlreadyFrozen(errors.Conflict):
    code = "already_frozen"
    zh = "该机构的资金已冻结。"
    en = "The institution's money is frozen already."


class NotFrozen(errors.Conflict):
    code = "not_frozen"
    zh = "该机构的资金未被冻结。"
    en = "The institution's money isn't frozen."


class MoneyStopped(errors.Conflict):
    code = "money_stopped"
    zh = "该机构正在终止或已终止办学，资金已停止拨付，不再冻结或解除冻结。"
    en = "The institution is being terminated: its money has stopped for good, and is neither frozen nor let go."


class ReasonMissing(errors.Invalid):
    code = "reason_missing"
    zh = "请填写原因。"
    en = "Give a reason."


class LicenceOver(errors.Invalid):
    code = "licence_over"
    zh = "许可证有效期应晚于今天。"
    en = "A licence is valid until a day after today."


class ApplicationBlank(errors.Invalid):
    code = "application_blank"
    zh = "此项不能为空，也不能含有不可见字符。"
    en = "This is not empty, and has no characters that can't be seen."


class WrongPhone(errors.Invalid):
    code = "wrong_phone"
    zh = "电话应为手机号或带区号的座机号。"
    en = "This is neither a mobile number nor a landline with its area code."


def check_registration(institution: Institution) -> None:
    """Raises WrongCreditCode (GB 32100-2015) or WrongLicence."""
    if not uscc.is_valid(institution.credit_code):
        raise WrongCreditCode(pointer="/credit_code", credit_code=institution.credit_code)
    check_licence_no(institution.licence_no)


def check_licence_no(licence_no: str) -> None:
    """Raises WrongLicence."""
    if not _LICENCE.fullmatch(licence_no):
        raise WrongLicence(pointer="/licence_no", licence_no=licence_no)


def check_licence(licence_no: str, valid_to: date, *, today: date) -> None:
    """Whether a licence can be given. Raises WrongLicence, LicenceOver."""
    check_licence_no(licence_no)
    if valid_to <= today:
        raise LicenceOver(pointer="/valid_to")


def check_application(institution: Institution) -> None:
    """Raises ApplicationBlank, WrongCreditCode, WrongPhone; each with its pointer."""
    told = {
        "name": institution.name,
        "legal_representative": institution.legal_representative,
        "address": institution.campuses[0].address,
    }
    for name, text in told.items():
        if not text.strip() or not text.isprintable():
            raise ApplicationBlank(pointer=f"/{name}")
    if not uscc.is_valid(institution.credit_code):
        raise WrongCreditCode(pointer="/credit_code", credit_code=institution.credit_code)
    check_phone(institution.phone, pointer="/phone")


def check_phone(phone: str, *, pointer: str) -> None:
    """Raises WrongPhone."""
    if not _PHONE.fullmatch(phone):
        raise WrongPhone(pointer=pointer)


def check_freeze(institution: Institution, *, frozen: bool) -> None:
    """Whether its money can be frozen, or let go. Raises MoneyStopped, AlreadyFrozen, NotFrozen."""
    if institution.status.ending:
        raise MoneyStopped()
    if institution.frozen and frozen:
        raise AlreadyFrozen()
    if not institution.frozen and not frozen:
        raise NotFrozen()


def stopped_periods(changes: Sequence[StatusChange]) -> list[tuple[datetime, datetime | None]]:
    """The half-open periods in which a school's money was stopped, by the changes of the school, oldest first.

    The last may have no end.
    """
    periods: list[tuple[datetime, datetime | None]] = []
    for change in changes:
        running = bool(periods) and periods[-1][1] is None
        if change.change in (Change.FROZEN, Change.TERMINATING) and not running:
            periods.append((change.at, None))
        elif change.change is Change.THAWED and running:
            periods[-1] = (periods[-1][0], change.at)
    return periods


def check_change(now_is: Status, becomes: Status, reason: str) -> None:
    """Raises StatusCantChange or ReasonMissing."""
    if not TRANSITIONS[now_is, becomes]:
        raise StatusCantChange(status=now_is.value, status_zh=STATUS_NAMES[now_is][0])
    if not reason.strip():
        raise ReasonMissing(pointer="/reason")
