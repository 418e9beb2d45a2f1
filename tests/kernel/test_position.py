"""Places on the map."""

import pytest

from shared.kernel import position
from shared.kernel.position import Position, WrongPosition


class TestRead:
    @pytest.mark.parametrize("text", ["36.81770,118.30820", " 36.8,118.3 ", "3.0,73.0", "54.0,136.0"])
    def test_latitude_and_longitude_in_china(self, text: str) -> None:
        told = position.read(text, pointer="/near")

        assert 3 <= told.latitude <= 54
        assert 73 <= told.longitude <= 136

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "36.8",
            "36.8,118.3,1.0",
            "118.3,36.8",
            "2.99999,118.3",
            "54.00001,118.3",
            "36.8,72.99999",
            "36.8,136.00001",
            "36,118",
            "-36.8,118.3",
            "nan,nan",
            "36.8;118.3",
            "３６.8,118.3",
            "36.123456789,118.3",
        ],
    )
    def test_anything_else_is_refused_with_its_pointer(self, text: str) -> None:
        with pytest.raises(WrongPosition) as refused:
            position.read(text, pointer="/near")
        assert refused.value.pointer == "/near"

    def test_is_written_as_it_is_read(self) -> None:
        assert str(position.read("36.8177,118.30820", pointer="")) == "36.81770,118.30820"


class TestMetres:
    def test_of_one_place_are_none(self) -> None:
        assert position.metres(Position(36.8, 118.3), Position(36.8, 118.3)) == 0

    def test_of_a_degree_of_latitude(self) -> None:
        assert position.metres(Position(36, 118), Position(37, 118)) == 111_195

    def test_are_the_same_both_ways_and_shorter_between_meridians_further_north(self) -> None:
        south, north = (Position(20, 118), Position(20, 119)), (Position(40, 118), Position(40, 119))

        assert position.metres(*south) == position.metres(*south[::-1]) > position.metres(*north)
