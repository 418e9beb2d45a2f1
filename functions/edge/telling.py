"""What guardians are told of what happened to them: the messages that other contexts' facts make."""

from datetime import datetime

from shared.funds.model import EnrolmentAccount
from shared.mall import queries as courses
from shared.messages import rules
from shared.messages.model import Kind, Message
from shared.policy import queries as policies
from shared.teaching.model import Lesson


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


def course_of(account: EnrolmentAccount) -> str:
    """The course's name as she bought it."""
    return str(courses.get_terms(account.terms_hash)["course"])


def good_until(now: datetime) -> datetime:
    """Until when WeChat is tried for what has no end of its own: the policy's days."""
    return rules.good_for(policies.in_force(at=now).message_days, now=now)
