"""The events of the buckets, by hand: each new file is told to the function that EventBridge would call for it.

Everything is looked at that is in a bucket, whoever put it there; what has been told is kept, by key and content.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, RLock, Thread
from typing import Any

from chalice.local import LambdaContext

from infra.events import FileFunction
from infra.local import engine

Handler = Callable[[dict[str, Any], Any], Any]

_log = logging.getLogger(__name__)
_LIMIT_MILLISECONDS = 900_000
_TRIES = 3
_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Watched:
    """A bucket, by its name, and the function that is told of each file in it."""

    bucket: str
    function: FileFunction
    handler: Handler


class Files:
    """The files of some buckets, and the functions that are told of each; `clock` says when a file came."""

    def __init__(
        self, *, s3: Any, watched: Sequence[Watched], clock: Callable[[], datetime], path: Path | None = None
    ) -> None:
        self._s3 = s3
        self._watched = watched
        self._clock = clock
        self._path = path
        self._turn = RLock()
        self._ended = Event()
        self._thread: Thread | None = None
        self._told: set[str] = set(json.loads(path.read_text("utf-8"))) if path is not None and path.exists() else set()
        self._news = True

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """Put a file into a bucket, as the bank does."""
        self._s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType="application/xml")
        self.look()

    def look(self, *_: Any, **__: Any) -> None:
        """Somebody may have put a file there: look at the next turn."""
        self._news = True

    def deliver(self) -> int:
        """Tell the functions of every file that they haven't been told of; how many that were.

        Who comes while another tells them waits until they are told.
        """
        with self._turn:
            if not self._news:
                return 0
            self._news = False
            listed = [(of, one) for of in self._watched for one in self._listed(of.bucket)]
            new = [(of, one) for of, one in listed if _mark(of, one) not in self._told]
            for of, one in new:
                self._tell(of, one)
                self._told.add(_mark(of, one))
            if new and self._path is not None:
                self._path.write_text(json.dumps(sorted(self._told)), encoding="utf-8")
        return len(new)

    def start(self) -> None:
        """Go on by itself until `stop`."""
        self._thread = Thread(target=self._go_on, name="files", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, after the file that is under way."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _go_on(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            self.look()
            self.deliver()

    def _listed(self, bucket: str) -> list[Mapping[str, Any]]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        found = [one for page in pages for one in page.get("Contents", ())]
        return sorted(found, key=lambda one: (one["LastModified"], one["Key"]))

    def _tell(self, of: Watched, one: Mapping[str, Any]) -> None:
        context = LambdaContext(of.function.name, 1024, _LIMIT_MILLISECONDS)
        came = {**one, "LastModified": self._clock()}  # the engine's own clock isn't the district's
        for left in reversed(range(_TRIES)):
            try:
                of.handler(event(of.bucket, came), context)
                return
            except Exception:
                _log.exception("%s failed on %s, %d more tries", of.function.name, one["Key"], left)


def _mark(of: Watched, one: Mapping[str, Any]) -> str:
    return f"{of.bucket} {one['Key']} {one['ETag']}"


def event(bucket: str, one: Mapping[str, Any]) -> dict[str, Any]:
    """What EventBridge tells of a new file."""
    return {
        "version": "0",
        "id": f"{bucket}/{one['Key']}",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "000000000000",
        "time": one["LastModified"].astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "region": engine.REGION,
        "resources": [f"arn:aws-cn:s3:::{bucket}"],
        "detail": {
            "version": "0",
            "bucket": {"name": bucket},
            "object": {"key": one["Key"], "size": one["Size"], "etag": one["ETag"].strip('"')},
            "request-id": "local",
            "requester": "000000000000",
            "reason": "PutObject",
        },
    }
