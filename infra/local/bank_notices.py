"""How the bank reads a termination notice: by its own means, with the bureau's public key."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import urllib3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Forged(ValueError):
    """A notice that the bureau hasn't signed."""


class Notices:
    """`key` is the bureau's public key, `whpk_<base64>`; at `url` it says whether a notice stands (None: nowhere)."""

    def __init__(self, key: str, url: str | None) -> None:
        self._key = key
        self._url = url
        self._http = urllib3.PoolManager(timeout=5.0, retries=False)

    def read(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """What an instruction's notice says. Raises Forged."""
        try:
            public = Ed25519PublicKey.from_public_bytes(base64.b64decode(self._key.removeprefix("whpk_")))
            public.verify(base64.b64decode(told["signature"], validate=True), told["notice"].encode())
            notice: dict[str, Any] = json.loads(told["notice"])
        except (InvalidSignature, ValueError):
            raise Forged("the notice isn't signed by the bureau") from None
        if notice["notice_no"] != told["notice_no"]:
            raise Forged("the notice has another number")
        return notice

    def stands(self, notice_no: str) -> bool:
        """Whether the bureau says that a notice may be executed."""
        if self._url is None:
            return True
        try:
            answer = self._http.request("GET", f"{self._url}/{notice_no}")
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == 200 and answer.json()["status"] == "valid"
