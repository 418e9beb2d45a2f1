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


@dataclass(frozen=True)
class Subscription:
    """How a guardian wants to be told by WeChat: who she is there, and how many messages of each topic she still takes.

    WeChat counts her consents itself; `left` is what the mini-program told us of them.
    """

    guardian_id: GuardianId
    openid: str
    left: Mapping[Topic, int]
    version: int = 0


class Kind(StrEnum):
    """What a message tells. Its words and its topic are in templates.py."""

    LESSON_TO_CONFIRM = "lesson_to_confirm"
    LESSON_HALF_TIME = "lesson_half_time"
    LESSON_LAST_DAY = "lesson_last_day"
    PAYMENT_DUE = "payment_due"
    REFUND_HELD = "refund_held"
    REFUND_PAID = "refund_paid"
    REFUND_ARRIVED = "refund_arrived"
    REFUND_VOID = "refund_void"
    REFUND_REJECTED = "refund_rejected"
    CLAIM_MOVED = "claim_moved"
    DISPUTE_UPHELD = "dispute_upheld"
    DISPUTE_REJECTED = "dispute_rejected"
    MAKE_UP_OFFERED = "make_up_offered"
    SEAT_OFFERED = "seat_offered"
    ENROLMENT_COMPLETED = "enrolment_completed"
    CLASS_NOT_OPENED = "class_not_opened"
    TRANSFER_OFFERED = "transfer_offered"
    TRANSFERRED = "transferred"


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
    """One message. `subject` is the id of what it is about, `occasion` what tells it from others.

    `figures` fill the words of its kind. `good_until`: WeChat isn't tried from then on. `tries` counts those at WeChat;
    `failure` is what it said last.
    """

    message_id: MessageId
    guardian_id: GuardianId
    kind: Kind
    subject: str
    occasion: str
    figures: Mapping[str, str | int]
    made_at: datetime
    good_until: datetime
    read_at: datetime | None = None
    delivery: Delivery = Delivery.WAITING
    due_at: datetime | None = None
    tries: int = 0
    failure: str = ""
    version: int = 1
