"""What others may ask of messages: the reads of the store."""

from shared.messages.store import UnknownMessage, get, get_many, list_of

__all__ = ["UnknownMessage", "get", "get_many", "list_of"]
