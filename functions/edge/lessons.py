"""An enrolment's lessons: the sessions of its class, and those elsewhere in which it was marked or makes up for one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.dynamo import transaction
from shared.funds.model import EnrolmentAccount
from shared.funds.store import accounts
from shared.kernel.ids import OfferingId, SessionId
from shared.mall import store as mall
from shared.teaching import queries, rules
from shared.teaching.model import File, Leave, Lesson, MakeUp, Session
from shared.teaching.store import UnknownSession


@dataclass(frozen=True)
class Line:
    """A session of an enrolment: its lesson once it is marked, the leave from it, and the make-up of it where missed.

    `makes_up_for`: the session that was missed, where this one makes up for it.
    """

    session: Session
    lesson: Lesson | None = None
    leave: Leave | None = None
    make_up: MakeUp | None = None
    makes_up_for: SessionId | None = None


def of(account: EnrolmentAccount) -> list[Line]:
    """All of an enrolment's sessions, in order of time."""
    file = queries.read_file(account.enrolment_id)
    own = own_of(account, queries.list_sessions(account.offering_id))
    return lines(file, own, queries.get_sessions(elsewhere(file, own)))


def own_of(account: EnrolmentAccount, sessions: Iterable[Session]) -> list[Session]:
    """Those of its class's sessions that an enrolment is taught in: after a transfer, not the first ones."""
    return [session for session in sessions if session.number >= account.first_session]


def one(account: EnrolmentAccount, session_id: SessionId) -> Line:
    """One of them. Raises UnknownSession."""
    found = next((line for line in of(account) if line.session.session_id == session_id), None)
    if found is None:
        raise UnknownSession()
    return found


def elsewhere(file: File, own: Iterable[Session]) -> list[tuple[OfferingId, SessionId]]:
    """Where else than in its class's timetable an enrolment was marked, or makes up for a lesson."""
    mine = {session.session_id for session in own}
    marked = [(lesson.offering_id, lesson.session_id) for lesson in file.lessons.values()]
    guest = [(make_up.offering_id, make_up.session_id) for make_up in file.make_ups.values() if make_up.stands]
    return [key for key in dict.fromkeys((*marked, *guest)) if key[1] not in mine]


def lines(file: File, own: Sequence[Session], others: Mapping[SessionId, Session]) -> list[Line]:
    """What an enrolment's file says of the sessions of its class and of `others`, in order of time."""
    guest = {make_up.session_id: make_up.missed for make_up in file.make_ups.values() if make_up.stands}
    sessions = {session.session_id: session for session in own} | dict(others)
    return [
        Line(
            session,
            file.lessons.get(session_id),
            leave if (leave := file.leaves.get(session_id)) and leave.stands else None,
            file.make_ups.get(session_id),
            guest.get(session_id),
        )
        for session_id, session in sorted(sessions.items(), key=lambda item: (item[1].starts_at, item[0]))
    ]


def taking_seat(make_up: MakeUp) -> list[transaction.Part]:
    """What an accepted make-up writes beside teaching: a seat of the class, while the enrolment is taught."""
    active = accounts.is_active(make_up.enrolment_id, refused=rules.NotTaughtNow())
    return [active] if make_up.extra else [active, mall.take_guest_seat(make_up.course_id, make_up.offering_id)]


def giving_seat_back(make_up: MakeUp) -> list[transaction.Part]:
    """What is written when it is over, or comes to nothing: its seat of the class is given back."""
    return [] if make_up.extra else [mall.give_back_guest_seat(make_up.course_id, make_up.offering_id)]
