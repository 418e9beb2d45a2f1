"""The rules of money: what a deposit pays, what a lesson releases. Pure; all amounts in fen."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from shared.funds.model import EnrolmentAccount, EnrolmentStatus, Entry, EntryKind, State, SuspenseReason
from shared.kernel import clock, errors
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen

_REFERENCE = re.compile(r"(?<![0-9A-Z])[0-9A-HJKMNP-TV-Z]{26}(?![0-9A-Z])")
MOST_NAMED = 10  # enrolments that one deposit may be split over
PAID_IN = (EntryKind.DEPOSIT, EntryKind.ALLOCATION)


_TAKES_NOTHING = (EnrolmentStatus.REFUNDING, EnrolmentStatus.REFUNDED, EnrolmentStatus.COMPLETED)


class NotActive(errors.Conflict):
    code = "enrolment_not_active"
    zh = "该报名当前不是“已缴费”状态，不能拨付课时费。"
    en = "The enrolment isn't active, so nothing can be released."


class NothingLeft(errors.Conflict):
    code = "nothing_left_to_release"
    zh = "该报名的课时已全部拨付。"
    en = "Every lesson of this enrolment has been released."


class ShareRefunded(errors.Conflict):
    code = "lesson_share_refunded"
    zh = "该课时的费用已随退费退还，不再拨付。"
    en = "The share of this lesson went back with a refund; nothing is released."


class InArrears(errors.Conflict):
    code = "enrolment_in_arrears"
    zh = "该报名因银行冲正而欠费，补足后再拨付。"
    en = "The bank has reversed a deposit of this enrolment; its lessons are released once it is paid again."


@dataclass(frozen=True)
class Split:
    """How a deposit divides: what each enrolment gets, in order, and what is left for suspense. Together, all of it."""

    shares: Sequence[tuple[EnrolmentAccount, Fen]]
    suspense_fen: Fen
    reason: SuspenseReason | None


def find_references(remittance: str) -> list[EnrolmentId]:
    """The enrolments that a remittance text names, in its order, each once."""
    return [EnrolmentId(f"enr_{named}") for named in dict.fromkeys(_REFERENCE.findall(remittance.upper()))]


def split_deposit(*, named: Sequence[EnrolmentAccount | None], account_no: str, amount_fen: Fen) -> Split:
    """What a deposit pays of the enrolments that it names, in order, None for what isn't there.

    Each gets what is due on it. What can't be paid goes to suspense, never away.
    """
    if len(named) > MOST_NAMED:
        return Split((), amount_fen, SuspenseReason.TOO_MANY_NAMED)
    if not named:
        return Split((), amount_fen, SuspenseReason.UNKNOWN_REFERENCE)
    shares: list[tuple[EnrolmentAccount, Fen]] = []
    rest, reason = amount_fen, SuspenseReason.EXCESS
    for account in named:
        problem = _not_payable(account, account_no)
        if account is None or problem:
            reason = problem or reason
            continue
        share = Fen(min(rest, account.due_fen))
        if share:
            shares.append((account, share))
            rest = Fen(rest - share)
    return Split(shares, rest, reason if rest else None)


def _not_payable(account: EnrolmentAccount | None, account_no: str) -> SuspenseReason | None:
    if account is None:
        return SuspenseReason.UNKNOWN_REFERENCE
    if account.account_no != account_no:
        return SuspenseReason.WRONG_ACCOUNT
    return SuspenseReason.EXPIRED if account.status is EnrolmentStatus.EXPIRED else None


def pay_in(account: EnrolmentAccount, amount_fen: Fen) -> tuple[EnrolmentAccount, dict[State, int]]:
    """An enrolment after so much of what is due was paid, and the legs of that.

    In arrears, what a reversal took back of lessons that were released is the school's again first.
    """
    released = Fen(min(amount_fen, account.taken_back_fen))
    held = amount_fen - released
    after = replace(
        account,
        paid_fen=Fen(account.paid_fen + amount_fen),
        held_fen=Fen(account.held_fen + held),
        released_fen=Fen(account.released_fen + released),
        taken_back_fen=Fen(account.taken_back_fen - released),
    )
    if not after.due_fen:
        after = replace(after, status=EnrolmentStatus.ACTIVE if after.lessons_left else EnrolmentStatus.COMPLETED)
    return after, {state: amount for state, amount in ((State.HELD, held), (State.PAYABLE, released)) if amount}


def take_back(account: EnrolmentAccount, amount_fen: Fen) -> tuple[EnrolmentAccount, dict[State, int]]:
    """An enrolment after a reversal of so much that it had been paid, and the legs of that.

    What is held goes first, but for the guardian's interest; then what was released: the school's next payouts are
    smaller. What was refunded, or is on its way back, is missing (`missing_fen`).
    """
    held = min(amount_fen, account.tuition_held_fen)
    released = min(amount_fen - held, account.released_fen)
    after = replace(
        account,
        paid_fen=Fen(account.paid_fen - held - released),
        held_fen=Fen(account.held_fen - held),
        released_fen=Fen(account.released_fen - released),
        taken_back_fen=Fen(account.taken_back_fen + released),
        missing_fen=Fen(account.missing_fen + amount_fen - held - released),
    )
    if after.status in (EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED):
        after = replace(after, status=EnrolmentStatus.IN_ARREARS)
    elif after.status is EnrolmentStatus.REFUNDING:
        after = replace(after, status=status_of(after))
    return after, {state: -amount for state, amount in ((State.HELD, held), (State.PAYABLE, released)) if amount}


def brought(booked: Sequence[Entry]) -> dict[str, int]:
    """What each deposit has brought into what an enrolment holds, the oldest first; not those that were reversed.

    `booked` is what the bank's references of the enrolment have booked.
    """
    gone = {entry.reason for entry in booked if entry.kind is EntryKind.REVERSAL}
    found: Counter[str] = Counter()
    for entry in sorted(booked, key=lambda one: one.version):
        if entry.kind in PAID_IN and entry.reference not in gone:
            found[entry.reference] += entry.legs.get(State.HELD, 0)
    return found


def lesson_share(account: EnrolmentAccount) -> Fen:
    """What the next lesson releases: an equal share in whole fen; the last lesson takes the exact remainder.

    Interest that is held for the guardian isn't the school's: no lesson releases it. While the rest is being refunded
    there is no remainder: it went with the refund.
    Raises NotActive, NothingLeft, ShareRefunded, InArrears.
    Source: per-lesson release (seed); rounding to the last lesson (practice).
    """
    if account.lessons_refunded and account.lessons_left <= 0:
        raise ShareRefunded()
    if account.status is EnrolmentStatus.COMPLETED or account.lessons_left <= 0:
        raise NothingLeft()
    # A lesson stays behind in a refunded enrolment only if a reversal has taken its share.
    if account.status in (EnrolmentStatus.IN_ARREARS, EnrolmentStatus.REFUNDED):
        raise InArrears()
    if account.status not in (EnrolmentStatus.ACTIVE, EnrolmentStatus.REFUNDING):
        raise NotActive()
    if account.status is EnrolmentStatus.ACTIVE and account.lessons_left == 1:
        return account.tuition_held_fen
    if account.tuition_held_fen < equal_share(account):
        raise InArrears()
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


def is_closed(day: date, *, today: date, days_until_closed: int) -> bool:
    """Whether a business day is closed: more than so many days have passed since. Source: assumed (policy)."""
    return (today - day).days > days_until_closed


def dated(entry: Entry, days_until_closed: int) -> Entry:
    """The entry with the day that it may take effect on, where that day is closed when it is booked.

    What moved at the bank keeps the bank's day, and corrects it; anything else takes effect when it is booked.
    """
    today = clock.business_day(entry.booked_at)
    closed = is_closed(entry.effective_on, today=today, days_until_closed=days_until_closed)
    if closed and State.OUTSIDE not in entry.legs:
        return replace(entry, effective_on=today, correction=False)
    return replace(entry, correction=closed)


def digest(*parts: object) -> str:
    """A short fingerprint of what a command said, to tell a repeat from a conflict.

    Of a moment only its business day counts: the bank's statement tells it, where its message told the time too.
    """
    told = (clock.business_day(part).isoformat() if isinstance(part, datetime) else str(part) for part in parts)
    return hashlib.sha256("\x1f".join(told).encode()).hexdigest()[:32]
