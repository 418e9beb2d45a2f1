"""The inbox: every message of the bank as it came, byte for byte, with what became of it."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action

from shared.dynamo import pages
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import clock, errors
from shared.kernel.page import Page

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


class LetterKept(errors.Conflict):
    code = "letter_kept"
    zh = "该消息已收存。"
    en = "The message is kept already."


class LetterRow(Row):
    Meta = meta("bank")
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


def keep(message_id: str, digest: str, body: bytes, *, now: datetime, signed: bool) -> None:
    """Keep a message as it came; the same one again is kept once. One that isn't signed goes after 30 days."""
    row = LetterRow(
        f"letter#{message_id}",
        digest,
        body=body,
        received_at=now,
        outcome=Outcome.RECEIVED.value,
        expires_at=_ends(now, signed=signed),
    )
    try:
        row.save(LetterRow.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def find_others(message_id: str, digest: str) -> bool:
    """Whether this message id came before with another body that was signed."""
    rows = LetterRow.query(f"letter#{message_id}", consistent_read=True)
    return any(row.sk != digest and row.expires_at is None for row in rows)


def _ends(now: datetime, *, signed: bool) -> int | None:
    """When what came is forgotten, in seconds of Unix time: never, if it was signed."""
    return None if signed else int((now + _UNSIGNED_KEPT).timestamp())


def note(message_id: str, digest: str, outcome: Outcome, *, code: str = "", now: datetime, signed: bool = True) -> None:
    """Note what became of a message; a refused one is put on its day's list. A repeat leaves what the first came to."""
    row = LetterRow(f"letter#{message_id}", digest)
    actions: list[Action] = [LetterRow.outcome.set(outcome.value), LetterRow.code.set(code)]
    repeat = outcome is Outcome.DUPLICATE
    try:
        row.update(actions, condition=LetterRow.outcome == Outcome.RECEIVED.value if repeat else None)
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
    if outcome is Outcome.REFUSED:
        day = clock.business_day(now).isoformat()
        sk = f"{clock.stored(now)}#{message_id}#{digest}"
        RefusedRow(f"refused#{day}", sk, message_pk=row.pk, code=code, expires_at=_ends(now, signed=signed)).save()


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
        Letter(message_id, row.sk, row.body, row.received_at, Outcome(row.outcome), row.code)
        for row in LetterRow.query(f"letter#{message_id}", consistent_read=True)
    ]


def shown(body: bytes) -> str:
    """A raw body as text, or as base64 when it isn't text."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return base64.b64encode(body).decode()
