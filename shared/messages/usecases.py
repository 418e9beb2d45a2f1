"""Posting a message, and reading it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.kernel.ids import GuardianId, MessageId
from shared.messages import model, store


def post(*, message: model.Message, held_to: Sequence[transaction.Part] = ()) -> bool:
    """Put a message (`rules.made`) into its inbox, from where it goes to WeChat too; whether it is new.

    The same message twice is one. It is posted only where all that is in `held_to` holds: raises what that refuses.
    Where the message must come with a change of another context, commit `store.posted(message)` with that instead.
    """
    try:
        transaction.commit([store.posted(message), *held_to])
    except store.AlreadyThere:
        return False
    return True


def note_read(*, message_id: MessageId, guardian_id: GuardianId, now: datetime) -> model.Message:
    """Note that a guardian has read a message; the first time counts. Raises UnknownMessage."""

    def attempt() -> model.Message:
        message = store.get(message_id, guardian_id=guardian_id)
        if message.read_at is not None:
            return message
        store.write(message, replace(message, read_at=now))
        return store.get(message_id, guardian_id=guardian_id)

    return transaction.retried(attempt)
