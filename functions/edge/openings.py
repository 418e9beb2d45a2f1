"""Where the opening of classes meets their enrolments: who has paid, who gets her money back, what isn't taught."""

from datetime import datetime, timedelta

from functions.edge import lessons, payment_orders, telling_classes
from functions.edge.seats import seat_of
from shared.funds import expiry, refunds, rules
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, EnrolmentStatus
from shared.funds.refund_model import AgreedBy
from shared.mall import openings
from shared.mall import queries as courses
from shared.mall.opening_model import Opening
from shared.messages import usecases as messages
from shared.teaching import make_ups
from shared.teaching import queries as teaching
from shared.teaching import usecases as timetable

REASON = "班级未达到最低开班人数，没有开班，全额退还"
_LATE_SALE = timedelta(minutes=30)
"""So long after the decision a sale that came just before it is in the list of the class's enrolments, surely."""


def decide(opening: Opening, *, now: datetime) -> bool:
    """Decide whether a class opens; whether it was decided now.

    The least minimum of what was sold and is on sale counts: a school can't raise it after the sale. Raises LostRace,
    EditedMeanwhile.
    """
    paid = [one for one in _enrolments(opening) if one.status is EnrolmentStatus.ACTIVE]
    terms = courses.get_terms_of([one.terms_hash for one in paid]) if paid else {}
    least = min([opening.minimum, *(int(one["minimum_students"]) for one in terms.values())])
    decided = openings.decide(offering_id=opening.offering_id, paid=len(paid), minimum=least, now=now)
    return decided is not None


def settle(opening: Opening, *, now: datetime) -> int:
    """What follows from not being opened, as far as it goes now: it is taken up again until nothing is left to do.

    Unpaid enrolments end and give their seats back, what is paid is refunded without asking, sessions are cancelled,
    guests go, guardians are told. How many things were done.
    """
    done = _cancel_sessions(opening, now) + sum(_end(one, opening, now) for one in _enrolments(opening))
    left = [one for one in _enrolments(opening) if _awaits(one) or one.held_fen]
    if not left and opening.decided_at and now >= opening.decided_at + _LATE_SALE:
        openings.settled(opening=opening, now=now)
    return done


def _cancel_sessions(opening: Opening, now: datetime) -> int:
    """Cancel the timetable, then let go who was to make up for a lesson there."""
    sessions = teaching.list_sessions(opening.offering_id)
    done = timetable.cancel_sessions(sessions=sessions)
    offering = courses.get_classes([(opening.course_id, opening.offering_id)]).get(opening.offering_id)
    for session in sessions if offering is not None and offering.guests else ():
        for guest in teaching.list_guests(session):
            make_ups.end(make_up=guest, giving_back=lessons.giving_seat_back, now=now)
    return done


def _end(account: EnrolmentAccount, opening: Opening, now: datetime) -> int:
    """The message of one enrolment of the class, then its end; how many things were done."""
    if rules.is_unpaid(account):
        if payment_orders.holds(account, now=now):
            return 0  # paid by WeChat: the bank's deposit is waited for, and goes back then
        messages.post(message=telling_classes.not_opened(account, opening, now=now))
        return expiry.expire_enrolment(enrolment_id=account.enrolment_id, give_back_seat=seat_of, now=now, at_once=True)
    if account.held_fen and not account.over:
        messages.post(message=telling_classes.not_opened(account, opening, now=now))
        return refunds.refund_all(
            enrolment_id=account.enrolment_id, taught=(), by=AgreedBy.CLASS_NOT_OPENED, reason=REASON, now=now
        )
    return 0


def _enrolments(opening: Opening) -> list[EnrolmentAccount]:
    return funds.list_by_offering(opening.institution_id, opening.offering_id)


def _awaits(account: EnrolmentAccount) -> bool:
    return account.status is EnrolmentStatus.AWAITING_DEPOSIT
