"""The bank's door for files: signed over the raw bytes, kept as they came, read by the function of the bucket."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from functions.edge import files
from tests.api.district import District
from tests.builders import NOW
from tests.edge.doors import Answer
from tests.letters import signed
from tests.statements import a_file

URL = "/v1/bank/statements"
FILE = a_file()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What is put into the bucket."""
    found: dict[str, bytes] = {}

    def keep(of: str, key: str, content: bytes, *, content_type: str) -> None:
        assert (of, content_type) == (files.STATEMENTS, "application/xml")
        found[key] = content

    monkeypatch.setattr(files, "keep", keep)
    return found


def post(district: District, body: bytes = FILE, **signature: Any) -> Answer:
    headers = signed(body, **signature)
    return district.nobody.with_headers(**headers, content_type="application/xml").post(URL, body)


class TestSigned:
    def test_a_file_is_kept_byte_for_byte_under_its_digest(self, district: District, kept: dict[str, bytes]) -> None:
        answer = post(district)

        digest = hashlib.sha256(FILE).hexdigest()
        assert (answer.status, answer.body) == (200, {"status": "received", "file": digest})
        assert kept == {f"posted/{digest}.xml": FILE}

    def test_the_same_file_twice_is_one(self, district: District, kept: dict[str, bytes]) -> None:
        assert post(district).body == post(district, message_id="msg_0002").body
        assert len(kept) == 1


class TestRefused:
    @pytest.mark.parametrize(
        ("headers", "code"),
        [
            ({}, "bad_signature"),
            (signed(b"<other/>"), "bad_signature"),
            (signed(FILE, key="whsec_YW5vdGhlciBrZXkgdGhhdCBub2JvZHkga25vd3M="), "bad_signature"),
            (signed(FILE, at=NOW - timedelta(seconds=301)), "stale_signature"),
        ],
    )
    def test_what_is_not_signed_is_401_and_not_kept(
        self, district: District, kept: dict[str, bytes], headers: dict[str, str], code: str
    ) -> None:
        door = district.nobody.with_headers(**headers)

        district.refuses(door, lambda door: door.post(URL, FILE), 401, code)
        assert kept == {}

    def test_what_is_too_large_is_413(self, district: District, kept: dict[str, bytes]) -> None:
        body = b" " * (5 * 1024 * 1024 + 1)
        door = district.nobody.with_headers(**signed(body))

        district.refuses(door, lambda door: door.post(URL, body), 413, "post_too_large")
        assert kept == {}
