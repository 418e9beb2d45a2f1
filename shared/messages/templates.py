"""The words of each kind of message, in Chinese and English, and the topic that it is subscribed to under.

A figure whose name ends in `_fen` is shown in yuan. A new kind needs a line here and one in model.Kind; both languages
name the same figures.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.kernel import money
from shared.messages.model import Kind, Topic

_NAMED = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Template:
    """`title` fits the 20 characters that WeChat allows; so does `brief`, once its figures are cut to fit."""

    topic: Topic
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    brief_zh: str

    @property
    def names(self) -> frozenset[str]:
        """The figures that a message of this kind must have."""
        return frozenset(_NAMED.findall(self.text_zh)) | frozenset(_NAMED.findall(self.brief_zh))


TEMPLATES: dict[Kind, Template] = {
    Kind.DISPUTE_UPHELD: Template(
        Topic.LESSONS,
        "课时争议成立",
        "Your dispute was upheld",
        "您对《{course}》第 {lesson} 课时的争议成立，这节课不计费。理由：{reason}",
        "Your dispute of lesson {lesson} of “{course}” was upheld; the lesson isn't charged. Reason: {reason}",
        "第{lesson}课时不计费：{course}",
    ),
    Kind.DISPUTE_REJECTED: Template(
        Topic.LESSONS,
        "课时争议未成立",
        "Your dispute was rejected",
        "您对《{course}》第 {lesson} 课时的争议未成立，这节课视为已确认。理由：{reason}",
        "Your dispute of lesson {lesson} of “{course}” was rejected; it counts as confirmed. Reason: {reason}",
        "第{lesson}课时视为已确认：{course}",
    ),
}


def title(kind: Kind, *, language: str) -> str:
    """The heading of a message."""
    template = TEMPLATES[kind]
    return template.title_en if language == "en" else template.title_zh


def text(kind: Kind, figures: Mapping[str, str | int], *, language: str) -> str:
    """The whole of a message."""
    template = TEMPLATES[kind]
    return (template.text_en if language == "en" else template.text_zh).format(**_shown(figures))


def brief(kind: Kind, figures: Mapping[str, str | int], *, most: int) -> str:
    """A message in at most `most` characters, as WeChat shows it; what is longer ends in “…”."""
    told = TEMPLATES[kind].brief_zh.format(**_shown(figures))
    return told if len(told) <= most else told[: most - 1] + "…"


def _shown(figures: Mapping[str, str | int]) -> dict[str, str | int]:
    return {
        name: money.text(value) if name.endswith("_fen") and isinstance(value, int) else value
        for name, value in figures.items()
    }
