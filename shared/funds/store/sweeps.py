"""What each sweep had to repair."""

import json
from collections.abc import Mapping
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from shared.dynamo.rows import Row, meta
from shared.kernel import clock


class SweepRow(Row):
    Meta = meta("funds")
    kind = UnicodeAttribute(default="sweep")
    repairs = UnicodeAttribute()


def keep(repairs: Mapping[str, int], *, now: datetime) -> None:
    """Keep what a sweep did, by kind of repair."""
    SweepRow("sweeps", clock.stored(now), repairs=json.dumps(dict(repairs))).save()


def list_last(limit: int) -> list[tuple[datetime, dict[str, int]]]:
    """The last sweeps, newest first."""
    rows = SweepRow.query("sweeps", scan_index_forward=False, limit=limit, consistent_read=True)
    return [(clock.read(row.sk), json.loads(row.repairs)) for row in rows]
