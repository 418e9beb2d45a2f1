"""How minimum balances stood, day by day, and the shortfalls that came of it. What the nightly check has found."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Row, meta
from shared.funds.minimum_model import MinimumDay, Shortfall
from shared.funds.store import waits
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.kernel.page import Page


class MinimumDayRow(Row):
    Meta = meta("funds")
    kind = UnicodeAttribute(default="minimum_day")
    lowest_fen = NumberAttribute()
    closing_fen = NumberAttribute()
    average_fen = NumberAttribute()
    required_fen = NumberAttribute()


class ShortfallRow(Row):
    Meta = meta("funds")
    kind = UnicodeAttribute(default="shortfall")
    short_fen = NumberAttribute()
    due_on = UnicodeAttribute()
    deadline_assumed = BooleanAttribute()
    ended_on = UnicodeAttribute(default="")
    waits_for = UnicodeAttribute(null=True)
    waits_by = UnicodeAttribute(null=True)


def put(days: Sequence[MinimumDay]) -> None:
    """Keep what days were like. A day that is found to have been otherwise takes its own place."""
    rows = [
        MinimumDayRow(
            f"minimum#{day.institution_id}",
            f"day#{day.day}",
            lowest_fen=day.lowest_fen,
            closing_fen=day.closing_fen,
            average_fen=day.average_fen,
            required_fen=day.required_fen,
        )
        for day in days
    ]
    if rows:
        transaction.commit([transaction.put(row) for row in rows])


def list_of(institution_id: InstitutionId, *, first: date, last: date) -> list[MinimumDay]:
    """A school's checked days, first and last included."""
    between = MinimumDayRow.sk.between(f"day#{first}", f"day#{last}")
    return [_day_of(row) for row in MinimumDayRow.query(f"minimum#{institution_id}", between, consistent_read=True)]


def put_shortfall(shortfall: Shortfall) -> transaction.Part:
    """The part that keeps a shortfall as it is now. That it may is decided by the minimum balance's turn."""
    row = ShortfallRow(
        f"minimum#{shortfall.institution_id}",
        f"shortfall#{shortfall.since}",
        short_fen=shortfall.short_fen,
        due_on=shortfall.due_on.isoformat(),
        deadline_assumed=shortfall.deadline_assumed,
        ended_on=shortfall.ended_on.isoformat() if shortfall.ended_on else "",
        waits_for=None if shortfall.ended_on else waits.Wait.SHORTFALL.value,
        waits_by=None if shortfall.ended_on else shortfall.due_on.isoformat(),
    )
    return transaction.put(row)


def get_shortfalls(wanted: Sequence[tuple[InstitutionId, date]]) -> dict[InstitutionId, Shortfall]:
    """The shortfalls of these schools since these days; one that isn't there isn't in the answer."""
    keys = [(f"minimum#{iid}", f"shortfall#{since}") for iid, since in wanted]
    rows = ShortfallRow.batch_get(keys, consistent_read=True) if keys else []
    return {found.institution_id: found for found in map(_shortfall_of, rows)}


def list_open(*, limit: int, cursor: str | None) -> Page[Shortfall]:
    """One page of the shortfalls of all schools that aren't made up, the first to be made up first."""
    page = waits.keys(waits.Wait.SHORTFALL, limit=limit, cursor=cursor)
    rows = ShortfallRow.batch_get(list(page.rows), consistent_read=True) if page.rows else []
    found = {(row.pk, row.sk): _shortfall_of(row) for row in rows}
    return Page([found[key] for key in page.rows if key in found], page.next_cursor)


def list_shortfalls(institution_id: InstitutionId, *, limit: int) -> list[Shortfall]:
    """A school's last shortfalls, the newest first."""
    of = ShortfallRow.sk.startswith("shortfall#")
    rows = ShortfallRow.query(f"minimum#{institution_id}", of, scan_index_forward=False, limit=limit)
    return list(map(_shortfall_of, rows))


def _day_of(row: Any) -> MinimumDay:
    return MinimumDay(
        institution_id=InstitutionId(row.pk.removeprefix("minimum#")),
        day=date.fromisoformat(row.sk.removeprefix("day#")),
        lowest_fen=Fen(int(row.lowest_fen)),
        closing_fen=Fen(int(row.closing_fen)),
        average_fen=Fen(int(row.average_fen)),
        required_fen=Fen(int(row.required_fen)),
    )


def _shortfall_of(row: Any) -> Shortfall:
    return Shortfall(
        institution_id=InstitutionId(row.pk.removeprefix("minimum#")),
        since=date.fromisoformat(row.sk.removeprefix("shortfall#")),
        short_fen=Fen(int(row.short_fen)),
        due_on=date.fromisoformat(row.due_on),
        deadline_assumed=bool(row.deadline_assumed),
        ended_on=date.fromisoformat(row.ended_on) if row.ended_on else None,
    )
