"""The kinds of refusal. Each error is defined beside the code that raises it, and subclasses one of these.

A subclass gives a stable `code` and one sentence in Chinese and one in English; both are formatted with the
figures it was raised with: `SoldOut(seats=30)`.
"""

from collections.abc import Sequence
from typing import Any, ClassVar


class Refusal(Exception):
    """A command or a query that is refused for a reason that the caller can be told. Nothing was changed."""

    status: ClassVar[int]
    code: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]

    def __init__(self, *, pointer: str | None = None, **figures: Any) -> None:
        """`pointer` is the JSON pointer of the field at fault, when there is one."""
        super().__init__(self.code, figures)
        self.pointer = pointer
        self.figures = figures

    def sentence(self, language: str) -> str:
        """The reason in `language` ('zh' or 'en')."""
        return (self.en if language == "en" else self.zh).format(**self.figures)

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence('en')}"


class Invalid(Refusal):
    """What was sent can't be right, whenever it is sent."""

    status = 422


class Several(Invalid):
    """Several refusals at once, so that all can be mended together. A subclass says what they are of."""

    def __init__(self, of: Sequence[Refusal], **figures: Any) -> None:
        super().__init__(pointer=of[0].pointer, **figures)
        self.of = tuple(of)


class Unauthenticated(Refusal):
    """Nobody we know, or not any more."""

    status = 401


class Denied(Refusal):
    """We know who asks; this isn't theirs to do."""

    status = 403


class Missing(Refusal):
    """There is no such thing, or not for the one who asks."""

    status = 404


class Conflict(Refusal):
    """It can't be done in the state that things are in."""

    status = 409


class Limited(Refusal):
    """Too often. `retry_after_seconds` among the figures."""

    status = 429


class Unavailable(Refusal):
    """Not now; the same call may go through later."""

    status = 503
    code = "try_again"
    zh = "系统繁忙，请稍后再试。"
    en = "The service is busy. Please try again."
