"""What a school posts into the quarantine bucket is checked: by the function, and by S3 itself before it."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import urllib3

from functions.edge import files as edge_files
from functions.edge import wiring
from functions.edge.files import UploadForm
from functions.files import check_upload
from functions.schedules import check_waiting_uploads
from infra import buckets
from infra.local import engine
from infra.local import files as local_files
from infra.local.scanner_simulator import EICAR
from shared.kernel import errors
from shared.kernel.ids import FileId
from shared.materials import queries
from shared.materials.model import FileStatus
from shared.materials.scanner import ScannerDown
from tests.builders import NOW, an_id
from tests.edge.doors import Clock
from tests.events.test_samples import sample
from tests.materials import examples
from tests.materials.examples import FILE, PDF, Places


def event(key: str = FILE, *, minutes: int = 1) -> dict[str, Any]:
    """S3 tells that a file has come."""
    one = {"Key": key, "ETag": '"e"', "Size": 1, "LastModified": NOW + timedelta(minutes=minutes)}
    return local_files.event("hui-quarantine", one)


def called(key: str = FILE, *, minutes: int = 1) -> dict[str, int]:
    figures: dict[str, int] = check_upload.check_upload(event(key, minutes=minutes), None)
    return {name: count for name, count in figures.items() if count}


@pytest.fixture
def places(in_memory: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> Places:
    return examples.in_memory_places(monkeypatch)


class TestCheckUpload:
    def test_twice_and_late_and_long_after_is_once(self, places: Places) -> None:
        examples.asked()
        places.sent[FILE] = PDF

        assert [called(), called(), called(minutes=5000)] == [{"accepted": 1}] * 3
        assert places.scanner.scanned == 1

    def test_refuses(self, places: Places) -> None:
        examples.asked()
        places.sent[FILE] = EICAR

        assert called() == {"refused": 1}

    @pytest.mark.parametrize("key", [an_id("fil", 2), "../fil", "a.exe"])
    def test_leaves_what_nobody_asked_for(self, places: Places, key: str) -> None:
        places.sent[key] = PDF

        assert called(key) == {"unknown": 1}
        assert (places.kept, places.scanner.scanned) == ({}, 0)

    def test_is_called_again_when_it_finds_nothing_or_the_scanner_is_down(self, places: Places) -> None:
        examples.asked()
        with pytest.raises(errors.Unavailable):
            called()

        places.sent[FILE] = PDF
        places.scanner.down = True
        with pytest.raises(ScannerDown):
            called()

        places.scanner.down = False
        assert called() == {"accepted": 1}


def looked_again() -> dict[str, int]:
    figures: dict[str, int] = check_waiting_uploads.check_waiting_uploads(sample("aws/eventbridge-schedule.json"), None)
    return figures


class TestCheckWaitingUploads:
    def test_takes_up_what_the_scanner_left_and_what_no_event_told_of(self, places: Places, at: Clock) -> None:
        for number in (1, 2, 3):
            examples.asked(an_id("fil", number))
        places.sent |= {an_id("fil", 1): PDF, an_id("fil", 2): PDF}
        places.scanner.down = True
        with pytest.raises(ScannerDown):
            called()
        at.pass_by(hours=2)
        assert looked_again() == {"checked": 0, "expired": 1, "put_off": 2}

        places.scanner.down = False
        at.pass_by(hours=9)
        assert looked_again() == {"checked": 2, "expired": 0, "put_off": 0}
        assert looked_again() == {"checked": 0, "expired": 0, "put_off": 0}
        found = queries.get_many([FileId(an_id("fil", number)) for number in (1, 2, 3)])
        assert [found[file_id].status.value for file_id in sorted(found)] == ["accepted", "accepted", "expired"]

    def test_leaves_what_has_only_just_come(self, places: Places, at: Clock) -> None:
        examples.asked()
        places.sent[FILE] = PDF
        places.scanner.down = True
        with pytest.raises(ScannerDown):
            called()
        at.pass_by(minutes=5)

        assert looked_again()["put_off"] == 0

    def test_asks_a_scanner_that_is_down_no_more_than_ten_times(self, places: Places, at: Clock) -> None:
        for number in range(1, 14):
            examples.asked(an_id("fil", number))
            places.sent[an_id("fil", number)] = PDF
        places.scanner.down = True
        at.pass_by(hours=2)

        assert looked_again() == {"checked": 0, "expired": 0, "put_off": 10}


@pytest.fixture
def s3(on_engine: Any, engine_address: str, at: Clock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """boto3's client of an S3 with every bucket, that the functions use too."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", engine_address)
    monkeypatch.setattr(wiring, "scanner", examples.Scanner)
    edge_files.client.cache_clear()
    client = engine.clients(engine_address).s3
    buckets.create_all(client)
    yield client
    edge_files.client.cache_clear()


def a_form(key: str = FILE, *, size: int = len(PDF), life_seconds: int = 900) -> UploadForm:
    return edge_files.upload_form(
        "quarantine", key, size=size, content_type="application/pdf", life_seconds=life_seconds
    )


def posted(form: UploadForm, content: bytes = PDF, **changes: str) -> int:
    """A school posts a file with a form, whose fields it may have changed; what S3 answers."""
    fields = {**form.fields, **{name.replace("_", "-"): value for name, value in changes.items()}}
    body: dict[str, str | tuple[str, bytes, str]] = {**fields, "file": ("a.pdf", content, "application/pdf")}
    return urllib3.request("POST", form.url, fields=body).status


def in_quarantine(s3: Any) -> list[str]:
    return [one["Key"] for one in s3.list_objects_v2(Bucket="hui-quarantine").get("Contents", [])]


class TestTheForm:
    def test_lets_in_what_was_declared_and_it_is_kept(self, s3: Any) -> None:
        examples.asked()

        assert posted(a_form()) == 204
        assert called() == {"accepted": 1}
        file = queries.get(FILE)
        assert s3.get_object(Bucket="hui-materials", Key=file.kept_key)["Body"].read() == PDF

    def test_lets_in_nothing_else(self, s3: Any) -> None:
        form, other = a_form(), a_form(an_id("fil", 2))
        policy = json.loads(base64.b64decode(form.fields["policy"]))
        wider = [one for one in policy["conditions"] if one != {"key": FILE}] + [["starts-with", "$key", ""]]
        forged = base64.b64encode(json.dumps({**policy, "conditions": wider[:2]}).encode()).decode()
        answers = {
            "too large": posted(form, PDF + b"x"),
            "too small": posted(form, PDF[:-1]),
            "empty": posted(form, b""),
            "another type": posted(form, Content_Type="text/html"),
            "another key": posted(form, key=an_id("fil", 2)),
            "another's policy": posted(form, key=other.fields["key"], policy=form.fields["policy"]),
            "a field more": posted(form, acl="public-read"),
            "a policy that says less": posted(form, policy=forged),
            "expired": posted(a_form(life_seconds=-1)),
        }

        assert {what: status for what, status in answers.items() if status not in (400, 403)} == {}
        assert in_quarantine(s3) == []

    def test_whoever_gets_past_it_gets_nothing_from_the_check(self, s3: Any) -> None:
        """The engine here doesn't check the signature of a form; S3 does. So it is taken for gone."""
        examples.asked()
        s3.put_object(Bucket="hui-quarantine", Key=FILE, Body=PDF + b"more")
        s3.put_object(Bucket="hui-quarantine", Key=an_id("fil", 7), Body=PDF)

        assert called() == {"refused": 1}
        assert called(an_id("fil", 7)) == {"unknown": 1}
        assert queries.get(FILE).reason == "file_size_differs"
        assert "Contents" not in s3.list_objects_v2(Bucket="hui-materials")

    def test_what_is_not_there_is_not_there(self, s3: Any) -> None:
        examples.asked()
        with pytest.raises(errors.Unavailable):
            called()

    def test_ten_files_at_once_and_each_told_twice(self, s3: Any) -> None:
        keys = [an_id("fil", number) for number in range(1, 11)]
        for key in keys:
            examples.asked(key)

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(lambda key: posted(a_form(key)), keys)) == {204}
            assert list(pool.map(called, keys + keys)) == [{"accepted": 1}] * 20
        files = queries.get_many([FileId(key) for key in keys])
        assert {file.status for file in files.values()} == {FileStatus.ACCEPTED}
        assert len(s3.list_objects_v2(Bucket="hui-materials")["Contents"]) == 10
        assert len(queries.list_same(files[FILE], at_most=20)) == 9


class TestTheAddress:
    def test_gives_the_file_under_its_name_and_nothing_when_it_is_altered_or_over(self, s3: Any) -> None:
        s3.put_object(Bucket="hui-materials", Key="a", Body=PDF)
        s3.put_object(Bucket="hui-materials", Key="b", Body=b"another's")

        def address(life_seconds: int) -> str:
            return edge_files.address(
                "materials", "a", name="证.pdf", content_type="application/pdf", life_seconds=life_seconds
            )

        good = address(120)
        told = urllib3.request("GET", good)
        assert (told.status, told.data) == (200, PDF)
        assert told.headers["content-disposition"] == "attachment; filename*=UTF-8''%E8%AF%81.pdf"
        over = good.replace("X-Amz-Expires=120", "X-Amz-Expires=9999")
        for altered in (over, good.replace("/a?", "/b?"), good[:-1] + ("0" if good[-1] != "0" else "1")):
            assert urllib3.request("GET", altered).status == 403
        assert urllib3.request("GET", address(0)).status in (400, 403)
