"""Words that the text of a course may not have, read from `policy.toml`."""

import unicodedata
from collections.abc import Iterable
from functools import cache

from shared.policy.file import record


def subject_words(texts: Iterable[str]) -> list[str]:
    """The words of a school's subject in the text of a course, each once."""
    return _found("subject_content", texts)


def promising_words(texts: Iterable[str]) -> list[str]:
    """The words that promise a result in the text of a course, each once."""
    return _found("promised_result", texts)


def _found(rule: str, texts: Iterable[str]) -> list[str]:
    plain = [_plain(text) for text in texts]
    return [word for word, looked_for in _words(rule) if any(looked_for in text for text in plain)]


@cache
def _words(rule: str) -> tuple[tuple[str, str], ...]:
    [told] = (one for one in record()["course_words"] if one["rule"] == rule)
    return tuple((word, _plain(word)) for word in told["words"])


def _plain(text: str) -> str:
    """The text without what hides a word in it: spaces, characters of no width, full-width letters, capitals."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if not letter.isspace() and unicodedata.category(letter) != "Cf")
