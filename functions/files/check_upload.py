"""Checks each file that a school puts into the quarantine bucket, and keeps or refuses it.

Called by EventBridge when a file has come. The same file may come twice; what was decided stays as it is.
"""

from datetime import datetime
from typing import Any

from chalice.app import Blueprint

from functions.edge import files, wiring
from functions.edge.logs import tell
from shared.kernel import errors, ids
from shared.kernel.ids import FileId
from shared.materials import usecases
from shared.materials.queries import UnknownFile

blueprint = Blueprint(__name__)


class Buckets:
    """The quarantine, and the bucket of what is kept."""

    def fetch(self, key: str, *, at_most: int) -> bytes | None:
        """What is in quarantine, no more than one byte over `at_most`; None when nothing is. Raises Unavailable."""
        return files.find(files.QUARANTINE, key, at_most=at_most)

    def keep(self, key: str, content: bytes, *, content_type: str) -> None:
        """Keep a file for good. Raises Unavailable."""
        files.keep(files.MATERIALS, key, content, content_type=content_type)


@blueprint.on_cw_event(files.put_into("QuarantineBucket"))
def check_upload(event: Any) -> dict[str, int]:
    """One file. Raises Unavailable: EventBridge's call is then repeated, and later the schedule looks again."""
    told = event.to_dict()
    key, sent_at = told["detail"]["object"]["key"], datetime.fromisoformat(told["time"])
    figures = {"accepted": 0, "refused": 0, "unknown": 0}
    try:
        if not ids.is_id(key, "fil"):
            raise UnknownFile()
        file = usecases.check(
            file_id=FileId(key), sent_at=sent_at, storage=Buckets(), scanner=wiring.scanner(), now=wiring.now()
        )
    except UnknownFile:  # nobody was given a form for it: it lies there unread until the bucket forgets it
        tell("upload_unknown", key=key)
        return {**figures, "unknown": 1}
    if file is None:
        raise errors.Unavailable()
    tell("upload_checked", key=key, status=file.status.value, reason=file.reason)
    return {**figures, file.status.value: 1}
