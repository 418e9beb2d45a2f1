"""Files of a school that a proposal names as evidence: chosen in its form, checked, shown as links to the staff.

A link leads to the file's page, where it is opened only after its purpose was recorded. The public is told no file.
"""

from collections.abc import Iterable, Mapping

from functions.console.pages import Visit
from shared.institutions.model import Institution
from shared.kernel import errors
from shared.kernel.ids import FileId
from shared.materials import queries as materials
from shared.materials.model import FileStatus, KeptFile

OFFERED = 20
_FIELD = "file-"


class EvidenceFileNotReady(errors.Invalid):
    code = "evidence_file_not_ready"
    zh = "所选文件不是该机构已收存的文件。"
    en = "A file that is named isn't one of the school's that was accepted."


def offered(school: Institution) -> list[KeptFile]:
    """The school's newest accepted files, to choose from."""
    found = materials.list_of_institution(school.institution_id, limit=OFFERED, cursor=None).rows
    return [one for one in found if one.status is FileStatus.ACCEPTED]


def chosen(visit: Visit) -> list[FileId]:
    """The files that the form names."""
    return [FileId(name.removeprefix(_FIELD)) for name in visit.form if name.startswith(_FIELD)]


def named(visit: Visit, school: Institution) -> dict[str, str]:
    """What a proposal keeps of the files that the form names; nothing for none. Raises EvidenceFileNotReady."""
    wanted = chosen(visit)
    found = materials.get_many(wanted[:OFFERED]) if wanted else {}
    for file_id in wanted:
        one = found.get(file_id)
        if one is None or one.institution_id != school.institution_id or one.status is not FileStatus.ACCEPTED:
            raise EvidenceFileNotReady(pointer=f"/{_FIELD}{file_id}")
    return {"files": " ".join(wanted)} if wanted else {}


def shown(file_ids: Iterable[FileId]) -> Mapping[FileId, KeptFile]:
    """The files by their ids, for a page of the staff."""
    wanted = list(dict.fromkeys(file_ids))
    return materials.get_many(wanted) if wanted else {}
