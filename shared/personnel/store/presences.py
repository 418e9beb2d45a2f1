"""Where it is kept that a person has taught, under her number and by time."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, from_image, meta
from shared.kernel import clock
from shared.kernel.ids import CampusId, InstitutionId, SessionId
from shared.personnel import model

_LONGEST_SESSION = timedelta(days=1)
"""No session goes beyond the day that it begins on: which of them overlap is among those that begin since then."""


_SHARES = 4
"""What is noted on one day stands under so many keys of the index: a country's lessons end in one hour."""


class ByNoted(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_noted"
        projection = KeysOnlyProjection()

    noted_on = UnicodeAttribute(hash_key=True)
    noted_at = Moment(range_key=True)


class PresenceRow(Row):
    """`noted_on`: the business day on which it was noted last, and its share of that day."""

    Meta = meta("personnel")
    notes = ByNoted()
    institution_id = UnicodeAttribute()
    campus_id = UnicodeAttribute()
    place = UnicodeAttribute()
    starts_at = Moment()
    ends_at = Moment()
    noted_on = UnicodeAttribute()
    noted_at = Moment()


def noted(presence: model.Presence, *, now: datetime) -> transaction.Part:
    """The part that notes a presence; the same one again changes but when it was noted last."""
    share = hashlib.sha256(presence.session_id.encode()).digest()[0] % _SHARES
    return transaction.put(
        PresenceRow(
            presence.number,
            f"presence#{clock.stored(presence.starts_at)}#{presence.session_id}",
            institution_id=presence.institution_id,
            campus_id=presence.campus_id,
            place=presence.place,
            starts_at=presence.starts_at,
            ends_at=presence.ends_at,
            noted_on=_share(clock.business_day(now), share),
            noted_at=now,
        )
    )


def list_around(presence: model.Presence) -> list[model.Presence]:
    """The presences of the same person that may overlap with one, itself among them, by time."""
    first, last = presence.starts_at - _LONGEST_SESSION, presence.ends_at
    period = PresenceRow.sk.between(f"presence#{clock.stored(first)}", f"presence#{clock.stored(last)}")
    return [_presence(row) for row in PresenceRow.query(presence.number, period, consistent_read=True)]


def list_noted(since: datetime, until: datetime) -> Iterator[model.Presence]:
    """Every presence that was noted in a period, both ends included, for the nightly sweep."""
    first, days = clock.business_day(since), (clock.business_day(until) - clock.business_day(since)).days + 1
    for day in (first + timedelta(days=number) for number in range(days)):
        for share in range(_SHARES):
            period = PresenceRow.noted_at.between(since.astimezone(UTC), until.astimezone(UTC))
            keys = [(row.pk, row.sk) for row in PresenceRow.notes.query(_share(day, share), period)]
            yield from (_presence(row) for row in PresenceRow.batch_get(keys, consistent_read=True))


def presence_from_image(image: Mapping[str, Any]) -> model.Presence:
    """The presence of a stream record's image."""
    return _presence(from_image(PresenceRow, image))


def _share(day: date, share: int) -> str:
    return f"{day}#{share}"


def _presence(row: PresenceRow) -> model.Presence:
    return model.Presence(
        number=row.pk,
        session_id=SessionId(row.sk.rpartition("#")[2]),
        institution_id=InstitutionId(row.institution_id),
        campus_id=CampusId(row.campus_id),
        place=row.place,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )
