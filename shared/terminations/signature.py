"""The signature of a notice: Ed25519 over its content.

A key is `whsk_<base64 of its 32 bytes>`; in a list of keys the newest is first.
"""

import base64
import hashlib
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def sign(key: str, content: str) -> tuple[str, str]:
    """The signature of a content in base64, and the id of the key."""
    private = _private(key)
    return base64.b64encode(private.sign(content.encode())).decode(), _id_of(private.public_key())


def verifies(keys: Sequence[str], *, key_id: str, content: str, signature: str) -> bool:
    """Whether one of our keys has signed this content."""
    for key in keys:
        public = _private(key).public_key()
        if _id_of(public) != key_id:
            continue
        try:
            public.verify(base64.b64decode(signature, validate=True), content.encode())
        except (InvalidSignature, ValueError):
            return False
        return True
    return False


def public_key(key: str) -> str:
    """What others need to check a signature: `whpk_<base64>`."""
    return f"whpk_{base64.b64encode(_private(key).public_key().public_bytes_raw()).decode()}"


def fingerprint(signature: str) -> str:
    """A signature as a person compares it: the first 16 hexadecimal digits of its SHA-256, in fours."""
    digest = hashlib.sha256(signature.encode()).hexdigest()[:16].upper()
    return " ".join(digest[start : start + 4] for start in range(0, 16, 4))


def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(key.removeprefix("whsk_")))


def _id_of(public: Ed25519PublicKey) -> str:
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]
