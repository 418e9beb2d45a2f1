"""How a termination may go on, and what a notice lets the bank do. Pure."""

import json
import re
from collections.abc import Mapping
from datetime import datetime

from shared.kernel import clock, errors
from shared.terminations.model import Case, Notice, NoticeStatus, Return, Step

MOST_TEXT = 500

Remaining = Mapping[str, tuple[str, str]]
"""What is still owed, by name: what and how much, as a person reads it in Chinese and in English."""

_BECOMES: dict[Step, frozenset[Step]] = {
    Step.STOPPED: frozenset({Step.SETTLING}),
    Step.SETTLING: frozenset({Step.REFUNDING}),
    Step.REFUNDING: frozenset({Step.PUBLICITY}),
    Step.PUBLICITY: frozenset({Step.REFUNDING, Step.ZERO_LIABILITY}),
    Step.ZERO_LIABILITY: frozenset({Step.ZERO_LIABILITY, Step.NOTICE_ISSUED}),
    Step.NOTICE_ISSUED: frozenset({Step.PUBLICITY, Step.ZERO_LIABILITY, Step.CLOSED}),
    Step.CLOSED: frozenset({Step.ZERO_LIABILITY}),
}
TRANSITIONS: dict[tuple[Step, Step], bool] = {
    (was, becomes): becomes in _BECOMES[was] for was in Step for becomes in Step
}
SETTLES = frozenset({Step.SETTLING, Step.REFUNDING})
"""While a case is here, lessons that were taught are settled (final release)."""


class StepNotNext(errors.Conflict):
    code = "termination_step"
    zh = "该终止案件现处于“{step}”步骤，不能这样办理。"
    en = "The termination stands at {step}; this can't be done to it."


class StudentsUnsettled(errors.Conflict):
    code = "students_unsettled"
    zh = "还有学员未清退完毕：{remaining_zh}。"
    en = "Not every student is settled: {remaining}."


class LiabilitiesRemain(errors.Conflict):
    code = "liabilities_remain"
    zh = "仍有未了结的款项：{remaining_zh}。"
    en = "Liabilities remain: {remaining}."


class PublicityRunning(errors.Conflict):
    code = "publicity_running"
    zh = "公示期至 {until}，期满后再核验。"
    en = "The publicity period lasts until {until}; liabilities are checked after it."


class ObjectionsOpen(errors.Conflict):
    code = "objections_open"
    zh = "还有 {count} 条异议未处理。"
    en = "{count} objections are not decided yet."


class ObjectionDecided(errors.Conflict):
    code = "objection_decided"
    zh = "该异议已处理。"
    en = "The objection is decided already."


class TextNeeded(errors.Invalid):
    code = "termination_text_needed"
    zh = "请填写（至多500字）。"
    en = "Say something, in at most 500 characters."


class CheckOutdated(errors.Conflict):
    code = "check_outdated"
    zh = "核验之后金额已变化，请财务重新核验。"
    en = "The amounts have changed since the check; the finance officer checks again."


class CheckerCantIssue(errors.Denied):
    code = "checker_cant_issue"
    zh = "核验负债的人不能提出或批准终止通知书。"
    en = "Who checked the liabilities can neither propose nor approve the notice."


class NoticeUsed(errors.Conflict):
    code = "notice_used"
    zh = "终止通知书 {number} 在该账户上已执行，不得再次使用。"
    en = "The notice {number} is used up on this account."


class NoticeStands(errors.Conflict):
    code = "notice_stands"
    zh = "终止通知书 {number} 银行尚未执行完毕，不能另行核验。"
    en = "The bank has still to execute the notice {number}; liabilities aren't checked anew before it has."


class NothingToReturn(errors.Conflict):
    code = "nothing_to_return"
    zh = "两个账户没有余额，无需补充通知书。"
    en = "The accounts are empty, so there is nothing to issue another notice for."


class ReturnFailed(errors.Conflict):
    code = "notice_return_failed"
    zh = "银行已告知该账户未能凭终止通知书 {number} 退还；请凭新的通知书办理。"
    en = "The bank has said that it couldn't return this account's money on the notice {number}; a new one is needed."


class PayeeWrong(errors.Invalid):
    code = "payee_account_wrong"
    zh = "收款账号应为8至30位数字。"
    en = "An account number has 8 to 30 digits."


class NoticeRevoked(errors.Conflict):
    code = "notice_revoked"
    zh = "终止通知书 {number} 已撤销。"
    en = "The notice {number} is revoked."


class NoticeForged(errors.Conflict):
    code = "notice_forged"
    zh = "终止通知书 {number} 的签名与签发的不符。"
    en = "The signature isn't that of the notice {number}."


class NoticeMismatch(errors.Conflict):
    code = "notice_mismatch"
    zh = "账号或金额与终止通知书 {number} 不符；本次未入账。"
    en = "The account or the amount isn't that of the notice {number}. Nothing was booked."


def listed(remaining: Remaining) -> dict[str, str]:
    """What remains, for a refusal's sentence."""
    return {
        "remaining_zh": "、".join(zh for zh, _ in remaining.values()),
        "remaining": ", ".join(en for _, en in remaining.values()),
    }


def check_step(case: Case, becomes: Step) -> None:
    """Raises StepNotNext."""
    if not TRANSITIONS[case.step, becomes]:
        raise StepNotNext(step=case.step.value)


def check_text(text: str, *, pointer: str) -> str:
    """The text without the space around it. Raises TextNeeded."""
    told = text.strip()
    if not told or len(told) > MOST_TEXT:
        raise TextNeeded(pointer=pointer)
    return told


def check_publicised(case: Case, now: datetime) -> None:
    """Whether the publicity is over without an open objection. Raises PublicityRunning, ObjectionsOpen."""
    assert case.publicity_until is not None
    if now < clock.end_of(case.publicity_until):
        raise PublicityRunning(until=case.publicity_until)
    if case.objections_open:
        raise ObjectionsOpen(count=case.objections_open)


def check_checkable(case: Case, last: Notice | None) -> None:
    """Whether liabilities may be checked now: once its publicity is over, or again once the `last` notice is.

    Raises StepNotNext, NoticeStands.
    """
    check_step(case, Step.ZERO_LIABILITY)
    if last is not None and last.status is NoticeStatus.VALID:
        raise NoticeStands(number=last.number)


def check_payee(account_no: str) -> str:
    """The account that a notice pays to. Raises PayeeWrong."""
    told = account_no.strip()
    if not re.fullmatch(r"[0-9]{8,30}", told):
        raise PayeeWrong(pointer="/payee_account_no")
    return told


def check_return(notice: Notice, *, account_no: str, amount_fen: int, signature: str) -> Return:
    """What a notice lets the bank return from an account. Each is refused by its own code.

    Raises NoticeForged, NoticeRevoked, NoticeMismatch, NoticeUsed, ReturnFailed.
    """
    if signature != notice.signature:
        raise NoticeForged(number=notice.number)
    if notice.status is NoticeStatus.REVOKED:
        raise NoticeRevoked(number=notice.number)
    found = _of_account(notice, account_no)
    if found.bank_reference:
        raise NoticeUsed(number=notice.number)
    if found.failure:
        raise ReturnFailed(number=notice.number)
    if found.amount_fen != amount_fen:
        raise NoticeMismatch(number=notice.number)
    return found


def check_failure(notice: Notice, *, account_no: str, amount_fen: int) -> Return:
    """What the bank says that it couldn't return on a notice. Raises NoticeMismatch, NoticeUsed."""
    found = _of_account(notice, account_no)
    if found.bank_reference:
        raise NoticeUsed(number=notice.number)
    if found.amount_fen != amount_fen:
        raise NoticeMismatch(number=notice.number)
    return found


def _of_account(notice: Notice, account_no: str) -> Return:
    for one in notice.returns:
        if one.account_no == account_no:
            return one
    raise NoticeMismatch(number=notice.number)


def check_revocable(notice: Notice) -> None:
    """A notice that the bank has begun to execute stands. Raises NoticeUsed, NoticeRevoked."""
    if notice.revoked_at is not None:
        raise NoticeRevoked(number=notice.number)
    if not notice.untouched:
        raise NoticeUsed(number=notice.number)


def number(year: int, count: int) -> str:
    """The number of a year's notice: 2026, 1 -> `2026-001`."""
    return f"{year}-{count:03d}"


def title(of: str, *, prefix: str) -> str:
    """A number as it stands on paper: `2026-001` -> `临教终〔2026〕001号`."""
    year, _, count = of.partition("-")
    return f"{prefix}〔{year}〕{count}号"


def content(told: Mapping[str, object]) -> str:
    """What is signed: one JSON text that comes out the same for the same notice."""
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
