"""The rules of money: what a deposit pays, what a lesson releases. Pure; all amounts in fen."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from shared.funds.model import EnrolmentAccount, EnrolmentStatus, SuspenseReason
from shared.kernel import clock, errors
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen

_REFERENCE = re.compile(r"(?<![0-9A-Z])[0-9A-HJKMNP-TV-Z]{26}(?![0-9A-Z])")


_TAKES_NOTHING = (EnrolmentStatus.REFUNDING, EnrolmentStatus.REFUNDED, EnrolmentStatus.COMPLETED)


class NotActive(errors.Conflict):
    code = "enrolment_not_active"
    zh = "该报名当前不是“已缴费”状态，不能拨付课时费。"
    en = "The enrolment isn't active, so nothing can be released."


class NothingLeft(errors.Conflict):
    code = "nothing_left_to_release"
    zh = "该报名的课时已全部拨付。"
    en = "Every lesson of this enrolment has been released."


@dataclass(frozen=True)
class Split:
    """How a deposit divides. `matched_fen` + `suspense_fen` is all of it."""

    matched_fen: Fen
    suspense_fen: Fen
    reason: SuspenseReason | None


def find_reference(remittance: str) -> EnrolmentId | None:
    """The enrolment that a remittance text names, or None when it names none or several."""
    named = set(_REFERENCE.findall(remittance.upper()))
    return EnrolmentId(f"enr_{named.pop()}") if len(named) == 1 else None


def split_deposit(*, account: EnrolmentAccount | None, account_no: str, amount_fen: Fen) -> Split:
    """What a deposit pays of the enrolment it names. What it can't pay goes to suspense, never away."""
    if account is None:
        return Split(Fen(0), amount_fen, SuspenseReason.UNKNOWN_REFERENCE)
    if account.account_no != account_no:
        return Split(Fen(0), amount_fen, SuspenseReason.WRONG_ACCOUNT)
    if account.status is EnrolmentStatus.EXPIRED:
        return Split(Fen(0), amount_fen, SuspenseReason.EXPIRED)
    due = Fen(0) if account.status in _TAKES_NOTHING else account.due_fen  # what was refunded in part isn't due again
    matched = Fen(min(amount_fen, due))
    rest = Fen(amount_fen - matched)
    return Split(matched, rest, SuspenseReason.EXCESS if rest else None)


def lesson_share(account: EnrolmentAccount) -> Fen:
    """What the next lesson releases: an equal share in whole fen; the last lesson takes the exact remainder.

    Interest that is held for the guardian isn't the school's: no lesson releases it. While the rest is being refunded
    there is no remainder: it went with the refund.
    Raises NotActive, NothingLeft. Source: per-lesson release (seed); rounding to the last lesson (practice).
    """
    if account.status in (EnrolmentStatus.COMPLETED, EnrolmentStatus.REFUNDED) or account.lessons_left <= 0:
        raise NothingLeft()
    if account.status not in (EnrolmentStatus.ACTIVE, EnrolmentStatus.REFUNDING):
        raise NotActive()
    if account.status is EnrolmentStatus.ACTIVE and account.lessons_left == 1:
        return account.tuition_held_fen
    return equal_share(account)


def equal_share(account: EnrolmentAccount) -> Fen:
    """What each lesson is worth but the last, which also has the remainder."""
    return Fen(account.price_fen // account.lessons)


def status_of(account: EnrolmentAccount) -> EnrolmentStatus:
    """The status of a paid enrolment by what is left of it, after money has left what it held.

    Interest that came when everything else was over doesn't make it go on.
    """
    if account.status is EnrolmentStatus.REFUNDING:
        over = not account.tuition_held_fen and not account.refunds_pending
        return EnrolmentStatus.REFUNDED if over else EnrolmentStatus.REFUNDING
    if account.status is EnrolmentStatus.ACTIVE and not account.lessons_left:
        return EnrolmentStatus.COMPLETED
    return account.status


def may_expire(account: EnrolmentAccount, now: datetime) -> bool:
    """Whether an unpaid enrolment's time is over."""
    return account.status is EnrolmentStatus.AWAITING_DEPOSIT and account.expires_at <= now


def is_unpaid(account: EnrolmentAccount) -> bool:
    """Whether it waits for a deposit, and has had none."""
    return account.status is EnrolmentStatus.AWAITING_DEPOSIT and not account.paid_fen


def digest(*parts: object) -> str:
    """A short fingerprint of what a command said, to tell a repeat from a conflict. A moment is one in any zone."""
    told = (clock.stored(part) if isinstance(part, datetime) else str(part) for part in parts)
    return hashlib.sha256("\x1f".join(told).encode()).hexdigest()[:32]
