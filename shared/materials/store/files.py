"""The files that are handed in: one row each, and one for each hash of what was sent and of what is kept."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.ids import FileId, InstitutionId
from shared.kernel.page import Page
from shared.materials.model import FileStatus, KeptFile, Kind

_SK = "file"


class UnknownFile(errors.Missing):
    code = "unknown_file"
    zh = "没有找到这份文件。"
    en = "There is no such file."


class ByInstitution(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_institution"
        projection = KeysOnlyProjection()

    institution = UnicodeAttribute(hash_key=True)
    asked_at = Moment(range_key=True)


class ByWait(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_wait"
        projection = KeysOnlyProjection()

    waits_for = UnicodeAttribute(hash_key=True)
    waits_since = Moment(range_key=True)


class FileRow(Row):
    """`institution` is whose it is: a school's id, or its asker's own.

    `waits_for` is the status while something is still to happen; the row is in the index of waits until then.
    """

    Meta = meta("materials")
    institutions = ByInstitution()
    waits = ByWait()

    institution = UnicodeAttribute()
    asked_at = Moment()
    waits_for = UnicodeAttribute(null=True)
    waits_since = Moment(null=True)
    status = UnicodeAttribute()
    file_kind = UnicodeAttribute()
    name = UnicodeAttribute()
    content_type = UnicodeAttribute()
    size = NumberAttribute()
    asked_by = UnicodeAttribute()
    expires_at = Moment()
    sent_at = Moment(null=True)
    decided_at = Moment(null=True)
    reason = UnicodeAttribute(default="")
    figures = UnicodeAttribute(default="{}")
    sha256 = UnicodeAttribute(default="")
    sent_sha256 = UnicodeAttribute(default="")
    kept_size = NumberAttribute(default=0)


class SameRow(Row):
    """A file under one hash of its content."""

    Meta = meta("materials")


def add(file: KeptFile) -> None:
    """Note a file that is asked for. Raises Unavailable."""
    row = FileRow(
        file.file_id,
        _SK,
        institution=file.owner,
        asked_at=file.asked_at,
        waits_for=FileStatus.WAITING.value,
        waits_since=file.asked_at,
        status=file.status.value,
        file_kind=file.kind.value,
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        asked_by=file.asked_by,
        expires_at=file.expires_at,
    )
    transaction.commit([transaction.put_new(row, refused=transaction.LostRace())])


def begin(file: KeptFile, *, sent_at: datetime) -> KeptFile:
    """Note that a file has come and is being checked; the first `sent_at` stays. Raises LostRace."""
    came = file.sent_at or sent_at
    after = replace(file, status=FileStatus.CHECKING, sent_at=came)
    actions: list[Action] = [
        FileRow.status.set(after.status.value),
        FileRow.sent_at.set(came),
        FileRow.waits_for.set(after.status.value),
        FileRow.waits_since.set(came),
    ]
    transaction.commit([_change(file, actions)])
    return after


def expire(file: KeptFile) -> None:
    """Note that nothing came for a file. Raises LostRace."""
    transaction.commit([_change(file, [FileRow.status.set(FileStatus.EXPIRED.value), *_waits_no_more()])])


def decide(before: KeptFile, after: KeptFile) -> None:
    """Note what became of a file; an accepted one is found under its hashes from now on. Raises LostRace."""
    assert after.decided_at is not None
    actions: list[Action] = [
        FileRow.status.set(after.status.value),
        FileRow.decided_at.set(after.decided_at),
        FileRow.reason.set(after.reason),
        FileRow.figures.set(json.dumps(dict(after.figures), ensure_ascii=False)),
        FileRow.sha256.set(after.sha256),
        FileRow.sent_sha256.set(after.sent_sha256),
        FileRow.kept_size.set(after.kept_size),
        *_waits_no_more(),
    ]
    parts = [_change(before, actions)]
    if after.status is FileStatus.ACCEPTED:
        hashes = {after.sha256, after.sent_sha256}
        same = [SameRow(f"same#{one}", after.file_id) for one in sorted(hashes)]
        parts += map(transaction.put, same)
    transaction.commit(parts)


def _change(file: KeptFile, actions: list[Action]) -> transaction.Part:
    still = FileRow.status == file.status.value
    return transaction.update(FileRow(file.file_id, _SK), actions, still, refused=transaction.LostRace())


def _waits_no_more() -> list[Action]:
    return [FileRow.waits_for.remove(), FileRow.waits_since.remove()]


def get(file_id: FileId) -> KeptFile:
    """A file. Raises UnknownFile."""
    try:
        return _file(FileRow.get(file_id, _SK, consistent_read=True))
    except FileRow.DoesNotExist:
        raise UnknownFile() from None


def get_many(file_ids: Sequence[FileId]) -> dict[FileId, KeptFile]:
    """The files with these ids; one that isn't there isn't in the answer."""
    keys = [(file_id, _SK) for file_id in dict.fromkeys(file_ids)]
    rows = FileRow.batch_get(keys, consistent_read=True) if keys else ()
    return {FileId(row.pk): _file(row) for row in rows}


def list_of_institution(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[KeptFile]:
    """A school's files, those asked for last first."""
    index = FileRow.institutions
    return _whole(pages.page(FileRow, institution_id, limit=limit, cursor=cursor, index=index, backwards=True))


def list_waiting(status: FileStatus, *, until: datetime, limit: int) -> list[KeptFile]:
    """The files that have stood in a status since `until` or longer, the longest first."""
    keys = FileRow.waits_since <= until
    return list(
        _whole(pages.page(FileRow, status.value, limit=limit, cursor=None, index=FileRow.waits, keys=keys)).rows
    )


def count_waiting(status: FileStatus, *, until: datetime, at_most: int) -> int:
    """How many files have stood in a status since `until` or longer; no more than `at_most` are counted."""
    return min(int(FileRow.waits.count(status.value, FileRow.waits_since <= until, limit=at_most)), at_most)


def list_same(file: KeptFile, *, at_most: int) -> list[FileId]:
    """The other accepted files that were sent or are kept with the same content, the oldest first."""
    found: set[str] = set()
    for one in {file.sha256, file.sent_sha256} - {""}:
        found |= {row.sk for row in SameRow.query(f"same#{one}", limit=at_most + 1, consistent_read=True)}
    return [FileId(file_id) for file_id in sorted(found - {file.file_id})[:at_most]]


def _whole(page: Page[Any]) -> Page[KeptFile]:
    found = get_many([FileId(row.pk) for row in page.rows])
    return Page([found[row.pk] for row in page.rows if row.pk in found], page.next_cursor)


def _file(row: FileRow) -> KeptFile:
    return KeptFile(
        file_id=FileId(row.pk),
        institution_id=InstitutionId("" if row.institution == row.asked_by else row.institution),
        kind=Kind(row.file_kind),
        name=row.name,
        content_type=row.content_type,
        size=int(row.size),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        status=FileStatus(row.status),
        sent_at=row.sent_at,
        decided_at=row.decided_at,
        reason=row.reason,
        figures=json.loads(row.figures),
        sha256=row.sha256,
        sent_sha256=row.sent_sha256,
        kept_size=int(row.kept_size),
    )
