"""`Idempotency-Key`: a command that comes again with the same key gets the first answer again, and does nothing.

Money doesn't rest on this: what moves money is idempotent by its own key in the ledger. This makes the answer the same.
An answer may hold a child's name or an invitation's code. It is sealed with the caller's key, which isn't kept.
Why not powertools' idempotency: docs/adr/0009-idempotency-keys.md.
"""

import contextlib
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, PynamoDBException
from pynamodb.expressions.condition import Condition

from functions.edge import logs, wiring
from shared.dynamo import rows, transaction
from shared.kernel import errors

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY = re.compile(r"[A-Za-z0-9_.:-]{8,128}")
_NONCE_BYTES = 12
_LEASE = timedelta(seconds=30)  # longer than a call may take; after it, a call that died may be tried again


class KeyMissing(errors.Invalid):
    code = "idempotency_key_missing"
    zh = "缺少 Idempotency-Key 请求头（8至128位字母、数字或 _.:-）。"
    en = "The Idempotency-Key header is missing (8 to 128 letters, digits or _.:-)."


class KeyReused(errors.Invalid):
    code = "idempotency_key_reused"
    zh = "该 Idempotency-Key 已用于内容不同的请求。"
    en = "This Idempotency-Key has been used for another request."


class InFlight(errors.Conflict):
    code = "in_flight"
    zh = "同一请求正在处理，请稍后再试。"
    en = "The same request is being worked on. Try again in a moment."


ERRORS = (KeyMissing, KeyReused, InFlight)


@dataclass(frozen=True)
class Replayed:
    """The answer that was given the first time."""

    status: int
    body: Any


class CommandRow(rows.AnyRow):
    """A command by its key. While it has no answer, `lease_until` says how long it may still be worked on."""

    Meta = rows.meta("edge")
    id = UnicodeAttribute(hash_key=True)
    digest = UnicodeAttribute()
    lease_until = NumberAttribute()
    sealed_answer = BinaryAttribute(legacy_encoding=False, null=True)
    status = NumberAttribute(null=True)


def once(*, scope: str, key: str, body: bytes, status: int, act: Callable[[], Any]) -> Any:
    """The answer of `act`, or Replayed when this key was answered before. A refusal isn't kept: it may be tried again.

    Raises KeyMissing, KeyReused, InFlight, Unavailable, and what `act` raises.
    """
    if not _KEY.fullmatch(key):
        raise KeyMissing()
    name = f"{scope}#{key}".encode()
    row = _reserve(hashlib.sha256(name).hexdigest(), hashlib.sha256(name + b"#" + body).hexdigest())
    if row.sealed_answer:
        return Replayed(int(row.status), _opened(row.sealed_answer, name))
    try:
        answer = act()
    except Exception:
        with contextlib.suppress(PynamoDBException):  # the lease ends by itself
            row.delete(CommandRow.sealed_answer.does_not_exist() & (CommandRow.lease_until == row.lease_until))
        raise
    row.sealed_answer, row.status = _sealed(answer, name), status
    try:
        row.save()
    except PynamoDBException:  # it is done, and the caller is told so; were it asked again, its own key would tell
        logs.tell_bug("answer_not_kept")
    return answer


def _reserve(row_id: str, digest: str) -> CommandRow:
    """A row of our own to work under, or the one that is answered."""
    now = int(wiring.now().timestamp() * 1000)
    mine = CommandRow(row_id, digest=digest, lease_until=now + int(_LEASE.total_seconds() * 1000))
    over = CommandRow.sealed_answer.does_not_exist() & (CommandRow.lease_until < now) & (CommandRow.digest == digest)
    if _saved(mine, CommandRow.id.does_not_exist() | over):
        return mine
    try:
        there = CommandRow.get(row_id, consistent_read=True)
    except CommandRow.DoesNotExist:
        raise InFlight() from None  # it was refused this very moment
    except PynamoDBException as error:
        raise transaction.unavailable_or_bug(error) from error
    if there.digest != digest:
        raise KeyReused()
    if not there.sealed_answer:
        raise InFlight()
    return there


def _saved(row: CommandRow, condition: Condition) -> bool:
    try:
        row.save(condition)
    except PutError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return False
        raise transaction.unavailable_or_bug(error) from error
    return True


def _sealed(answer: Any, name: bytes) -> bytes:
    nonce = wiring.randomness(_NONCE_BYTES)
    return nonce + _seal(name).encrypt(nonce, json.dumps(answer, ensure_ascii=False).encode(), None)


def _opened(sealed: bytes, name: bytes) -> Any:
    return json.loads(_seal(name).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None))


def _seal(name: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(hashlib.sha256(b"answer#" + name).digest())
