"""What guardians are told of where and whether their children are taught: make-ups."""

from datetime import datetime

from functions.edge.telling import course_of
from shared.funds.model import EnrolmentAccount
from shared.kernel.clock import SHANGHAI
from shared.messages import rules
from shared.messages.model import Kind, Message
from shared.teaching.model import MakeUp


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
