"""Signatures of messages between the bank and us: Standard Webhooks, HMAC-SHA256 (`v1`) and Ed25519 (`v1a`).

What is signed is `<id>.<timestamp>.<raw body>`; it is checked before the body is parsed. Several keys may be in force
during a rotation, and a header may carry several signatures.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.kernel import errors

TOLERANCE_SECONDS = 300


class BadSignature(errors.Unauthenticated):
    code = "bad_signature"
    zh = "签名缺失或无效。"
    en = "The signature is missing or wrong."


class StaleSignature(errors.Unauthenticated):
    code = "stale_signature"
    zh = "消息时间与当前时间相差超过5分钟。"
    en = "The message's time is more than 5 minutes away."


def sign(key: str, *, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a message signed with an HMAC key (`whsec_<base64>`)."""
    timestamp = str(int(at.timestamp()))
    mac = hmac.new(_secret(key, "whsec_"), _signed(message_id, timestamp, body), hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def verify(keys: Sequence[str], *, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The id of a message that one of the keys has signed. Raises BadSignature, StaleSignature.

    A key is `whsec_<base64>` (HMAC) or `whpk_<base64>` (Ed25519 public key).
    """
    lower = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = lower.get("webhook-id", ""), lower.get("webhook-timestamp", "")
    if not message_id or len(message_id) > 128 or not (timestamp.isascii() and timestamp.isdigit()):
        raise BadSignature()
    signed = _signed(message_id, timestamp, body)
    signatures = lower.get("webhook-signature", "").split()
    if not any(_matches(key, signature, signed) for key in keys for signature in signatures):
        raise BadSignature()
    if abs(int(timestamp) - now.timestamp()) > TOLERANCE_SECONDS:
        raise StaleSignature()
    return message_id


def _matches(key: str, signature: str, signed: bytes) -> bool:
    scheme, _, encoded = signature.partition(",")
    try:
        sent = base64.b64decode(encoded, validate=True)
    except ValueError:  # not base64, or not even ASCII
        return False
    if scheme == "v1" and key.startswith("whsec_"):
        return hmac.compare_digest(hmac.new(_secret(key, "whsec_"), signed, hashlib.sha256).digest(), sent)
    if scheme == "v1a" and key.startswith("whpk_"):
        try:
            Ed25519PublicKey.from_public_bytes(_secret(key, "whpk_")).verify(sent, signed)
        except InvalidSignature:
            return False
        return True
    return False


def _signed(message_id: str, timestamp: str, body: bytes) -> bytes:
    return b".".join((message_id.encode(), timestamp.encode(), body))


def _secret(key: str, prefix: str) -> bytes:
    return base64.b64decode(key.removeprefix(prefix))
