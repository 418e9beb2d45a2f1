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
    try:
        message_id = signature.verify(keys, headers=headers, body=body, now=now)
    except errors.Unauthenticated as refusal:
        keep_unsigned(body, code=refusal.code, now=now)
        raise
    letter = Letter(message_id, hashlib.sha256(body).hexdigest(), body, now, Outcome.RECEIVED, "")
    return _whatever_happens(letter, lambda: _act(letter, messages.parse(body), act))


def keep_unsigned(body: bytes, *, code: str, now: datetime) -> None:
    """Keep a message that nobody of ours has signed, for a while."""
    digest = hashlib.sha256(body).hexdigest()
    unsigned = Letter(f"unsigned-{digest[:32]}", digest, body, now, Outcome.REFUSED, code)
    store.keep_refused(unsigned, signed=False)


def receive_signed(letter: Letter, act: Callable[[], Outcome]) -> Outcome:
    """Keep a message whose sender is checked, act on it, and keep what became of it.

    Raises MessageIdReused and what `act` refuses. Unavailable leaves it received, to be sent again.
    """
    return _whatever_happens(letter, lambda: _before_and_after(letter, act))


def _whatever_happens(letter: Letter, act: Callable[[], Outcome]) -> Outcome:
    try:
        return act()
    except errors.Unavailable:
        with contextlib.suppress(store.MessageIdReused):
            store.keep(letter)
        raise
    except errors.Refusal as refusal:
        store.keep_refused(replace(letter, outcome=Outcome.REFUSED, code=refusal.code))
        raise


def _act(letter: Letter, fact: facts.BankFact, act: Act) -> Outcome:
    """A deposit, of which there are the most, is kept in its own transaction; anything else before and after it."""
    if not isinstance(fact, facts.DepositPosted):
        return _before_and_after(letter, lambda: act(fact, []))
    outcome = act(fact, [store.kept_with(replace(letter, outcome=Outcome.POSTED))])
    if outcome is not Outcome.POSTED:
        store.keep(replace(letter, outcome=outcome))
    return outcome


def _before_and_after(letter: Letter, act: Callable[[], Outcome]) -> Outcome:
    store.keep(letter)
    outcome = act()
    store.keep(replace(letter, outcome=outcome))
    return outcome
