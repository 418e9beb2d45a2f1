"""The whole catalogue of what is on sale, in this process's memory, as it is at the moment of asking.

A process loads it once; at each request it asks the index only for what has changed since (ADR 29). What was written
shortly before the last time is asked for again: a change is visible only some time after the moment that it bears.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.mall.cards import Catalogue
from shared.mall.store import cards

OVERLAP = timedelta(minutes=5)
"""More than a request lasts, machines' clocks differ and the index lags behind, all together."""


@dataclass(frozen=True)
class _Known:
    """The catalogue as it was at a moment."""

    catalogue: Catalogue
    at: datetime


_known: _Known | None = None


def as_of(now: datetime) -> Catalogue:
    """What is on sale. One query, which mostly finds nothing; the first time in a process it reads all of it."""
    global _known
    known = _known
    if known is None:
        found = Catalogue().changed(cards.load())
    else:
        found = known.catalogue.changed(cards.changed_since(known.at - OVERLAP))
    _known = _Known(found, now)
    return found


def forget() -> None:
    """Know nothing any more. For tests, and where a process is given another district's tables."""
    global _known
    _known = None
