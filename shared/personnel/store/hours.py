"""Where a person's hours are kept: one item, so that of two schools that publish a class with her one is first."""

import json

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Row, meta
from shared.kernel import clock
from shared.kernel.ids import CourseId, InstitutionId, OfferingId, TeacherId
from shared.personnel.model import ClassHours, Hours

_HOURS = "hours"


class HoursRow(Row):
    """`document`: her classes with their times, which hardly overlap: a term of them is some 50 KB at most."""

    Meta = meta("personnel")
    document = UnicodeAttribute()
    version = NumberAttribute()


def get(number: str) -> Hours:
    """A person's hours, by the normal number of her qualification, as they stand now."""
    try:
        row = HoursRow.get(number, _HOURS, consistent_read=True)
    except HoursRow.DoesNotExist:
        return Hours(number)
    return Hours(number, tuple(_class(*one) for one in json.loads(row.document)), int(row.version))


def written(hours: Hours) -> transaction.Part:
    """The part that writes a person's hours anew, if nobody wrote since they were read. Else LostRace."""
    row = HoursRow(
        hours.number,
        _HOURS,
        document=json.dumps([_told(one) for one in hours.classes], separators=(",", ":")),
        version=hours.version + 1,
    )
    stands = HoursRow.version == hours.version if hours.version else HoursRow.pk.does_not_exist()
    return transaction.put_if(row, stands, refused=transaction.LostRace())


def _told(one: ClassHours) -> list[object]:
    times = [[clock.stored(starts), clock.stored(ends)] for starts, ends in one.times]
    return [one.institution_id, one.teacher_id, one.course_id, one.offering_id, times]


def _class(
    institution_id: str, teacher_id: str, course_id: str, offering_id: str, times: list[list[str]]
) -> ClassHours:
    return ClassHours(
        InstitutionId(institution_id),
        TeacherId(teacher_id),
        CourseId(course_id),
        OfferingId(offering_id),
        tuple((clock.read(starts), clock.read(ends)) for starts, ends in times),
    )
