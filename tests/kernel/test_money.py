import pytest

from shared.kernel import money


class TestFen:
    def test_a_whole_number_is_money(self) -> None:
        assert money.fen(500) == 500

    @pytest.mark.parametrize("amount", [True, 1.0, 0.5, "1", None, 10.0**20])
    def test_anything_else_is_not(self, amount: object) -> None:
        with pytest.raises(TypeError):
            money.fen(amount)


class TestText:
    @pytest.mark.parametrize(
        ("amount_fen", "shown"),
        [
            (0, "¥0.00"),
            (5, "¥0.05"),
            (-5, "-¥0.05"),
            (99, "¥0.99"),
            (100, "¥1.00"),
            (123_456, "¥1,234.56"),
            (-123_456, "-¥1,234.56"),
            (100_000_000_00, "¥100,000,000.00"),
        ],
    )
    def test_an_amount_is_shown_in_yuan_with_two_decimals(self, amount_fen: int, shown: str) -> None:
        assert money.text(amount_fen) == shown
