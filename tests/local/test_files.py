"""Files that come into buckets are told to the function of their bucket, once each."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from infra.events import FileFunction
from infra.local.files import Files, Watched
from tests.builders import NOW


class S3:
    """Some buckets with files, as boto3 lists them."""

    def __init__(self) -> None:
        self.files: list[tuple[str, str]] = []

    def put_object(self, *, Bucket: str, Key: str, **_: Any) -> None:
        self.files.append((Bucket, Key))

    def get_paginator(self, operation: str) -> "S3":
        return self

    def paginate(self, *, Bucket: str) -> list[dict[str, Any]]:
        found = [key for bucket, key in self.files if bucket == Bucket]
        return [{"Contents": [{"Key": key, "ETag": f'"{key}"', "Size": 1, "LastModified": NOW} for key in found]}]


class Told:
    """A function that keeps what it was told, and may fail first."""

    def __init__(self, *, fails: int = 0) -> None:
        self.events: list[dict[str, Any]] = []
        self.fails = fails

    def __call__(self, event: dict[str, Any], context: Any) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("not now")
        self.events.append(event)

    @property
    def keys(self) -> list[str]:
        return [event["detail"]["object"]["key"] for event in self.events]


@pytest.fixture
def s3() -> S3:
    return S3()


def watching(s3: S3, path: Path | None = None, **handlers: Told) -> Files:
    watched = [Watched(bucket, FileFunction(bucket, bucket), handler) for bucket, handler in handlers.items()]
    return Files(s3=s3, watched=watched, clock=lambda: NOW + timedelta(days=1), path=path)


class TestDeliver:
    def test_tells_each_bucket_its_own_once_with_the_districts_time(self, s3: S3) -> None:
        first, second = Told(), Told()
        files = watching(s3, statements=first, quarantine=second)
        files.put("statements", "a.xml", b"")
        files.put("quarantine", "fil", b"")

        assert (files.deliver(), files.deliver()) == (2, 0)
        assert (first.keys, second.keys) == (["a.xml"], ["fil"])
        assert second.events[0]["time"] == "2026-09-02T02:00:00Z"
        assert second.events[0]["detail"]["bucket"]["name"] == "quarantine"

    def test_tries_three_times_and_goes_on_with_the_next(self, s3: S3) -> None:
        told = Told(fails=4)
        files = watching(s3, statements=told)
        files.put("statements", "a.xml", b"")
        files.put("statements", "b.xml", b"")

        files.deliver()

        assert told.keys == ["b.xml"]

    def test_who_comes_while_another_tells_waits_until_it_is_told(self, s3: S3) -> None:
        begun, go_on, told = Event(), Event(), Told()

        def slowly(event: dict[str, Any], context: Any) -> None:
            begun.set()
            assert go_on.wait(10)
            told(event, context)

        files = Files(s3=s3, watched=[Watched("b", FileFunction("b", "b"), slowly)], clock=lambda: NOW)
        files.put("b", "a.xml", b"")
        with ThreadPoolExecutor(2) as hands:
            first = hands.submit(files.deliver)
            assert begun.wait(10)
            second = hands.submit(lambda: (files.deliver(), told.keys))
            go_on.set()

            assert (first.result(), second.result()) == (1, (0, ["a.xml"]))

    def test_what_was_told_is_remembered(self, s3: S3, tmp_path: Path) -> None:
        files = watching(s3, tmp_path / "files.json", statements=Told())
        files.put("statements", "a.xml", b"")
        files.deliver()
        again = Told()

        assert watching(s3, tmp_path / "files.json", statements=again).deliver() == 0
        assert again.keys == []
