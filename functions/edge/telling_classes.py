"""What guardians are told of where and whether children are taught: make-ups, seats, openings, a course's end."""

from collections.abc import Iterable
from datetime import datetime

from functions.edge import wiring
from functions.edge.telling import course_of, good_until
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, EnrolmentStatus, Entry, EntryKind
from shared.kernel.clock import SHANGHAI
from shared.kernel.ids import EnrolmentId, MessageId
from shared.mall.model import Course, Offering
from shared.mall.opening_model import Opening
from shared.mall.transfer_model import Transfer
from shared.mall.waitlist_model import Ticket
from shared.messages import queries, rules, usecases
from shared.messages.model import Kind, Message
from shared.teaching.model import MakeUp

_RELEASES = (EntryKind.RELEASE, EntryKind.FINAL_RELEASE)


def make_up_offered(account: EnrolmentAccount, make_up: MakeUp, *, now: datetime) -> Message:
    """That the school offers to make up for a lesson that her child has missed."""
    return rules.made(
        to=account.guardian_id,
        kind=Kind.MAKE_UP_OFFERED,
        subject=account.enrolment_id,
        occasion=f"{make_up.missed}#{make_up.version}",
        figures={
            "course": course_of(account),
            "lesson": make_up.number,
            "class": make_up.class_name,
            "at": f"{make_up.starts_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        },
        good_until=make_up.starts_at,
        now=now,
    )


def not_opened(account: EnrolmentAccount, opening: Opening, *, now: datetime) -> Message:
    """That her child's class isn't opened, why, and that her money goes back."""
    return rules.made(
        to=account.guardian_id,
        kind=Kind.CLASS_NOT_OPENED,
        subject=account.enrolment_id,
        figures={"course": course_of(account), "paid": opening.paid or 0, "minimum": opening.minimum},
        good_until=good_until(now),
        now=now,
    )


def transfer_offered(account: EnrolmentAccount, transfer: Transfer, *, now: datetime) -> Message:
    """That the school offers to transfer her child to another class."""
    return rules.made(
        to=account.guardian_id,
        kind=Kind.TRANSFER_OFFERED,
        subject=account.enrolment_id,
        occasion=str(transfer.number),
        figures={"course": course_of(account), "was": transfer.from_class, "class": transfer.to_class},
        good_until=good_until(now),
        now=now,
    )


def transferred(account: EnrolmentAccount, transfer: Transfer, *, now: datetime) -> Message:
    """That her child is taught in another class from now on."""
    told = {"course": course_of(account), "was": transfer.from_class, "class": transfer.to_class}
    return rules.made(
        to=account.guardian_id,
        kind=Kind.TRANSFERRED,
        subject=account.enrolment_id,
        occasion=str(transfer.number),
        figures={**told, "lessons": transfer.lessons},
        good_until=good_until(now),
        now=now,
    )


def seat_offered(ticket: Ticket, course: Course, offering: Offering, *, now: datetime) -> Message:
    """That a seat is kept for her child, whose turn it is on the waitlist."""
    assert ticket.expires_at is not None
    return rules.made(
        to=ticket.guardian_id,
        kind=Kind.SEAT_OFFERED,
        subject=ticket.student_id,
        occasion=f"{ticket.offering_id}#{ticket.number}",
        figures={
            "course": course.title,
            "class": offering.name,
            "until": f"{ticket.expires_at.astimezone(SHANGHAI):%m-%d %H:%M}",
        },
        good_until=ticket.expires_at,
        now=now,
    )


def follow_completion(enrolment_id: EnrolmentId) -> bool:
    """Tell a guardian that a course is over, if it is; whether it was news. Raises Unavailable."""
    account = funds.get_account(enrolment_id)
    done = account.status is EnrolmentStatus.COMPLETED
    return done and usecases.post(message=_completed(account, now=wiring.now()))


def untold_completions(booked: Iterable[Entry]) -> list[EnrolmentId]:
    """The enrolments that these releases have completed and whose guardians weren't told. For the sweep."""
    released = {one.enrolment_id for one in booked if one.enrolment_id and one.kind in _RELEASES}
    done = [one for one in funds.get_accounts(sorted(released)) if one.status is EnrolmentStatus.COMPLETED]
    wanted = {_completion_id(one): one.enrolment_id for one in done}
    there = {one.message_id for one in queries.get_many(list(wanted))}
    return [enrolment_id for message_id, enrolment_id in wanted.items() if message_id not in there]


def _completion_id(account: EnrolmentAccount) -> MessageId:
    return rules.message_id(to=account.guardian_id, kind=Kind.ENROLMENT_COMPLETED, subject=account.enrolment_id)


def _completed(account: EnrolmentAccount, *, now: datetime) -> Message:
    """That every lesson of an enrolment was taught."""
    return rules.made(
        to=account.guardian_id,
        kind=Kind.ENROLMENT_COMPLETED,
        subject=account.enrolment_id,
        figures={"course": course_of(account), "lessons": account.lessons},
        good_until=good_until(now),
        now=now,
    )
