"""Who of the bureau opened which file, when and for what: added, never changed; once under the file and once under the
month."""

from datetime import date

from pynamodb.attributes import UnicodeAttribute

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import clock
from shared.kernel.ids import FileId, InstitutionId
from shared.kernel.page import Page
from shared.materials.model import Purpose, Reading


class ReadingRow(Row):
    Meta = meta("materials")
    file_id = UnicodeAttribute()
    of_institution = UnicodeAttribute()
    file_name = UnicodeAttribute()
    staff_id = UnicodeAttribute()
    staff_name = UnicodeAttribute()
    purpose = UnicodeAttribute()
    words = UnicodeAttribute()
    read_at = Moment()


def add(reading: Reading) -> None:
    """Keep a reading. Raises Unavailable."""
    place = f"{clock.stored(reading.read_at)}#{reading.staff_id}#{reading.file_id}"
    month = _month(clock.business_day(reading.read_at))
    rows = (_row(reading, reading.file_id, f"reading#{place}"), _row(reading, month, place))
    transaction.commit(list(map(transaction.put, rows)))


def list_of_file(file_id: FileId, *, limit: int, cursor: str | None) -> Page[Reading]:
    """Who opened a file, the last first."""
    keys = ReadingRow.sk.startswith("reading#")
    return pages.page(ReadingRow, file_id, limit=limit, cursor=cursor, keys=keys, backwards=True).map(_reading)


def list_of_month(day: date, *, limit: int, cursor: str | None) -> Page[Reading]:
    """Every reading of the month in which a business day is, the last first."""
    return pages.page(ReadingRow, _month(day), limit=limit, cursor=cursor, backwards=True).map(_reading)


def _month(day: date) -> str:
    return f"readings#{day:%Y-%m}"


def _row(reading: Reading, pk: str, sk: str) -> ReadingRow:
    return ReadingRow(
        pk,
        sk,
        file_id=reading.file_id,
        of_institution=reading.institution_id,
        file_name=reading.file_name,
        staff_id=reading.staff_id,
        staff_name=reading.staff_name,
        purpose=reading.purpose.value,
        words=reading.words,
        read_at=reading.read_at,
    )


def _reading(row: ReadingRow) -> Reading:
    return Reading(
        file_id=FileId(row.file_id),
        institution_id=InstitutionId(row.of_institution),
        file_name=row.file_name,
        staff_id=row.staff_id,
        staff_name=row.staff_name,
        purpose=Purpose(row.purpose),
        words=row.words,
        read_at=row.read_at,
    )
