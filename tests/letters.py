"""The bank's messages, signed by a package that isn't ours."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from tests.builders import NOW
from tests.edge.conftest import BANK_KEY

_SAMPLES = Path(__file__).parents[1] / "events" / "samples" / "bank"


def a_letter(kind: str = "deposit.posted", **data: Any) -> dict[str, Any]:
    """A message of the bank, right until `data` says otherwise: a deposit of 1,000 fen for the first enrolment."""
    told: dict[str, Any] = json.loads((_SAMPLES / f"{kind}.json").read_text(encoding="utf-8"))
    return {**told, "data": {**told["data"], **data}}


def written(told: Any) -> bytes:
    """A message as the bank sends it."""
    return json.dumps(told, ensure_ascii=False).encode()


def signed(body: bytes, *, message_id: str = "msg_0001", at: datetime = NOW, key: str = BANK_KEY) -> dict[str, str]:
    """The headers of a message of the bank."""
    return {
        "webhook_id": message_id,
        "webhook_timestamp": str(int(at.timestamp())),
        "webhook_signature": Webhook(key).sign(message_id, at, body.decode()),
    }
