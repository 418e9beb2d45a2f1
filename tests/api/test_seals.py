"""A day's seal, for who keeps it."""

import base64
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.funds import sealing
from tests import steps
from tests.api.district import District
from tests.builders import NOW
from tests.edge.conftest import SEAL_KEY


@pytest.fixture
def sealed(district: District) -> District:
    """With a deposit on a day that is sealed."""
    steps.register()
    steps.open_account(paid_fen=1000)
    steps.count_all()
    sealing.seal_days(through=date(2026, 9, 1), key=SEAL_KEY, now=NOW)
    return district


class TestGetSeal:
    def test_is_open_to_everybody_and_can_be_checked_without_us(self, sealed: District) -> None:
        told = sealed.nobody.get("/v1/seals/2026-09-01").body

        assert (told["day"], told["entries"], told["previous_root"]) == ("2026-09-01", 1, "")
        assert told["signed"].splitlines()[:2] == ["hui-seal-1", "2026-09-01"]
        assert told["root"] in told["signed"]
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(told["public_key"].removeprefix("whpk_")))
        key.verify(base64.b64decode(told["signature"]), told["signed"].encode())

    @pytest.mark.parametrize("day", ["2026-09-02", "2026-13-01", "yesterday"])
    def test_of_another_day_is_missing(self, sealed: District, day: str) -> None:
        sealed.refuses(sealed.nobody, lambda door: door.get(f"/v1/seals/{day}"), 404, "unknown_seal")
