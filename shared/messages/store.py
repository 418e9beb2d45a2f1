"""Where messages are kept. Keys are in this context's README."""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.ids import GuardianId, MessageId
from shared.kernel.page import Page
from shared.messages import model

_SK, _SUBSCRIPTION = "message", "subscription"
_AN_INSTANT = timedelta(milliseconds=1)


class UnknownMessage(errors.Missing):
    code = "unknown_message"
    zh = "没有找到这条消息。"
    en = "There is no such message."


class AlreadyThere(errors.Conflict):
    """The message is there already, as it should be."""

    code = "message_already_there"
    zh = "这条消息已经发过。"
    en = "This message is there already."


class ByGuardian(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_guardian"
        projection = KeysOnlyProjection()

    guardian_id = UnicodeAttribute(hash_key=True)
    made_at = Moment(range_key=True)


class ByWait(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_wait"
        projection = KeysOnlyProjection()

    waits_for = UnicodeAttribute(hash_key=True)
    waits_until = Moment(range_key=True)


class MessageRow(Row):
    """`waits_for` and `waits_until` are there only while WeChat is to be tried, or could not deliver it."""

    Meta = meta("messages")
    guardians = ByGuardian()
    waits = ByWait()

    guardian_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    subject = UnicodeAttribute()
    occasion = UnicodeAttribute(default="")
    figures = UnicodeAttribute()
    made_at = Moment()
    good_until = Moment()
    read_at = Moment(null=True)
    delivery = UnicodeAttribute()
    waits_for = UnicodeAttribute(null=True)
    waits_until = Moment(null=True)
    tries = NumberAttribute(default=0)
    failure = UnicodeAttribute(null=True)
    version = NumberAttribute()


class SubscriptionRow(Row):
    """A guardian's. Her openid is here because WeChat delivers to no other name; gone when she ends it."""

    Meta = meta("messages")

    openid = UnicodeAttribute()
    left = UnicodeAttribute()
    version = NumberAttribute()


def posted(message: model.Message) -> transaction.Part:
    """The part that puts a new message into its inbox. Else AlreadyThere."""
    return transaction.put_new(_row(message), refused=AlreadyThere())


def get(message_id: MessageId, *, guardian_id: GuardianId) -> model.Message:
    """A guardian's message. Another's is missing: raises UnknownMessage."""
    found = get_many([message_id])
    if not found or found[0].guardian_id != guardian_id:
        raise UnknownMessage()
    return found[0]


def get_many(message_ids: Sequence[MessageId]) -> list[model.Message]:
    """The messages with these ids, in their order; one that isn't there isn't in the answer."""
    wanted = list(dict.fromkeys(message_ids))
    rows = MessageRow.batch_get([(one, _SK) for one in wanted], consistent_read=True) if wanted else ()
    found = {row.pk: _message(row) for row in rows}
    return [found[one] for one in wanted if one in found]


def list_of(guardian_id: GuardianId, *, limit: int, cursor: str | None) -> Page[model.Message]:
    """A guardian's messages, the newest first."""
    page = pages.page(MessageRow, guardian_id, limit=limit, cursor=cursor, index=MessageRow.guardians, backwards=True)
    return Page(get_many([MessageId(row.pk) for row in page.rows]), page.next_cursor)


def list_due(*, until: datetime, limit: int) -> list[MessageId]:
    """The messages that are due to be tried at WeChat, the longest waiting first."""
    keys = MessageRow.waits_until <= until.astimezone(UTC)
    return [MessageId(row.pk) for row in MessageRow.waits.query(model.Delivery.WAITING.value, keys, limit=limit)]


def list_undeliverable(*, since: datetime, until: datetime, limit: int, cursor: str | None) -> Page[model.Message]:
    """What was found undeliverable in a half-open time, the oldest first."""
    page = pages.page(
        MessageRow,
        model.Delivery.UNDELIVERABLE.value,
        limit=limit,
        cursor=cursor,
        keys=_between(since, until),
        index=MessageRow.waits,
    )
    return Page(get_many([MessageId(row.pk) for row in page.rows]), page.next_cursor)


def count_undeliverable(*, since: datetime, until: datetime, at_most: int) -> int:
    """How many were found undeliverable in a half-open time; no more than `at_most` are counted."""
    found = MessageRow.waits.count(model.Delivery.UNDELIVERABLE.value, _between(since, until), limit=at_most)
    return min(int(found), at_most)


def count_waiting(*, at_most: int) -> int:
    """How many messages wait for WeChat; no more than `at_most` are counted."""
    return min(int(MessageRow.waits.count(model.Delivery.WAITING.value, limit=at_most)), at_most)


def _between(since: datetime, until: datetime) -> Any:
    return MessageRow.waits_until.between(since.astimezone(UTC), until.astimezone(UTC) - _AN_INSTANT)


def written(before: model.Message, after: model.Message) -> transaction.Part:
    """The part that writes a message as it is now. Else LostRace: it isn't as it was read."""
    row = _row(after, version=before.version + 1)
    return transaction.put_if(row, MessageRow.version == before.version, refused=transaction.LostRace())


def find_subscription(guardian_id: GuardianId) -> model.Subscription | None:
    """How a guardian wants to be told by WeChat."""
    return get_subscriptions([guardian_id]).get(guardian_id)


def get_subscriptions(guardian_ids: Collection[GuardianId]) -> dict[GuardianId, model.Subscription]:
    """The subscriptions of those of these guardians who have one."""
    keys = [(one, _SUBSCRIPTION) for one in guardian_ids]
    rows = SubscriptionRow.batch_get(keys, consistent_read=True) if keys else ()
    return {GuardianId(row.pk): _subscription(row) for row in rows}


def _subscription(row: SubscriptionRow) -> model.Subscription:
    left = {model.Topic(name): int(count) for name, count in json.loads(row.left).items()}
    return model.Subscription(GuardianId(row.pk), row.openid, left, int(row.version))


def subscribed(before: model.Subscription | None, after: model.Subscription) -> transaction.Part:
    """The part that writes a subscription as it is now. Else LostRace: it isn't as it was read."""
    row = SubscriptionRow(
        after.guardian_id,
        _SUBSCRIPTION,
        openid=after.openid,
        left=json.dumps(after.left),
        version=before.version + 1 if before else 1,
    )
    lost = transaction.LostRace()
    if before is None:
        return transaction.put_new(row, refused=lost)
    return transaction.put_if(row, SubscriptionRow.version == before.version, refused=lost)


def forget_subscription(guardian_id: GuardianId) -> None:
    """Forget who a guardian is at WeChat, and what she takes there."""
    SubscriptionRow(guardian_id, _SUBSCRIPTION).delete()


def _row(message: model.Message, *, version: int = 1) -> MessageRow:
    row = MessageRow(
        message.message_id,
        _SK,
        guardian_id=message.guardian_id,
        kind=message.kind.value,
        subject=message.subject,
        occasion=message.occasion,
        figures=json.dumps(message.figures, ensure_ascii=False),
        made_at=message.made_at,
        good_until=message.good_until,
        read_at=message.read_at,
        delivery=message.delivery.value,
        tries=message.tries,
        failure=message.failure or None,
        version=version,
    )
    if message.due_at is not None:
        row.waits_for, row.waits_until = message.delivery.value, message.due_at
    return row


def _message(row: MessageRow) -> model.Message:
    return model.Message(
        message_id=MessageId(row.pk),
        guardian_id=GuardianId(row.guardian_id),
        kind=model.Kind(row.kind),
        subject=row.subject,
        occasion=row.occasion,
        figures=json.loads(row.figures),
        made_at=row.made_at,
        good_until=row.good_until,
        read_at=row.read_at,
        delivery=model.Delivery(row.delivery),
        due_at=row.waits_until,
        tries=int(row.tries),
        failure=row.failure or "",
        version=int(row.version),
    )
