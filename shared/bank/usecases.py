"""Receiving the bank's messages: kept as they came, checked, told as facts."""

import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from events import facts
from shared.bank import messages, signature, store
from shared.bank.store import Letter, Outcome
from shared.dynamo import transaction
from shared.kernel import errors

Act = Callable[[facts.BankFact, Sequence[transaction.Part]], Outcome]
"""Acts on a fact. POSTED: what it was given besides is committed with it, where it is a deposit."""


def receive(*, headers: Mapping[str, str], body: bytes, keys: Sequence[str], act: Act, now: datetime) -> Outcome:
    """Check a message, `act` on the fact it tells, keep it as it came with what became of it.

    Raises BadSignature, StaleSignature, TooLarge, NotJson, WrongMessage, MessageIdReused and what `act` refuses; the
    raw body is kept whatever happens (only one over 64 KiB isn't). Unavailable leaves it received, to be sent again.
    """
    if len(body) > messages.MAX_BODY_BYTES:
        raise messages.TooLarge()
    digest = hashlib.sha256(body).hexdigest()
    try:
        message_id = signature.verify(keys, headers=headers, body=body, now=now)
    except errors.Unauthenticated as refusal:
        unsigned = Letter(f"unsigned-{digest[:32]}", digest, body, now, Outcome.REFUSED, refusal.code)
        store.keep_refused(unsigned, signed=False)
        raise
    letter = Letter(message_id, digest, body, now, Outcome.RECEIVED, "")
    try:
        return _act(letter, messages.parse(body), act)
    except errors.Unavailable:
        with contextlib.suppress(store.MessageIdReused):
            store.keep(letter)
        raise
    except errors.Refusal as refusal:
        store.keep_refused(replace(letter, outcome=Outcome.REFUSED, code=refusal.code))
        raise


def _act(letter: Letter, fact: facts.BankFact, act: Act) -> Outcome:
    """A deposit, of which there are the most, is kept in its own transaction; anything else before and after it."""
    together = isinstance(fact, facts.DepositPosted)
    if not together:
        store.keep(letter)
    outcome = act(fact, [store.kept_with(replace(letter, outcome=Outcome.POSTED))] if together else [])
    if not together or outcome is not Outcome.POSTED:
        store.keep(replace(letter, outcome=outcome))
    return outcome
