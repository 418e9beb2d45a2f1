"""A shelf in S3's place: what functions hand over lies on it, under the address that they give."""

from typing import Any
from urllib.parse import unquote

import pytest

from functions.edge import files


class Shelf:
    """The files, each with the name that it is fetched under."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:
        self.kept[f"https://{Bucket}.example/{Key}"] = Body

    def generate_presigned_url(self, operation: str, *, Params: dict[str, Any], ExpiresIn: int) -> str:
        assert operation == "get_object"
        named = Params["ResponseContentDisposition"].partition("''")[2]
        return f"https://{Params['Bucket']}.example/{Params['Key']}?as={named}"

    def fetch(self, address: str) -> tuple[str, bytes]:
        """The name and the content at an address."""
        place, _, named = address.partition("?as=")
        return unquote(named), self.kept[place]


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """A shelf that every function hands over to."""
    made = Shelf()
    monkeypatch.setattr(files, "client", lambda: made)
    return made
