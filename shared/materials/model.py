"""Files that schools and guardians hand in, the people of the bureau who read them, and where else the same file is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from shared.kernel.ids import FileId, InstitutionId


class Kind(StrEnum):
    """What a file is for. What each may be is in `limits.toml`."""

    DOCUMENT = "document"
    PICTURE = "picture"


class FileStatus(StrEnum):
    """Where a file stands."""

    WAITING = "waiting"  # asked for; nothing has come
    CHECKING = "checking"  # it has come, and is in quarantine until it is checked
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"  # nothing came while the form was good

    @property
    def decided(self) -> bool:
        """Whether it was checked, and stays as it is."""
        return self in (FileStatus.ACCEPTED, FileStatus.REFUSED)


@dataclass(frozen=True)
class KeptFile:
    """A file that a school asked to hand in, and what became of it. Without an `institution_id` it is its asker's own.

    `content_type` and `size` (bytes) are what the school declared; an accepted file has this type. `sha256` is of what
    is kept and `sent_sha256` of what was sent: a picture is written anew, so they differ. Empty before the check.
    `reason` is the code of a refusal, with its figures.
    """

    file_id: FileId
    institution_id: InstitutionId
    kind: Kind
    name: str
    content_type: str
    size: int
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    status: FileStatus = FileStatus.WAITING
    sent_at: datetime | None = None
    decided_at: datetime | None = None
    reason: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    sent_sha256: str = ""
    kept_size: int = 0

    def status_at(self, now: datetime) -> FileStatus:
        """Its status as it is shown: a form that is over has expired, whether that was noted yet or not."""
        over = self.status is FileStatus.WAITING and now > self.expires_at
        return FileStatus.EXPIRED if over else self.status

    @property
    def owner(self) -> str:
        """Whose it is: the school's id, or that of the person who asked."""
        return self.institution_id or self.asked_by

    @property
    def quarantine_key(self) -> str:
        """Where it is sent to."""
        return self.file_id

    @property
    def kept_key(self) -> str:
        """Where it is kept. With its hash, so that two checks at once can't put one's bytes under the other's note."""
        return f"{self.file_id}/{self.sha256}"

    def waits_longer_than(self, minutes: int, now: datetime) -> bool:
        """Whether a file that has come has waited so long for its check."""
        came = self.sent_at or self.asked_at
        return self.status is FileStatus.CHECKING and now - came > timedelta(minutes=minutes)


class Purpose(StrEnum):
    """What a member of the bureau opens a file for."""

    REVIEW = "review"
    INSPECTION = "inspection"
    COMPLAINT = "complaint"
    AUDIT = "audit"


@dataclass(frozen=True)
class Reading:
    """A member of the bureau opened a file."""

    file_id: FileId
    institution_id: InstitutionId
    file_name: str
    staff_id: str
    staff_name: str
    purpose: Purpose
    words: str
    read_at: datetime
