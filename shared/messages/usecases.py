"""Posting a message, reading it, its way by WeChat, and what a guardian takes there."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.kernel.ids import GuardianId, MessageId
from shared.messages import model, rules, store
from shared.messages.templates import TEMPLATES


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
        transaction.commit([store.written(message, replace(message, read_at=now))])
        return store.get(message_id, guardian_id=guardian_id)

    return transaction.retried(attempt)


def begin(*, message: model.Message, now: datetime) -> model.Message | None:
    """Note that WeChat is asked now; the message as noted, or None when another run was faster.

    It is noted before WeChat is asked, so that what is broken off comes again later.
    """
    try:
        transaction.commit([store.written(message, rules.tried(message, now=now))])
    except transaction.LostRace:
        return None
    return store.get(message.message_id, guardian_id=message.guardian_id)


def note_put_off(*, message: model.Message, why: str) -> None:
    """WeChat can't now: note what it said."""
    _settle(message, lambda was: rules.put_off(was, why), None)


def note_sent(*, message: model.Message, now: datetime) -> None:
    """WeChat has sent it: one consent less."""
    _settle(message, lambda was: rules.ended(was, model.Delivery.SENT, now=now), rules.told_once)


def note_undeliverable(*, message: model.Message, why: str, takes_none: bool, now: datetime) -> None:
    """WeChat never sends it; `takes_none`: because the guardian takes none of its topic any more."""
    how = model.Delivery.UNDELIVERABLE
    _settle(message, lambda was: rules.ended(was, how, why=why, now=now), rules.takes_none if takes_none else None)


def note_ended(*, message: model.Message, how: model.Delivery, now: datetime) -> None:
    """It isn't tried at WeChat any more: not subscribed, not true any more, too late."""
    _settle(message, lambda was: rules.ended(was, how, now=now), None)


def _settle(
    message: model.Message,
    become: Callable[[model.Message], model.Message],
    less: Callable[[model.Subscription, model.Topic], model.Subscription] | None,
) -> None:
    """Write what has become of a message that waits, and of the consents, in one transaction; once."""

    def attempt(was: model.Message) -> None:
        if was.delivery is not model.Delivery.WAITING:
            return
        parts = [store.written(was, become(was))]
        before = store.find_subscription(message.guardian_id) if less else None
        if less and before is not None:
            parts.append(store.subscribed(before, less(before, TEMPLATES[message.kind].topic)))
        transaction.commit(parts)

    try:
        attempt(message)
    except transaction.LostRace:
        transaction.retried(lambda: attempt(store.get(message.message_id, guardian_id=message.guardian_id)))


def subscribe(
    *, guardian_id: GuardianId, openid: str, accepted: Collection[model.Topic], refused: Collection[model.Topic]
) -> model.Subscription:
    """Note what a guardian has just told WeChat that she takes. Once: the caller holds it to its key."""

    def attempt() -> model.Subscription:
        before = store.find_subscription(guardian_id)
        after = rules.consented(before, guardian_id=guardian_id, openid=openid, accepted=accepted, refused=refused)
        transaction.commit([store.subscribed(before, after)])
        return after

    return transaction.retried(attempt)


def unsubscribe(*, guardian_id: GuardianId) -> None:
    """Tell a guardian nothing by WeChat any more, and forget who she is there."""
    store.forget_subscription(guardian_id)
