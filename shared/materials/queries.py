"""Reads of handed-in files, for the API, the console and the functions of other contexts."""

from datetime import datetime, timedelta

from shared.kernel.ids import FileId, InstitutionId
from shared.materials import limits
from shared.materials.model import FileStatus, KeptFile
from shared.materials.store import readings
from shared.materials.store.files import (
    UnknownFile,
    count_waiting,
    get,
    get_many,
    list_of_institution,
    list_same,
    list_waiting,
)

__all__ = [
    "UnknownFile",
    "count_late",
    "count_waiting",
    "get",
    "get_many",
    "get_of_institution",
    "get_of_person",
    "list_late",
    "list_of_institution",
    "list_same",
    "list_waiting",
    "may_open_until",
]

_READINGS_LOOKED_AT = 50


def get_of_institution(institution_id: InstitutionId, file_id: FileId) -> KeptFile:
    """A school's own file. Raises UnknownFile, for another school's too."""
    file = get(file_id)
    if file.institution_id != institution_id:
        raise UnknownFile()
    return file


def get_of_person(subject: str, file_id: FileId) -> KeptFile:
    """A person's own file. Raises UnknownFile, for everybody else's too."""
    file = get(file_id)
    if file.institution_id or file.asked_by != subject:
        raise UnknownFile()
    return file


def list_late(*, now: datetime, limit: int) -> list[KeptFile]:
    """The files that have come and wait too long for their check, the longest first."""
    return list_waiting(FileStatus.CHECKING, until=_late(now), limit=limit)


def count_late(*, now: datetime, at_most: int) -> int:
    """How many files wait too long for their check; no more than `at_most` are counted."""
    return count_waiting(FileStatus.CHECKING, until=_late(now), at_most=at_most)


def _late(now: datetime) -> datetime:
    return now - timedelta(minutes=limits.in_force().look_again_after_minutes)


def may_open_until(file_id: FileId, *, staff_id: str, now: datetime) -> datetime | None:
    """Until when a member of the bureau may open a file, from the last purpose that she gave; None without one."""
    for one in readings.list_of_file(file_id, limit=_READINGS_LOOKED_AT, cursor=None).rows:
        until = one.read_at + timedelta(minutes=limits.in_force().reading_minutes)
        if one.staff_id == staff_id and now < until:
            return until
    return None
