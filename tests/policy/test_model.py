"""The policy's own decisions, at their edges on both sides."""

from datetime import timedelta

import pytest

from tests.builders import POLICY, TODAY


class TestValidityStage:
    @pytest.mark.parametrize(
        ("days_left", "stage", "level"),
        [
            (61, None, "calm"),
            (60, 60, "yellow"),
            (31, 60, "yellow"),
            (30, 30, "yellow"),
            (8, 30, "yellow"),
            (7, 7, "yellow"),
            (0, 7, "yellow"),  # the last day itself is still valid
            (-1, -1, "red"),
        ],
    )
    def test_begins_so_many_days_before_the_last_and_is_over_the_day_after(
        self, days_left: int, stage: int | None, level: str
    ) -> None:
        last_day = TODAY + timedelta(days=days_left)

        assert POLICY.validity_stage(last_day, TODAY) == stage
        assert POLICY.validity_level(last_day, TODAY) == level

    def test_of_what_has_no_end_never_begins(self) -> None:
        assert POLICY.validity_level(None, TODAY) == "calm"


class TestMinimumLevel:
    @pytest.mark.parametrize(
        ("balance_fen", "level"),
        [(11_000, "calm"), (10_999, "yellow"), (10_000, "yellow"), (9_999, "red")],
    )
    def test_is_yellow_under_110_percent_and_red_under_100(self, balance_fen: int, level: str) -> None:
        assert POLICY.minimum_level(balance_fen, 10_000) == level

    def test_is_exact_where_a_percent_is_no_whole_fen(self) -> None:
        assert POLICY.minimum_level(111_112, 101_010) == "calm"  # 110 % are 111,111
        assert POLICY.minimum_level(111_111, 101_010) == "calm"
        assert POLICY.minimum_level(111_110, 101_010) == "yellow"
        assert POLICY.minimum_level(111_111, 101_011) == "yellow"  # 110 % are 111,112.1
        assert POLICY.minimum_level(111_112, 101_011) == "yellow"
        assert POLICY.minimum_level(111_113, 101_011) == "calm"
