"""Where it is kept whether classes open. Keys: this context's README."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import clock
from shared.kernel.ids import CourseId, InstitutionId, OfferingId
from shared.mall.opening_model import Opening, OpeningStatus

_TO_DECIDE = "class_opening"
_TO_SETTLE = "class_not_opened"
_SK = "opening"
_UNDECIDED = (OpeningStatus.WAITING.value, OpeningStatus.DECLARED.value)


class ByWait(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_wait"
        projection = KeysOnlyProjection()

    waits_for = UnicodeAttribute(hash_key=True)
    waits_since = Moment(range_key=True)


class OpeningRow(Row):
    """`waits_*` are there until it is decided, and while what follows from not being opened isn't done."""

    Meta = meta("mall")
    waiting = ByWait()
    course_id = UnicodeAttribute()
    institution_id = UnicodeAttribute()
    minimum = NumberAttribute()
    starts_on = UnicodeAttribute()
    check_on = UnicodeAttribute()
    status = UnicodeAttribute()
    declared_by = UnicodeAttribute(null=True)
    declared_at = Moment(null=True)
    paid = NumberAttribute(null=True)
    decided_at = Moment(null=True)
    settled_at = Moment(null=True)
    version = NumberAttribute()
    waits_for = UnicodeAttribute(null=True)
    waits_since = Moment(null=True)


def find(offering_id: OfferingId) -> Opening | None:
    """A class's opening; None of one that was never on sale."""
    try:
        return _opening(OpeningRow.get(f"opening#{offering_id}", _SK, consistent_read=True))
    except OpeningRow.DoesNotExist:
        return None


def list_to_decide(*, until: datetime) -> list[Opening]:
    """Those whose day has begun by `until`, the earliest first."""
    return _waiting(_TO_DECIDE, until)


def list_to_settle(*, until: datetime) -> list[Opening]:
    """Those that weren't opened, where something may still be to do."""
    return _waiting(_TO_SETTLE, until)


def written(opening: Opening, *, was: Opening | None) -> transaction.Part:
    """The part that writes an opening, if it is still as it was. Else LostRace."""
    row = _row(replace(opening, version=was.version + 1 if was else 1))
    same = OpeningRow.version == was.version if was else OpeningRow.pk.does_not_exist()
    return transaction.put_if(row, same, refused=transaction.LostRace())


def _waiting(what: str, until: datetime) -> list[Opening]:
    keys = [(row.pk, row.sk) for row in OpeningRow.waiting.query(what, OpeningRow.waits_since <= until)]
    rows = OpeningRow.batch_get(keys, consistent_read=True) if keys else ()
    found = [_opening(row) for row in rows if row.waits_for == what]
    return sorted(found, key=lambda one: (one.check_on, one.offering_id))


def _row(opening: Opening) -> OpeningRow:
    row = OpeningRow(
        f"opening#{opening.offering_id}",
        _SK,
        course_id=opening.course_id,
        institution_id=opening.institution_id,
        minimum=opening.minimum,
        starts_on=opening.starts_on.isoformat(),
        check_on=opening.check_on.isoformat(),
        status=opening.status.value,
        declared_by=opening.declared_by or None,
        declared_at=opening.declared_at,
        paid=opening.paid,
        decided_at=opening.decided_at,
        settled_at=opening.settled_at,
        version=opening.version,
    )
    if opening.undecided:
        row.waits_for, row.waits_since = _TO_DECIDE, clock.start_of(opening.check_on)
    elif opening.status is OpeningStatus.NOT_OPENED and opening.settled_at is None:
        row.waits_for, row.waits_since = _TO_SETTLE, opening.decided_at
    return row


def _opening(row: OpeningRow) -> Opening:
    return Opening(
        offering_id=OfferingId(row.pk.removeprefix("opening#")),
        course_id=CourseId(row.course_id),
        institution_id=InstitutionId(row.institution_id),
        minimum=int(row.minimum),
        starts_on=date.fromisoformat(row.starts_on),
        check_on=date.fromisoformat(row.check_on),
        status=OpeningStatus(row.status),
        declared_by=row.declared_by or "",
        declared_at=row.declared_at,
        paid=None if row.status in _UNDECIDED else int(row.paid or 0),
        decided_at=row.decided_at,
        settled_at=row.settled_at,
        version=int(row.version),
    )
