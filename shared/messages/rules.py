"""What a message is made of, and what becomes of it on its way by WeChat."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.kernel import ids
from shared.kernel.ids import GuardianId, MessageId
from shared.messages.model import Kind, Message
from shared.messages.templates import TEMPLATES


def message_id(*, to: GuardianId, kind: Kind, subject: str, occasion: str = "") -> MessageId:
    """The id that always belongs to this message, so that it is made once."""
    return MessageId(ids.derived("msg", to, kind.value, subject, occasion))


def made(
    *,
    to: GuardianId,
    kind: Kind,
    subject: str,
    figures: Mapping[str, str | int],
    occasion: str = "",
    good_until: datetime,
    now: datetime,
) -> Message:
    """A new message. `occasion` tells those of one kind and subject apart: the lesson's session, the reminder's stage.

    Raises AssertionError when the figures aren't those of the kind's words: that is a bug of who calls.
    """
    assert TEMPLATES[kind].names == set(figures), f"{kind}: {sorted(figures)}"
    known = message_id(to=to, kind=kind, subject=subject, occasion=occasion)
    return Message(known, to, kind, subject, figures, now, good_until, due_at=now)


def good_for(days: int, *, now: datetime) -> datetime:
    """Until when WeChat is tried for what has no end of its own."""
    return now + timedelta(days=days)
