"""Asking for an upload, checking what came, and giving a file to somebody of the bureau."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from shared.dynamo import transaction
from shared.kernel import errors
from shared.kernel.ids import FileId, InstitutionId
from shared.materials import content as contents
from shared.materials import limits, rules
from shared.materials.model import FileStatus, KeptFile, Kind, Purpose, Reading
from shared.materials.scanner import Scanner
from shared.materials.store import files, readings


class Storage(Protocol):
    """The two places where a file is: in quarantine, and kept."""

    def fetch(self, key: str, *, at_most: int) -> bytes | None:
        """What is in quarantine, no more than one byte over `at_most`; None when nothing is. Raises Unavailable."""

    def keep(self, key: str, content: bytes, *, content_type: str) -> None:
        """Keep a file for good. Raises Unavailable."""


def ask(
    *,
    file_id: FileId,
    institution_id: InstitutionId,
    kind: Kind,
    name: str,
    size: int,
    content_type: str,
    by: str,
    now: datetime,
) -> KeptFile:
    """Note a file that a school is going to send, or without an `institution_id` its asker; `size` in bytes.

    Raises what `rules.ask` does, Unavailable.
    """
    file = rules.ask(
        file_id=file_id,
        institution_id=institution_id,
        kind=kind,
        name=name,
        size=size,
        content_type=content_type,
        by=by,
        limits=limits.in_force(),
        now=now,
    )
    files.add(file)
    return file


def check(
    *, file_id: FileId, sent_at: datetime | None, storage: Storage, scanner: Scanner, now: datetime
) -> KeptFile | None:
    """Check what came for a file, keep it or refuse it; None when nothing is there. What is decided stays decided.

    `sent_at` is when the bucket says it came; without one, a file that the bucket let in came in time.
    Raises UnknownFile; Unavailable (ScannerDown too): then it stays in quarantine, to be checked again.
    """
    return transaction.retried(lambda: _check(file_id, sent_at, storage, scanner, now))


def _check(
    file_id: FileId, sent_at: datetime | None, storage: Storage, scanner: Scanner, now: datetime
) -> KeptFile | None:
    file = files.get(file_id)
    if file.status.decided:
        return file
    sent = storage.fetch(file.quarantine_key, at_most=limits.in_force().kinds[file.kind].max_bytes)
    if sent is None:
        return None
    file = files.begin(file, sent_at=sent_at or min(now, file.expires_at))
    digest = hashlib.sha256(sent).hexdigest()
    try:
        kept = _what_is_kept(file, sent, scanner)
    except errors.Unavailable:
        raise
    except errors.Refusal as refusal:
        said = {name: str(value) for name, value in refusal.figures.items()}
        decided = replace(file, status=FileStatus.REFUSED, reason=refusal.code, figures=said)
    else:
        hashed = hashlib.sha256(kept).hexdigest()
        decided = replace(file, status=FileStatus.ACCEPTED, sha256=hashed, kept_size=len(kept))
        storage.keep(decided.kept_key, kept, content_type=file.content_type)
    decided = replace(decided, sent_sha256=digest, decided_at=now)
    files.decide(file, decided)
    return decided


def _what_is_kept(file: KeptFile, sent: bytes, scanner: Scanner) -> bytes:
    """Scanned before anything of ours opens it."""
    rules.check_arrival(file, size=len(sent), limits=limits.in_force())
    found = scanner.scan(sent)
    if found:
        raise rules.Malicious(found=found)
    return contents.kept(file, sent, limits=limits.in_force())


def expire(*, file_id: FileId) -> bool:
    """Note that nothing came for a file while its form was good; whether it still waited. Raises UnknownFile."""
    file = files.get(file_id)
    if file.status is not FileStatus.WAITING:
        return False
    files.expire(file)
    return True


def record_reading(*, file: KeptFile, staff_id: str, staff_name: str, purpose: str, words: str, now: datetime) -> None:
    """Note that somebody of the bureau opens a file, before it is opened.

    Raises PurposeMissing, WordsMissing, NotKept, Unavailable.
    """
    rules.check_reading(file, purpose=purpose, words=words)
    readings.add(
        Reading(
            file_id=file.file_id,
            institution_id=file.institution_id,
            file_name=file.name,
            staff_id=staff_id,
            staff_name=staff_name,
            purpose=Purpose(purpose),
            words=words.strip(),
            read_at=now,
        )
    )
