"""What two ways of writing the same thing have in common."""

import re
import unicodedata

_NO_WORD = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """A text by its letters and digits alone, in one width and one case."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text)).casefold()
