"""Our signature on what we send to the bank, checked as the bank checks it: by another's package, in its own time."""

import hmac
from collections.abc import Callable
from datetime import datetime

from standardwebhooks import Webhook

from infra.local.site import Refused, Request

_TOLERANCE_SECONDS = 300


class Signed:
    """What is signed with `key`, at most five minutes ago."""

    def __init__(self, key: str, clock: Callable[[], datetime]) -> None:
        self._key = key
        self._clock = clock

    def require(self, request: Request) -> None:
        """Raises Refused (401)."""
        message_id = request.headers.get("webhook-id", "")
        timestamp = request.headers.get("webhook-timestamp", "")
        if not (message_id and timestamp.isascii() and timestamp.isdigit()):
            raise Refused(401, "the message isn't signed")
        if abs(int(timestamp) - self._clock().timestamp()) > _TOLERANCE_SECONDS:
            raise Refused(401, "the message's time is more than 5 minutes away")
        # not the package's verify: it compares with the machine's time, and this bank lives in the district's
        at = datetime.fromtimestamp(int(timestamp), self._clock().tzinfo)
        expected = Webhook(self._key).sign(message_id, at, request.body.decode(errors="replace"))
        sent = request.headers.get("webhook-signature", "").split()
        if not any(hmac.compare_digest(expected, signature) for signature in sent):
            raise Refused(401, "the signature is wrong")
