"""Sends by WeChat what guardians subscribed to. Every five minutes from 08:00 to 23:00.

A try is noted before WeChat is asked, so what is broken off comes again later. What WeChat never sends is kept with its
reason and shown in the console; the inbox has every message whatever becomes of it here.
"""

from collections.abc import Mapping
from functools import partial

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, telling, wiring
from functions.edge.line import Line
from shared.kernel.ids import GuardianId
from shared.messages import queries, rules, templates, usecases
from shared.messages.model import Delivery, Message, Subscription
from shared.messages.wechat import MOST_CHARACTERS, NOT_ACCEPTED, NotNow, NotTaken

blueprint = Blueprint(__name__)

MOST_AT_ONCE = 500


@blueprint.schedule(Cron("0/5", "0-14", "*", "*", "?", "*"))
@scheduled.run
def deliver_messages() -> dict[str, int]:
    """The messages that are due, the longest waiting first."""
    now = wiring.now()
    due = queries.get_many(queries.list_due(until=now, limit=MOST_AT_ONCE))
    subscriptions = queries.get_subscriptions({one.guardian_id for one in due})
    act = partial(deliver, Line(now), subscriptions)
    sent = scheduled.each("deliver_messages", due, act, key=lambda one: one.message_id)
    return {"due": len(due), "sent": sent}


def deliver(line: Line, subscriptions: Mapping[GuardianId, Subscription], message: Message) -> bool:
    """Send one message; whether WeChat took it. Raises NotNow, Unavailable."""
    now = wiring.now()
    if line.closed or not rules.is_due(message, now=now):
        return False
    subscription = subscriptions.get(message.guardian_id)
    how = _not_by_wechat(message, subscription)
    if how is not None:
        usecases.note_ended(message=message, how=how, now=now)
        return False
    assert subscription is not None
    begun = usecases.begin(message=message, now=now)
    if begun is None:
        return False
    try:
        _send(begun, subscription)
    except NotNow as silence:
        line.was(silent=True)
        usecases.note_put_off(message=begun, why=_said(silence))
        raise
    except NotTaken as refusal:
        line.was(silent=False)
        none = refusal.figures["errcode"] == NOT_ACCEPTED
        usecases.note_undeliverable(message=begun, why=_said(refusal), takes_none=none, now=now)
        return False
    line.was(silent=False)
    usecases.note_sent(message=begun, now=now)
    return True


def _not_by_wechat(message: Message, subscription: Subscription | None) -> Delivery | None:
    """How a message ends that WeChat isn't to be asked to send; None where it is."""
    topic = templates.TEMPLATES[message.kind].topic
    if wiring.now() >= message.good_until:
        return rules.too_late(message)
    if not rules.takes(subscription, topic) or topic not in wiring.subscribe_messages().templates:
        return Delivery.UNSUBSCRIBED
    return None if telling.still_so(message) else Delivery.OVERTAKEN


def _send(message: Message, subscription: Subscription) -> None:
    """Raises NotNow, NotTaken."""
    wiring.subscribe_messages().send(
        openid=subscription.openid,
        topic=templates.TEMPLATES[message.kind].topic,
        title=templates.title(message.kind, language="zh"),
        text=templates.brief(message.kind, message.figures, most=MOST_CHARACTERS),
        at=message.made_at,
        now=wiring.now(),
    )


def _said(refusal: NotNow | NotTaken) -> str:
    return f"{refusal.figures['errcode']} {refusal.figures['errmsg']}"
