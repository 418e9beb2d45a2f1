"""How WeChat Pay v3 signs and encrypts, as its documentation has it; of its own code, so that it can judge ours."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

_SCHEME = "WECHATPAY2-SHA256-RSA2048"
_PART = re.compile(r'(\w+)="([^"]*)"')


def new_key() -> str:
    """A new RSA key of 2048 bits: PKCS #8 in base64, on one line."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return base64.b64encode(made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()


def pem(private_key: str) -> str:
    """A key as a file of WeChat's has it."""
    return f"-----BEGIN PRIVATE KEY-----\n{private_key}\n-----END PRIVATE KEY-----"


def public_half(private_key: str) -> str:
    """The public half of a key, in base64, on one line."""
    told = _private(private_key).public_key()
    return base64.b64encode(told.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def key_id(private_key: str) -> str:
    """What WeChat calls the public half of a key of its own."""
    return f"PUB_KEY_ID_{hashlib.sha256(private_key.encode()).hexdigest()[:32].upper()}"


@dataclass(frozen=True)
class Signer:
    """WeChat's own key."""

    private_key: str

    def headers(self, body: bytes, *, at: datetime, nonce: str) -> dict[str, str]:
        """The headers of an answer or a callback with this body."""
        timestamp = str(int(at.timestamp()))
        message = b"%s\n%s\n%s\n" % (timestamp.encode(), nonce.encode(), body)
        signature = _private(self.private_key).sign(message, padding.PKCS1v15(), hashes.SHA256())
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": key_id(self.private_key),
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Signature-Type": _SCHEME,
        }


def is_signed_by(
    private_key: str, authorization: str, *, method: str, target: str, body: bytes, mch_id: str, serial_no: str
) -> bool:
    """Whether a call has the merchant's signature: over method, address with its query, time, nonce and body."""
    scheme, _, rest = authorization.partition(" ")
    told = dict(_PART.findall(rest))
    if scheme != _SCHEME or (told.get("mchid"), told.get("serial_no")) != (mch_id, serial_no):
        return False
    parts = [method, target, told.get("timestamp", ""), told.get("nonce_str", ""), body.decode()]
    return verifies(private_key, parts, told.get("signature", ""))


def verifies(private_key: str, lines: Sequence[str], signature: str) -> bool:
    """Whether the holder of a key has signed these lines, each with its end."""
    signed = "".join(f"{line}\n" for line in lines).encode()
    try:
        told = base64.b64decode(signature, validate=True)
        _private(private_key).public_key().verify(told, signed, padding.PKCS1v15(), hashes.SHA256())
    except (ValueError, InvalidSignature):
        return False
    return True


def time_of(authorization: str) -> int:
    """The time that a call says it is of, in seconds of Unix time; 0 for none."""
    told = dict(_PART.findall(authorization)).get("timestamp", "")
    return int(told) if told.isascii() and told.isdigit() else 0


def written(told: Mapping[str, Any]) -> bytes:
    """A body as WeChat writes it."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


_SUMMARIES = {
    "TRANSACTION.SUCCESS": "支付成功",
    "REFUND.SUCCESS": "退款成功",
    "REFUND.ABNORMAL": "退款异常",
    "REFUND.CLOSED": "退款关闭",
}


def notice(
    event_id: str, told: Mapping[str, Any], *, api_v3_key: str, at: str, event_type: str = "TRANSACTION.SUCCESS"
) -> bytes:
    """The body of a callback: that a payment went through, or how a refund ended."""
    of = "refund" if event_type.startswith("REFUND.") else "transaction"
    nonce = hashlib.sha256(event_id.encode()).hexdigest()[:12]
    content = written(told)
    sealed = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), content, of.encode())
    return written(
        {
            "id": event_id,
            "create_time": at,
            "resource_type": "encrypt-resource",
            "event_type": event_type,
            "summary": _SUMMARIES.get(event_type, event_type),
            "resource": {
                "original_type": of,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": base64.b64encode(sealed).decode(),
                "associated_data": of,
                "nonce": nonce,
            },
        }
    )


@cache
def _private(key: str) -> rsa.RSAPrivateKey:
    made = load_der_private_key(base64.b64decode(key), password=None)
    assert isinstance(made, rsa.RSAPrivateKey)
    return made
