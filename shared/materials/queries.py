"""Reads of handed-in files, for the API, the console and the functions of other contexts."""

from shared.kernel.ids import FileId, InstitutionId
from shared.materials.model import KeptFile
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
    "count_waiting",
    "get",
    "get_many",
    "get_of_institution",
    "list_of_institution",
    "list_same",
    "list_waiting",
]


def get_of_institution(institution_id: InstitutionId, file_id: FileId) -> KeptFile:
    """A school's own file. Raises UnknownFile, for another school's too."""
    file = get(file_id)
    if file.institution_id != institution_id:
        raise UnknownFile()
    return file
