"""What is public of the money that the bank holds of a school."""

import pytest

from functions.edge import held_bands
from tests.builders import POLICY


class TestBand:
    @pytest.mark.parametrize(
        ("held_fen", "zh", "en"),
        [
            (0, "不足10万元", "less than 100,000 yuan"),
            (9_999_999, "不足10万元", "less than 100,000 yuan"),
            (10_000_000, "10万元至50万元", "100,000 to 500,000 yuan"),
            (49_999_999, "10万元至50万元", "100,000 to 500,000 yuan"),
            (50_000_000, "50万元至200万元", "500,000 to 2,000,000 yuan"),
            (200_000_000, "200万元以上", "2,000,000 yuan or more"),
        ],
    )
    def test_reaches_from_one_end_to_just_below_the_next(self, held_fen: int, zh: str, en: str) -> None:
        assert held_bands.band(held_fen, POLICY).name == (zh, en)

    def test_the_first_takes_twenty_families_at_the_most_that_one_may_be_charged(self) -> None:
        assert POLICY.held_band_first_fen >= 20 * POLICY.max_amount_fen
