"""Changes of what is published of a school: each is one version of one item."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.ids import FileId, InstitutionId, ProfileChangeId


class Kind(StrEnum):
    """What an item is."""

    CERTIFICATE = "certificate"
    TEACHER = "teacher"
    ROOM = "room"


class ChangeStatus(StrEnum):
    """draft → submitted → accepted, or returned → submitted again. Only an accepted one is published.

    One that waits is replaced when the school hands in another of the same item.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REPLACED = "replaced"


@dataclass(frozen=True)
class FileRef:
    """An accepted file of the school's own."""

    file_id: FileId
    name: str
    sha256: str


@dataclass(frozen=True)
class ProfileChange:
    """What an item is to be from its acceptance on: `content` field by field, as text; days as 2027-06-30.

    `withdraws`: the item is to be published no more. `edits` counts what was written of this change: an edit, a
    submission or a decision names the number that it was made for. `replaced_by` is the change that came in its place.
    """

    change_id: ProfileChangeId
    institution_id: InstitutionId
    kind: Kind
    item_id: str
    withdraws: bool
    content: Mapping[str, str]
    file: FileRef | None
    made_by: str
    made_at: datetime
    status: ChangeStatus = ChangeStatus.DRAFT
    edits: int = 1
    submitted_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    replaced_by: ProfileChangeId | None = None
