"""Messages (消息): what the platform tells a guardian, kept in her inbox and, where she wants it, sent by WeChat."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.ids import GuardianId, MessageId


class Topic(StrEnum):
    """What a guardian subscribes to at WeChat: one subscribe-message template each."""

    LESSONS = "lessons"
    MONEY = "money"
    CLASSES = "classes"


class Kind(StrEnum):
    """What a message tells. Its words and its topic are in templates.py."""

    DISPUTE_UPHELD = "dispute_upheld"
    DISPUTE_REJECTED = "dispute_rejected"


class Delivery(StrEnum):
    """How a message stands at WeChat; in the inbox it is from the first moment on.

    waiting → sent | unsubscribed | undeliverable | overtaken. Unsubscribed: she hasn't asked for it there. Overtaken:
    it wasn't true any more, or its time was over, before WeChat took it.
    """

    WAITING = "waiting"
    SENT = "sent"
    UNSUBSCRIBED = "unsubscribed"
    UNDELIVERABLE = "undeliverable"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True)
class Message:
    """One message. `subject` is the id of what it is about, `figures` fill the words of its kind.

    `good_until`: WeChat isn't tried from then on. `tries` counts those at WeChat; `failure` is what it said last.
    """

    message_id: MessageId
    guardian_id: GuardianId
    kind: Kind
    subject: str
    figures: Mapping[str, str | int]
    made_at: datetime
    good_until: datetime
    read_at: datetime | None = None
    delivery: Delivery = Delivery.WAITING
    due_at: datetime | None = None
    tries: int = 0
    failure: str = ""
    version: int = 1
