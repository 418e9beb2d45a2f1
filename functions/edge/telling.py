"""What guardians are told of what happened to them: the messages that other contexts' facts make."""

from collections.abc import Collection, Iterable
from datetime import datetime

from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, Entry, EntryKind, State
from shared.funds.refund_model import Refund
from shared.insurance.claim_model import Claim
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId, MessageId, OfferingId, SessionId, StudentId
from shared.mall import queries as courses
from shared.mall.store import waitlist
from shared.mall.waitlist_model import TicketStatus
from shared.messages import queries, rules, usecases
from shared.messages.model import Kind, Message
from shared.policy import queries as policies
from shared.teaching import queries as teaching
from shared.teaching.model import Lesson, LessonStatus


def dispute_decided(account: EnrolmentAccount, lesson: Lesson, *, uphold: bool, reason: str, now: datetime) -> Message:
    """That the bureau has decided a dispute of hers, and why."""
    return rules.made(
        to=account.guardian_id,
        kind=Kind.DISPUTE_UPHELD if uphold else Kind.DISPUTE_REJECTED,
        subject=account.enrolment_id,
        occasion=lesson.session_id,
        figures={"course": course_of(account), "lesson": lesson.number, "reason": reason},
        good_until=good_until(now),
        now=now,
    )


def lesson_waits(lesson: Lesson, kind: Kind, *, course: str, now: datetime) -> Message:
    """That a lesson of a `course` waits for her to confirm or dispute it, until its last day."""
    assert lesson.confirm_by is not None
    return rules.made(
        to=lesson.guardian_id,
        kind=kind,
        subject=lesson.enrolment_id,
        occasion=lesson.session_id,
        figures={"course": course, "lesson": lesson.number, "day": lesson.confirm_by.isoformat()},
        good_until=clock.end_of(lesson.confirm_by),
        now=now,
    )


def payment_due(account: EnrolmentAccount, *, now: datetime) -> Message:
    """That a seat is lost if it isn't paid in time."""
    by = account.expires_at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return rules.made(
        to=account.guardian_id,
        kind=Kind.PAYMENT_DUE,
        subject=account.enrolment_id,
        figures={"course": course_of(account), "due_fen": account.due_fen, "by": by},
        good_until=account.expires_at,
        now=now,
    )


def refund_rejected(account: EnrolmentAccount, refund: Refund, *, reason: str, now: datetime) -> Message:
    """That the bureau hasn't agreed to a refund of hers, and why."""
    return rules.made(
        to=account.guardian_id,
        kind=Kind.REFUND_REJECTED,
        subject=account.enrolment_id,
        occasion=refund.refund_id,
        figures={"course": course_of(account), "reason": reason},
        good_until=good_until(now),
        now=now,
    )


def refund_arrived(account: EnrolmentAccount, *, payment_id: str, amount_fen: int, now: datetime) -> Message:
    """That WeChat has passed on to her what the bank had paid back."""
    return rules.made(
        to=account.guardian_id,
        kind=Kind.REFUND_ARRIVED,
        subject=account.enrolment_id,
        occasion=payment_id,
        figures={"course": course_of(account), "amount_fen": amount_fen},
        good_until=good_until(now),
        now=now,
    )


def claim_moved(claim: Claim, *, now: datetime) -> Message:
    """That the insurer has said something new of her claim; what, she reads there."""
    return rules.made(
        to=claim.guardian_id,
        kind=Kind.CLAIM_MOVED,
        subject=claim.enrolment_id,
        occasion=f"{claim.claim_id}#{claim.part}#{claim.revision}#{claim.status}",
        figures={"day": claim.accident_on.isoformat()},
        good_until=good_until(now),
        now=now,
    )


_BY_ENTRY = {
    EntryKind.REFUND_HOLD: Kind.REFUND_HELD,
    EntryKind.REFUND_PAID: Kind.REFUND_PAID,
    EntryKind.REFUND_VOID: Kind.REFUND_VOID,
}


def follow_entry(entry: Entry) -> bool:
    """Tell a guardian what an entry of the ledger means for her refund; whether it was news. Raises Unavailable."""
    if entry.enrolment_id is None or entry.kind not in _BY_ENTRY:
        return False
    return usecases.post(message=_of_refund(entry, funds.get_account(entry.enrolment_id)))


def untold(booked: Iterable[Entry]) -> list[Entry]:
    """Those of these entries that a guardian should have been told of and wasn't. For the sweep."""
    moved = [(entry, entry.enrolment_id) for entry in booked if entry.enrolment_id and entry.kind in _BY_ENTRY]
    accounts = {one.enrolment_id: one for one in funds.get_accounts(sorted({of for _, of in moved}))}
    wanted = {_id_of(entry, accounts[of]): entry for entry, of in moved}
    there = {one.message_id for one in queries.get_many(list(wanted))}
    return [entry for message_id, entry in wanted.items() if message_id not in there]


def _id_of(entry: Entry, account: EnrolmentAccount) -> MessageId:
    to, kind = account.guardian_id, _BY_ENTRY[entry.kind]
    return rules.message_id(to=to, kind=kind, subject=account.enrolment_id, occasion=entry.reason)


def _of_refund(entry: Entry, account: EnrolmentAccount) -> Message:
    now = entry.booked_at
    return rules.made(
        to=account.guardian_id,
        kind=_BY_ENTRY[entry.kind],
        subject=account.enrolment_id,
        occasion=entry.reason,  # the payment's id
        figures={"course": course_of(account), "amount_fen": abs(entry.legs[State.REFUND_PENDING])},
        good_until=good_until(now),
        now=now,
    )


def still_so(message: Message) -> bool:
    """Whether what a message tells is still to be told by WeChat; what has happened stays so."""
    if message.kind in rules.TO_CONFIRM:
        lesson = teaching.find_lesson(EnrolmentId(message.subject), SessionId(message.occasion))
        return lesson is not None and lesson.status is LessonStatus.TAUGHT
    if message.kind is Kind.PAYMENT_DUE:
        return funds.get_account(EnrolmentId(message.subject)).owes
    if message.kind is Kind.MAKE_UP_OFFERED:
        missed, _, version = message.occasion.partition("#")
        make_up = teaching.find_make_up(EnrolmentId(message.subject), SessionId(missed))
        return make_up is not None and make_up.version == int(version)
    if message.kind is Kind.SEAT_OFFERED:
        offering_id, _, _ = message.occasion.partition("#")
        ticket = waitlist.find_ticket(OfferingId(offering_id), StudentId(message.subject))
        return ticket is not None and ticket.status is TicketStatus.OFFERED
    return True


def course_of(account: EnrolmentAccount) -> str:
    """The course's name as she bought it."""
    return str(courses.get_terms(account.terms_hash)["course"])


def courses_of(enrolment_ids: Collection[EnrolmentId]) -> dict[EnrolmentId, str]:
    """The names of the courses of several enrolments, as they were bought."""
    accounts = funds.get_accounts(sorted(set(enrolment_ids)))
    terms = courses.get_terms_of([one.terms_hash for one in accounts])
    return {one.enrolment_id: str(terms[one.terms_hash]["course"]) for one in accounts}


def good_until(now: datetime) -> datetime:
    """Until when WeChat is tried for what has no end of its own: the policy's days."""
    return rules.good_for(policies.in_force(at=now).message_days, now=now)
