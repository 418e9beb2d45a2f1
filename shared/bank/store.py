"""The inbox: every message of the bank as it came, byte for byte, with what became of it."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.expressions.update import Action

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import clock, errors
from shared.kernel.page import Page

_FIRST = "first"
_UNSIGNED_KEPT = timedelta(days=30)


class Outcome(StrEnum):
    """What became of a message."""

    RECEIVED = "received"
    POSTED = "posted"
    DUPLICATE = "duplicate"
    RECORDED = "recorded"
    REFUSED = "refused"


@dataclass(frozen=True)
class Letter:
    """One message of the bank. `code` says why it was refused."""

    message_id: str
    digest: str
    body: bytes
    received_at: datetime
    outcome: Outcome
    code: str


class MessageIdReused(errors.Conflict):
    code = "message_id_reused"
    zh = "该消息编号已用于另一条消息。"
    en = "This message id has been used for another message."


class LetterRow(Row):
    """The first under its id that was signed has the sort key `first`, any other its digest."""

    Meta = meta("bank")
    digest = UnicodeAttribute()
    body = BinaryAttribute(legacy_encoding=False)
    received_at = Moment()
    outcome = UnicodeAttribute()
    code = UnicodeAttribute(default="")
    expires_at = NumberAttribute(null=True)


class RefusedRow(Row):
    """A line in the list of refused messages, by day."""

    Meta = meta("bank")
    message_pk = UnicodeAttribute()
    code = UnicodeAttribute()
    expires_at = NumberAttribute(null=True)


def keep(letter: Letter, *, signed: bool = True) -> None:
    """Keep a message as it came, with what became of it; a repeat leaves what the first came to.

    The first that is signed takes its id for ever; raises MessageIdReused for another body under it. One that isn't
    signed takes no id, and goes after 30 days. Raises Unavailable.
    """
    if not signed:
        _save(_row(letter, sk=letter.digest, expires_at=_ends(letter.received_at)))
        return
    if _save(_row(letter)):
        return
    there = LetterRow.get(_pk(letter.message_id), _FIRST, consistent_read=True)
    if there.digest != letter.digest:
        raise MessageIdReused()
    if there.outcome in (Outcome.RECEIVED.value, Outcome.REFUSED.value) and letter.outcome is not Outcome.RECEIVED:
        actions: list[Action] = [LetterRow.outcome.set(letter.outcome.value), LetterRow.code.set(letter.code)]
        there.update(actions)


def kept_with(letter: Letter) -> transaction.Part:
    """The part that keeps a signed message in the transaction of what it tells, with that outcome.

    Its refusal, when the id is another message's, is MessageIdReused.
    """
    free = LetterRow.pk.does_not_exist() | (LetterRow.digest == letter.digest)
    return transaction.put_if(_row(letter), free, refused=MessageIdReused())


def keep_refused(letter: Letter, *, signed: bool = True) -> None:
    """Keep a message that was refused, under an id that is another's too, and put it on its day's list."""
    try:
        keep(letter, signed=signed)
    except MessageIdReused:
        _save(_row(letter, sk=letter.digest))
    day = clock.business_day(letter.received_at).isoformat()
    sk = f"{clock.stored(letter.received_at)}#{letter.message_id}#{letter.digest}"
    expires_at = None if signed else _ends(letter.received_at)
    pk = _pk(letter.message_id)
    RefusedRow(f"refused#{day}", sk, message_pk=pk, code=letter.code, expires_at=expires_at).save()


def _save(row: LetterRow) -> bool:
    """Whether the row is new; one that is there stays as it is."""
    try:
        row.save(LetterRow.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _row(letter: Letter, *, sk: str = _FIRST, expires_at: int | None = None) -> LetterRow:
    return LetterRow(
        _pk(letter.message_id),
        sk,
        digest=letter.digest,
        body=letter.body,
        received_at=letter.received_at,
        outcome=letter.outcome.value,
        code=letter.code,
        expires_at=expires_at,
    )


def _pk(message_id: str) -> str:
    return f"letter#{message_id}"


def _ends(now: datetime) -> int:
    """When what wasn't signed is forgotten, in seconds of Unix time."""
    return int((now + _UNSIGNED_KEPT).timestamp())


def list_refused(day: str, *, limit: int, cursor: str | None) -> Page[tuple[str, str]]:
    """The refused messages of a business day, newest first: message id and code."""
    page = pages.page(RefusedRow, f"refused#{day}", limit=limit, cursor=cursor, backwards=True)
    return page.map(lambda row: (row.message_pk.removeprefix("letter#"), row.code))


def count_refused(day: str, *, at_most: int) -> int:
    """How many messages were refused on a business day; no more than `at_most` are counted."""
    return min(int(RefusedRow.count(f"refused#{day}", limit=at_most)), at_most)


def list_letters(message_id: str) -> list[Letter]:
    """Everything that came under a message id."""
    return [
        Letter(message_id, row.digest, row.body, row.received_at, Outcome(row.outcome), row.code)
        for row in LetterRow.query(f"letter#{message_id}", consistent_read=True)
    ]


def shown(body: bytes) -> str:
    """A raw body as text, or as base64 when it isn't text."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return base64.b64encode(body).decode()
