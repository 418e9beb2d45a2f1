"""What becomes of the hours at which a person teaches: a class is published with her, a school corrects her number.

Who is at two schools in one hour is refused by the mall's rules, for which functions/edge puts these hours beside the
class. What is written here goes into the publication's transaction, under the version that was read: of two schools
that publish classes with her at once, the second reads the other's.
"""

from dataclasses import replace
from datetime import datetime

from shared.dynamo.transaction import Part
from shared.kernel.ids import InstitutionId, TeacherId
from shared.personnel.model import ClassHours, Hours
from shared.personnel.store import hours as store


def publishing(hours: Hours, taught: ClassHours, *, now: datetime) -> Part:
    """The part that notes when a class meets that is published with her; what is over by then goes. Else LostRace."""
    others = [one for one in hours.classes if one.ends_at > now and one.offering_id != taught.offering_id]
    return store.written(replace(hours, classes=(*others, taught)))


def renumbering(*, gone: str, come: str, institution_id: InstitutionId, teacher_id: TeacherId) -> list[Part]:
    """The parts that take what a school's teacher teaches to the number that she has from now on. Else LostRace.

    It refuses nothing: by a number that another school borrowed, the school of its holder couldn't correct its own.
    What then overlaps is told when it is taught, and refused when another class is published.
    """
    before = store.get(gone)
    hers = [one for one in before.classes if (one.institution_id, one.teacher_id) == (institution_id, teacher_id)]
    if not hers:
        return []
    after = store.get(come)
    return [
        store.written(replace(before, classes=tuple(one for one in before.classes if one not in hers))),
        store.written(replace(after, classes=(*after.classes, *hers))),
    ]
