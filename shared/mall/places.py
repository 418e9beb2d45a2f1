"""Where a page of what was found ends, as an opaque cursor: it stays right while courses come and go.

It holds the last course's place in the order and its id, and a mark of what was asked for. The next page is what comes
after that place, wherever it stands by then: nothing comes twice, and nothing that stays as it is, is passed over.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from itertools import islice

from shared.dynamo.pages import BadCursor
from shared.kernel import ids
from shared.kernel.ids import CourseId
from shared.mall.search import Found, Wanted

Place = tuple[int, CourseId]

_GREATEST = 2**53


def after(found: Sequence[Found], place: Place | None, *, count: int) -> list[Found]:
    """The next so many of what was found (in order), after a place in the order."""
    return list(islice((one for one in found if place is None or one.key > place), count))


def cursor_of(place: Place, wanted: Wanted) -> str:
    """The cursor of what comes after a place."""
    text = json.dumps([_mark(wanted), *place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, wanted: Wanted) -> Place:
    """The place that a cursor tells. Raises BadCursor: somebody else's text, or a cursor of another search."""
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        mark, place, course_id = told
    except (ValueError, TypeError, RecursionError):
        raise BadCursor(pointer="/cursor") from None
    whole = (
        type(place) is int and abs(place) <= _GREATEST and isinstance(course_id, str) and ids.is_id(course_id, "crs")
    )
    if not whole or mark != _mark(wanted):
        raise BadCursor(pointer="/cursor")
    return place, CourseId(course_id)


def _mark(wanted: Wanted) -> str:
    told = {name: sorted(value) if isinstance(value, frozenset) else str(value) for name, value in vars(wanted).items()}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
