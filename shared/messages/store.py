"""Where messages are kept. Keys are in this context's README."""

import json
from collections.abc import Sequence
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.ids import GuardianId, MessageId
from shared.kernel.page import Page
from shared.messages import model

_SK = "message"


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


def write(before: model.Message, after: model.Message) -> None:
    """Write a message as it is now. Raises LostRace when it isn't as it was read."""
    row = _row(after, version=before.version + 1)
    part = transaction.put_if(row, MessageRow.version == before.version, refused=transaction.LostRace())
    transaction.commit([part])


def _row(message: model.Message, *, version: int = 1) -> MessageRow:
    row = MessageRow(
        message.message_id,
        _SK,
        guardian_id=message.guardian_id,
        kind=message.kind.value,
        subject=message.subject,
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
