"""How a course is found by what somebody types: words, parts of words, pinyin, initials. Pure.

A text is looked through by its letters and digits alone, in one width and one case. What is typed in Latin letters is
read as pinyin too: whole syllables, their beginnings, or a mixture of both, of syllables that follow one another
(`wudao`, `wd`, `wdao`). A character that is read in several ways (乐: le, yue) is found by each of them.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from shared.kernel.text import plain

MOST_WORDS = 8
_LATIN = re.compile(r"[a-z0-9]+", re.ASCII)
_SHORTEST_IN_PARTS = 3


class Spoken(NamedTuple):
    """A text as it is read: its syllables, each in all ways, and all letters that are in them."""

    syllables: Sequence[Sequence[str]]
    letters: frozenset[str]


def words(text: str) -> tuple[str, ...]:
    """What somebody types, as words to be found, each once; the first eight of them."""
    told = map(plain, unicodedata.normalize("NFKC", text).split())
    return tuple(dict.fromkeys(word for word in told if word))[:MOST_WORDS]


def readings(*texts: str) -> str:
    """Texts in pinyin: syllables apart by a space, the ways to read one by `/`, the texts by `|`."""
    from pypinyin import Style, pinyin  # a second's import, where something is published only

    told = []
    for text in texts:
        syllables = pinyin(plain(text), style=Style.NORMAL, heteronym=True)
        told.append(" ".join("/".join(dict.fromkeys(map(_latin, ways))) for ways in syllables))
    return "|".join(told)


def spoken(told: str) -> tuple[Spoken, ...]:
    """The texts that `readings` tells."""
    texts = (text.split() for text in told.split("|"))
    return tuple(Spoken([one.split("/") for one in text], frozenset("".join(text))) for text in texts)


def reads(word: str, texts: Sequence[Spoken], *, whole_name: bool = False) -> bool:
    """Whether a plain word of Latin letters is how a part of one of the texts is read, from a syllable's beginning.

    `whole_name`: from its first syllable on, as a person's initials are typed (邓卫东 by dwd, not by wd).
    """
    if _LATIN.fullmatch(word) is None:
        return False
    return any(one.letters.issuperset(word) and _reads(word, one.syllables, not whole_name) for one in texts)


def _reads(word: str, syllables: Sequence[Sequence[str]], anywhere: bool) -> bool:
    """Syllable by syllable: how much of the word may be read when it begins."""
    read: set[int] = {0}
    for ways in syllables:
        further: set[int] = {0} if anywhere else set()
        for at in read:
            for way in ways:
                for length, letter in enumerate(way, 1):
                    if word[at + length - 1] != letter:
                        break
                    if at + length == len(word):
                        return True
                    further.add(at + length)
        read = further
    return False


def pairs(word: str) -> tuple[str, ...]:
    """The neighbours in a word of more than two characters, two by two: of 少儿舞蹈 they are 少儿, 儿舞, 舞蹈."""
    if len(word) < _SHORTEST_IN_PARTS or _LATIN.fullmatch(word):
        return ()
    return tuple(dict.fromkeys(word[at : at + 2] for at in range(len(word) - 1)))


def _latin(reading: str) -> str:
    """A syllable as it is typed: `lü` as lv; what isn't Chinese, by its letters alone."""
    return "".join(_LATIN.findall(reading.replace("ü", "v").casefold())) or "-"
