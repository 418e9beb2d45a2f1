"""Where transfers meet what other contexts know: the enrolment's money and lessons, the child's other classes."""

from collections.abc import Callable, Sequence
from datetime import datetime

from functions.edge import telling_classes
from shared.dynamo import transaction
from shared.funds import queries as funds
from shared.funds import refund_rules
from shared.funds.model import EnrolmentAccount, EnrolmentStatus
from shared.funds.store import accounts
from shared.institutions import store as institutions
from shared.insurance import queries as covers
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId, OfferingId
from shared.mall.transfer_model import Busy, Moving, Slot, Transfer
from shared.mall.transfers import Carry, Look, Surroundings
from shared.messages import store as messages
from shared.teaching import queries as teaching
from shared.teaching.model import Session
from shared.teaching.store import absences

_PAGE = 100


def looking(enrolment_id: EnrolmentId, *, now: datetime) -> Look:
    """What is known of an enrolment, its child and a class, read anew at each call."""

    def look(offering_id: OfferingId) -> Surroundings:
        account = funds.get_account(enrolment_id)
        others = _others_of_child(account)
        return Surroundings(
            moving=_moving(account, now),
            enrolled_in=frozenset(one.offering_id for one in others),
            left=tuple(Slot(one.number, one.starts_at, one.ends_at) for one in _to_come(offering_id, 1, now)),
            busy=_busy(others, now),
        )

    return look


def carrying(enrolment_id: EnrolmentId, *, now: datetime) -> Carry:
    """What is written with a transfer that is carried out, of the account as it is read then.

    The school may sell; the account moves while nothing else has changed it; the old class keeps its past sessions
    with the child on their rosters; the guardian is told.
    """

    def carry(done: Transfer) -> Sequence[transaction.Part]:
        account = funds.get_account(enrolment_id)
        latch = institutions.selling_latch(account.institution_id, spread_by=enrolment_id, on=clock.business_day(now))
        return [
            latch,
            accounts.transferred(
                account,
                course_id=done.to_course,
                offering_id=done.to_offering,
                terms_hash=done.to_terms,
                first_session=done.first_session,
            ),
            absences.has_left(
                account.offering_id, enrolment_id, transfer=done.number, first=account.first_session, now=now
            ),
            messages.posted(telling_classes.transferred(account, done, now=now)),
        ]

    return carry


def offering_told(account: EnrolmentAccount, *, now: datetime) -> Callable[[Transfer], list[transaction.Part]]:
    """The message that a school's offer is written with."""
    return lambda made: [messages.posted(telling_classes.transfer_offered(account, made, now=now))]


def _moving(account: EnrolmentAccount, now: datetime) -> Moving:
    last = next(reversed(funds.list_refunds(account.enrolment_id)), None)
    cover = covers.find(account.enrolment_id)
    return Moving(
        enrolment_id=account.enrolment_id,
        institution_id=account.institution_id,
        guardian_id=account.guardian_id,
        student_id=account.student_id,
        category=account.category,
        course_id=account.course_id,
        offering_id=account.offering_id,
        terms_hash=account.terms_hash,
        price_fen=account.price_fen,
        lessons=account.lessons,
        to_come=len(_to_come(account.offering_id, account.first_session, now)),
        taught=account.status is EnrolmentStatus.ACTIVE,
        refund_open=last is not None and last.status not in refund_rules.OVER,
        insured_until=cover.policy.last_day if cover and cover.policy else None,
    )


def _to_come(offering_id: OfferingId, first: int, now: datetime) -> list[Session]:
    sessions = teaching.list_sessions(offering_id)
    return [one for one in sessions if one.number >= first and one.starts_at > now and not one.cancelled]


def _others_of_child(account: EnrolmentAccount) -> list[EnrolmentAccount]:
    """The other open enrolments of a child."""
    found: list[EnrolmentAccount] = []
    cursor: str | None = None
    while True:
        page = funds.list_by_guardian(account.guardian_id, limit=_PAGE, cursor=cursor)
        found += [one for one in page.rows if one.open and one.student_id == account.student_id]
        cursor = page.next_cursor
        if cursor is None:
            return [one for one in found if one.enrolment_id != account.enrolment_id]


def _busy(others: Sequence[EnrolmentAccount], now: datetime) -> tuple[Busy, ...]:
    return tuple(
        Busy(session.starts_at, session.ends_at)
        for one in others
        for session in _to_come(one.offering_id, one.first_session, now)
    )
