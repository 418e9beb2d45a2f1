"""What happened to a school, newest first: its journal, its alerts and the changes of its status in one line.

The journal gives the pages; alerts and changes of the same time are put between its entries. Entries of one kind and
day that follow one another are one happening, so that an evening of confirmations doesn't hide a withdrawal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from shared.alerts import store as alerts
from shared.alerts.model import Alert
from shared.dynamo.pages import BadCursor
from shared.funds import queries as funds
from shared.funds.model import Entry, EntryKind, State
from shared.institutions import store as institutions
from shared.institutions.model import StatusChange
from shared.kernel import clock
from shared.kernel.ids import InstitutionId

ENTRIES = 30
MOST_ALERTS = 50
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Moved:
    """Entries of one kind on one day. `amount_fen` is what they moved, all together."""

    at: datetime
    kind: EntryKind
    entries: Sequence[Entry] = field(default_factory=tuple)

    @property
    def amount_fen(self) -> int:
        return sum(amount(entry) for entry in self.entries)

    @property
    def suspense_fen(self) -> int:
        """What of it went to suspense, or was missing there."""
        return sum(entry.legs.get(State.SUSPENSE, 0) for entry in self.entries)


Happening = Moved | Alert | StatusChange


@dataclass(frozen=True)
class Timeline:
    """Happenings, and where they go on: the journal's cursor, and the moment before which it goes on."""

    happenings: Sequence[Happening]
    next_cursor: str | None
    before: str


def amount(entry: Entry) -> int:
    """What an entry moved, in fen: the sum of what went into its states."""
    return sum(leg for leg in entry.legs.values() if leg > 0)


def read(institution_id: InstitutionId, *, cursor: str | None, before: str | None, now: datetime) -> Timeline:
    """One page of a school's timeline. Raises BadCursor."""
    until = _moment(before) if cursor and before else now + timedelta(seconds=1)
    page = funds.list_journal(institution_id, limit=ENTRIES, cursor=cursor)
    since = page.rows[-1].booked_at if page.next_cursor else _EVER
    raised = alerts.list_between(institution_id, first=since, before=until, at_most=MOST_ALERTS)
    found: list[Happening] = [one for one in institutions.list_changes(institution_id) if since <= one.at < until]
    found += raised
    found += _together(page.rows)  # last: of one moment, what an entry gave reason to stands above it
    return Timeline(sorted(found, key=moment_of, reverse=True), page.next_cursor, clock.stored(since))


def moment_of(happening: Happening) -> datetime:
    """When it happened."""
    return happening.raised_at if isinstance(happening, Alert) else happening.at


def _together(entries: Sequence[Entry]) -> Iterable[Moved]:
    def alike(entry: Entry) -> tuple[date, EntryKind, bool]:
        return clock.business_day(entry.booked_at), entry.kind, State.SUSPENSE in entry.legs

    for (_, kind, _), of in groupby(entries, key=alike):
        some = tuple(of)
        yield Moved(some[0].booked_at, kind, some)


def _moment(text: str) -> datetime:
    try:
        moment = clock.read(text)
    except ValueError:
        raise BadCursor(pointer="/before") from None
    if moment.tzinfo is None:
        raise BadCursor(pointer="/before")
    return moment
