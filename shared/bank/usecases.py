"""Receiving the bank's messages: kept as they came, checked, told as facts."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from events import facts
from shared.bank import messages, signature, store
from shared.bank.store import Outcome
from shared.kernel import errors


class MessageIdReused(errors.Conflict):
    code = "message_id_reused"
    zh = "该消息编号已用于另一条消息。"
    en = "This message id has been used for another message."


def receive(
    *,
    headers: Mapping[str, str],
    body: bytes,
    keys: Sequence[str],
    act: Callable[[facts.BankFact], Outcome],
    now: datetime,
) -> Outcome:
    """Keep a message, check it, `act` on the fact it tells, note what became of it.

    Raises BadSignature, StaleSignature, TooLarge, NotJson, WrongMessage, MessageIdReused and what `act` refuses; the
    raw body is kept whatever happens (only one over 64 KiB isn't). Unavailable leaves it received, to be sent again.
    """
    if len(body) > messages.MAX_BODY_BYTES:
        raise messages.TooLarge()
    digest = hashlib.sha256(body).hexdigest()
    try:
        message_id = signature.verify(keys, headers=headers, body=body, now=now)
    except errors.Unauthenticated as refusal:
        unsigned = f"unsigned-{digest[:32]}"
        store.keep(unsigned, digest, body, now=now, signed=False)
        store.note(unsigned, digest, Outcome.REFUSED, code=refusal.code, now=now, signed=False)
        raise
    store.keep(message_id, digest, body, now=now, signed=True)
    try:
        if store.find_others(message_id, digest):
            raise MessageIdReused()
        outcome = act(messages.parse(body))
    except errors.Unavailable:
        raise
    except errors.Refusal as refusal:
        store.note(message_id, digest, Outcome.REFUSED, code=refusal.code, now=now)
        raise
    store.note(message_id, digest, outcome, now=now)
    return outcome
