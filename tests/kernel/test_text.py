"""Two ways of writing the same thing."""

import pytest

from shared.kernel.text import plain


class TestPlain:
    @pytest.mark.parametrize("text", ["Scratch 编程-2班", "ＳＣＲＡＴＣＨ编程２班", " scratch（编程）_2班。"])
    def test_is_the_same_in_any_width_and_case_without_punctuation(self, text: str) -> None:
        assert plain(text) == "scratch编程2班"

    def test_of_punctuation_alone_is_nothing(self) -> None:
        assert plain("！ _-") == ""
