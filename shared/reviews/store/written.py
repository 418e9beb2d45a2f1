"""What people said, as text in a row, and back."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from shared.reviews.model import Picture, Said, Stars


def said_text(said: Said) -> str:
    """Stars, text and pictures as one text."""
    return json.dumps(asdict(said), ensure_ascii=False)


def said(text: str) -> Said:
    """What `said_text` wrote."""
    told = json.loads(text)
    return Said(Stars(**told["stars"]), told["text"], _pictures(told["pictures"]))


def pictures_text(pictures: Sequence[Picture]) -> str:
    """Pictures as text."""
    return json.dumps([asdict(one) for one in pictures], ensure_ascii=False)


def pictures(text: str) -> tuple[Picture, ...]:
    """What `pictures_text` wrote."""
    return _pictures(json.loads(text))


def _pictures(told: Sequence[dict[str, Any]]) -> tuple[Picture, ...]:
    return tuple(Picture(**one) for one in told)
