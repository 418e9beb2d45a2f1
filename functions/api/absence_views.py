"""What the API says of leaves and make-ups."""

from typing import Literal

from functions.api.views import View
from shared.kernel import clock
from shared.teaching.model import Leave, MakeUp, Session


class LeaveView(View):
    """A leave that stands. The lesson isn't charged."""

    asked_at: str
    reason: str


class MakeUpView(View):
    """The make-up of a lesson that was missed: the session that the school offers, and what became of the offer.

    `extra`: a session beyond the class's timetable. `answered_at`: when the status became what it is.
    """

    status: Literal["offered", "accepted", "marked", "declined", "withdrawn", "ended"]
    offering_id: str
    class_name: str
    session_id: str
    starts_at: str
    ends_at: str
    extra: bool
    offered_at: str
    answered_at: str | None


class ExtraSession(View):
    session_id: str
    offering_id: str
    teacher_id: str
    starts_at: str
    ends_at: str
    seats: int


def leave(one: Leave) -> LeaveView:
    return LeaveView(asked_at=clock.shown(one.asked_at), reason=one.reason)


def make_up(one: MakeUp) -> MakeUpView:
    return MakeUpView(
        status=one.status.value,
        offering_id=one.offering_id,
        class_name=one.class_name,
        session_id=one.session_id,
        starts_at=clock.shown(one.starts_at),
        ends_at=clock.shown(one.ends_at),
        extra=one.extra,
        offered_at=clock.shown(one.offered_at),
        answered_at=clock.shown(one.moved_at) if one.moved_at else None,
    )


def extra_session(one: Session) -> ExtraSession:
    return ExtraSession(
        session_id=one.session_id,
        offering_id=one.offering_id,
        teacher_id=one.teacher_id,
        starts_at=clock.shown(one.starts_at),
        ends_at=clock.shown(one.ends_at),
        seats=one.extra_seats,
    )
