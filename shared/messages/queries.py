"""What others may ask of messages: the reads of the store."""

from shared.messages.store import (
    UnknownMessage,
    count_undeliverable,
    count_waiting,
    find_subscription,
    get,
    get_many,
    get_subscriptions,
    list_due,
    list_of,
    list_undeliverable,
)

__all__ = [
    "UnknownMessage",
    "count_undeliverable",
    "count_waiting",
    "find_subscription",
    "get",
    "get_many",
    "get_subscriptions",
    "list_due",
    "list_of",
    "list_undeliverable",
]
