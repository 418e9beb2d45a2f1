"""The words of messages: each kind in both languages, with the same figures, and short enough for WeChat."""

import re
from typing import ClassVar

import pytest

from shared.messages import templates
from shared.messages.model import Kind
from shared.messages.templates import TEMPLATES

NAMED = re.compile(r"\{(\w+)\}")


class TestTemplates:
    def test_every_kind_has_its_words(self) -> None:
        assert set(TEMPLATES) == set(Kind)

    @pytest.mark.parametrize("kind", Kind)
    def test_both_languages_name_the_same_figures(self, kind: Kind) -> None:
        one = TEMPLATES[kind]

        assert set(NAMED.findall(one.text_zh)) == set(NAMED.findall(one.text_en)), kind

    @pytest.mark.parametrize("kind", Kind)
    def test_the_title_fits_what_wechat_allows(self, kind: Kind) -> None:
        assert len(TEMPLATES[kind].title_zh) <= 20


class TestWords:
    FIGURES: ClassVar[dict[str, str | int]] = {"course": "中国舞一级", "lesson": 3, "reason": "监控为证"}

    def test_are_in_the_readers_language(self) -> None:
        assert "第 3 课时" in templates.text(Kind.DISPUTE_UPHELD, self.FIGURES, language="zh")
        assert "lesson 3" in templates.text(Kind.DISPUTE_UPHELD, self.FIGURES, language="en")

    @pytest.mark.parametrize(
        ("course", "shown"),
        [("舞" * 11, "第3课时不计费：" + "舞" * 11), ("舞" * 13, "第3课时不计费：" + "舞" * 11 + "…")],
    )
    def test_are_cut_to_what_wechat_shows(self, course: str, shown: str) -> None:
        told = templates.brief(Kind.DISPUTE_UPHELD, {**self.FIGURES, "course": course}, most=20)

        assert (told, len(told) <= 20) == (shown, True)
