"""What a message is made of, and what becomes of it on its way by WeChat."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from shared.kernel import ids
from shared.kernel.ids import GuardianId, MessageId
from shared.messages.model import Delivery, Kind, Message, Subscription, Topic
from shared.messages.templates import TEMPLATES

TO_CONFIRM = (Kind.LESSON_TO_CONFIRM, Kind.LESSON_HALF_TIME, Kind.LESSON_LAST_DAY)
"""The reminders of a lesson, in their order."""

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=4)
MOST_FAILURE = 200
MOST_LEFT = 100
"""More consents than that are not counted: nobody is told so often."""


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
    return Message(known, to, kind, subject, occasion, figures, now, good_until, due_at=now)


def good_for(days: int, *, now: datetime) -> datetime:
    """Until when WeChat is tried for what has no end of its own."""
    return now + timedelta(days=days)


def is_due(message: Message, *, now: datetime) -> bool:
    """Whether it is to be tried at WeChat now."""
    return message.delivery is Delivery.WAITING and message.due_at is not None and message.due_at <= now


def tried(message: Message, *, now: datetime) -> Message:
    """Noted before WeChat is asked. The waits are 5 minutes, then twice as long each time, 4 hours at most."""
    wait = min(FIRST_WAIT * 2 ** min(message.tries, 10), LONGEST_WAIT)
    return replace(message, tries=message.tries + 1, due_at=now + wait)


def put_off(message: Message, why: str) -> Message:
    """WeChat can't now: it stays as it is, with what was said."""
    return replace(message, failure=why[:MOST_FAILURE])


def ended(message: Message, how: Delivery, *, why: str = "", now: datetime) -> Message:
    """A message that isn't tried at WeChat any more. One that can't be delivered is listed by when that was found."""
    assert message.delivery is Delivery.WAITING, message.delivery
    listed = now if how is Delivery.UNDELIVERABLE else None
    return replace(message, delivery=how, due_at=listed, failure=why[:MOST_FAILURE] or message.failure)


def too_late(message: Message) -> Delivery:
    """What a message is whose time is over: WeChat couldn't for all of it, or was never to be asked."""
    return Delivery.UNDELIVERABLE if message.failure else Delivery.OVERTAKEN


def takes(subscription: Subscription | None, topic: Topic) -> bool:
    """Whether a guardian takes another message of a topic by WeChat."""
    return subscription is not None and subscription.left.get(topic, 0) > 0


def consented(
    before: Subscription | None,
    *,
    guardian_id: GuardianId,
    openid: str,
    accepted: Collection[Topic],
    refused: Collection[Topic],
) -> Subscription:
    """What a guardian told the mini-program: one message more of each accepted topic, none of each refused one."""
    was = before or Subscription(guardian_id, openid, {})
    left = {topic: min(was.left.get(topic, 0) + (topic in accepted), MOST_LEFT) for topic in Topic}
    return replace(was, openid=openid, left={**left, **dict.fromkeys(refused, 0)})


def told_once(subscription: Subscription, topic: Topic) -> Subscription:
    """One message of the topic less."""
    return replace(subscription, left={**subscription.left, topic: max(subscription.left.get(topic, 0) - 1, 0)})


def takes_none(subscription: Subscription, topic: Topic) -> Subscription:
    """WeChat says that she takes none of the topic."""
    return replace(subscription, left={**subscription.left, topic: 0})
