"""Our signatures against an independent package, both ways."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from standardwebhooks import Webhook

from shared.bank import signature
from tests.builders import NOW

KEY = "whsec_dGhlIGJhbmsgc2lnbnMgd2l0aCB0aGlzIG9uZQ=="
OLDER = "whsec_d2Ugc2lnbiBvdXIgaW5zdHJ1Y3Rpb25zIHdpdGg="
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = "whpk_" + base64.b64encode(PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
BODY = '{"学费": 1000}'.encode()


def theirs(**changes: Any) -> dict[str, str]:
    """What another implementation signs."""
    told: dict[str, Any] = {"key": KEY, "message_id": "msg_1", "at": NOW, "body": BODY, **changes}
    return {
        "Webhook-Id": told["message_id"],
        "Webhook-Timestamp": str(int(told["at"].timestamp())),
        "Webhook-Signature": Webhook(told["key"]).sign(told["message_id"], told["at"], told["body"].decode()),
    }


def verify(headers: dict[str, str], *, keys: tuple[str, ...] = (KEY,), body: bytes = BODY) -> str:
    return signature.verify(keys, headers=headers, body=body, now=NOW)


def asymmetric(body: bytes = BODY) -> dict[str, str]:
    """What a bank signs with its private key."""
    timestamp = str(int(NOW.timestamp()))
    made = PRIVATE.sign(b".".join((b"msg_1", timestamp.encode(), body)))
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1a," + base64.b64encode(made).decode(),
    }


class TestSign:
    def test_is_accepted_by_another_implementation(self) -> None:
        headers = signature.sign(KEY, message_id="pay_1", at=NOW, body=BODY)

        assert headers["webhook-signature"] == Webhook(KEY).sign("pay_1", NOW, BODY.decode())
        assert headers["webhook-timestamp"] == "1788228000"

    def test_changes_with_every_part(self) -> None:
        made = {
            signature.sign(key, message_id=message_id, at=NOW + timedelta(seconds=later), body=body)[
                "webhook-signature"
            ]
            for key in (KEY, OLDER)
            for message_id in ("a", "b")
            for later in (0, 1)
            for body in (b"", BODY)
        }

        assert len(made) == 16


class TestVerify:
    def test_gives_the_id_of_what_another_implementation_signed(self) -> None:
        assert verify(theirs()) == "msg_1"

    def test_of_bytes_that_are_not_text(self) -> None:
        body = bytes(range(256))
        headers = signature.sign(KEY, message_id="msg_1", at=NOW, body=body)

        assert verify(headers, body=body) == "msg_1"
        with pytest.raises(signature.BadSignature):
            verify(headers, body=body[:-1])

    @pytest.mark.parametrize("key", [KEY, OLDER])
    def test_takes_any_key_in_force(self, key: str) -> None:
        assert verify(theirs(key=key), keys=(KEY, OLDER)) == "msg_1"

    def test_takes_no_key_that_is_not(self) -> None:
        with pytest.raises(signature.BadSignature):
            verify(theirs(key=OLDER))
        with pytest.raises(signature.BadSignature):
            verify(theirs(), keys=())

    @pytest.mark.parametrize("seconds", [-300, 0, 300])
    def test_takes_a_time_within_five_minutes(self, seconds: int) -> None:
        assert verify(theirs(at=NOW + timedelta(seconds=seconds))) == "msg_1"

    @pytest.mark.parametrize("seconds", [-301, 301, 10**9])
    def test_takes_no_time_further_away(self, seconds: int) -> None:
        with pytest.raises(signature.StaleSignature):
            verify(theirs(at=NOW + timedelta(seconds=seconds)))

    def test_of_a_public_key(self) -> None:
        assert verify(asymmetric(), keys=(PUBLIC,)) == "msg_1"

    @pytest.mark.parametrize(
        ("headers", "keys"),
        [
            (asymmetric(b"other"), (PUBLIC,)),
            (asymmetric(), (KEY,)),
            (theirs(), (PUBLIC,)),
            ({**asymmetric(), "webhook-signature": asymmetric()["webhook-signature"].replace("v1a", "v1")}, (PUBLIC,)),
            ({**asymmetric(), "webhook-signature": "v1a,AAAA"}, (PUBLIC,)),
        ],
    )
    def test_mixes_up_no_schemes(self, headers: dict[str, str], keys: tuple[str, ...]) -> None:
        with pytest.raises(signature.BadSignature):
            verify(headers, keys=keys)

    @pytest.mark.parametrize(
        "told", ["", " ", "v1", "v1,", "v1,=", "v1,签", "v2,AAAA", ",", "v1,AAAA v1,BBBB", "x" * 10_000]
    )
    def test_takes_no_nonsense(self, told: str) -> None:
        with pytest.raises(signature.BadSignature):
            verify({**theirs(), "Webhook-Signature": told})

    @pytest.mark.parametrize("name", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
    def test_needs_every_header(self, name: str) -> None:
        headers = theirs()
        del headers[name]

        with pytest.raises(signature.BadSignature):
            verify(headers)
