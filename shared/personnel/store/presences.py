"""Where it is kept that a person has taught, under her number and by time."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, from_image, meta
from shared.kernel import clock
from shared.kernel.ids import CampusId, InstitutionId, SessionId
from shared.personnel import model

_LONGEST_SESSION = timedelta(days=1)
"""No session goes beyond the day that it begins on: which of them overlap is among those that begin since then."""


class PresenceRow(Row):
    Meta = meta("personnel")
    institution_id = UnicodeAttribute()
    campus_id = UnicodeAttribute()
    place = UnicodeAttribute()
    starts_at = Moment()
    ends_at = Moment()


def noted(presence: model.Presence) -> transaction.Part:
    """The part that notes a presence; the same one again changes nothing."""
    return transaction.put(
        PresenceRow(
            presence.number,
            f"presence#{clock.stored(presence.starts_at)}#{presence.session_id}",
            institution_id=presence.institution_id,
            campus_id=presence.campus_id,
            place=presence.place,
            starts_at=presence.starts_at,
            ends_at=presence.ends_at,
        )
    )


def list_around(presence: model.Presence) -> list[model.Presence]:
    """The presences of the same person that may overlap with one, itself among them, by time."""
    first, last = presence.starts_at - _LONGEST_SESSION, presence.ends_at
    period = PresenceRow.sk.between(f"presence#{clock.stored(first)}", f"presence#{clock.stored(last)}")
    return [_presence(row) for row in PresenceRow.query(presence.number, period, consistent_read=True)]


def presence_from_image(image: Mapping[str, Any]) -> model.Presence:
    """The presence of a stream record's image."""
    return _presence(from_image(PresenceRow, image))


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
