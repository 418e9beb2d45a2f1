import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3
from botocore.exceptions import ClientError, ConnectTimeoutError

from functions.edge import files
from infra import buckets
from infra.local import engine
from shared.kernel import errors

CONTENT = "一份对账单".encode()


@pytest.fixture
def s3(on_engine: Any, engine_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """boto3's client of an S3 with the empty buckets."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", engine_address)
    files.client.cache_clear()
    found = engine.clients(engine_address).s3
    buckets.create_all(found)
    yield found
    files.client.cache_clear()


def hand_over(content: bytes = CONTENT, name: str = "对账单 2026-09.pdf") -> str:
    return files.hand_over(content, name=name, content_type="application/pdf")


class TestHandOver:
    def test_the_address_gives_the_file_under_its_name(self, s3: Any) -> None:
        answer = urllib3.request("GET", hand_over())

        assert (answer.status, answer.data) == (200, CONTENT)
        assert answer.headers["content-type"] == "application/pdf"
        named = "attachment; filename*=UTF-8''%E5%AF%B9%E8%B4%A6%E5%8D%95%202026-09.pdf"
        assert answer.headers["content-disposition"] == named

    def test_the_key_is_the_hash_of_the_content_so_that_the_same_file_is_kept_once(self, s3: Any) -> None:
        hand_over()
        hand_over()
        hand_over(b"another")

        kept = [one["Key"] for one in s3.list_objects_v2(Bucket="hui-documents")["Contents"]]
        assert sorted(kept) == sorted(f"{hashlib.sha256(one).hexdigest()}.pdf" for one in (CONTENT, b"another"))

    def test_an_altered_address_gives_nothing(self, s3: Any) -> None:
        address = hand_over()
        signature = parse_qs(urlsplit(address).query)["X-Amz-Signature"][0]

        assert urllib3.request("GET", address.replace(signature, signature[::-1])).status == 403
        assert urllib3.request("GET", address.replace("2026-09", "2026-10")).status == 403

    def test_the_address_holds_for_five_minutes(self, s3: Any) -> None:
        assert parse_qs(urlsplit(hand_over()).query)["X-Amz-Expires"] == ["300"]

    def test_s3_that_does_not_answer_is_unavailable(self, s3: Any) -> None:
        def lose(**_: Any) -> None:
            raise ConnectTimeoutError(endpoint_url="https://s3.example")

        files.client().meta.events.register_first("before-call.s3.PutObject", lose)

        with pytest.raises(errors.Unavailable):
            hand_over()


class TestUploadForm:
    SITE, KEY = "https://school.example", "schools/1/0001"

    def test_is_posted_by_a_browser_from_a_page_of_ours(self, s3: Any) -> None:
        """The engine answers every origin, whatever the rules say: who is kept out is in the template alone."""
        buckets.create_all(s3, upload_origins=[self.SITE])
        form = files.upload_form(
            "quarantine", self.KEY, size=len(CONTENT), content_type="application/pdf", life_seconds=60
        )
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        fields: dict[str, Any] = {**form.fields, "file": ("a.pdf", CONTENT, "application/pdf")}
        origin = {"Origin": self.SITE}

        preflight = urllib3.request("OPTIONS", form.url, headers={**origin, **asked})
        posted = urllib3.request("POST", form.url, fields=fields, headers=origin)

        assert (preflight.status, posted.status) == (200, 204)
        assert {preflight.headers["access-control-allow-origin"], posted.headers["access-control-allow-origin"]} <= {
            "*",
            self.SITE,
        }
        assert s3.get_object(Bucket="hui-quarantine", Key=self.KEY)["Body"].read() == CONTENT


class TestCreateAll:
    def test_leaves_a_bucket_that_is_there_as_it_is(self, s3: Any) -> None:
        hand_over()
        buckets.create_all(s3)

        assert len(s3.list_objects_v2(Bucket="hui-documents")["Contents"]) == 1

    def test_gives_the_quarantine_the_rules_of_the_template_and_no_other_bucket_any(self, s3: Any) -> None:
        for origins in (["https://hui.example"], ["https://hui.example", "https://school.example"]):
            buckets.create_all(s3, upload_origins=origins)

            [rule] = s3.get_bucket_cors(Bucket="hui-quarantine")["CORSRules"]
            assert (rule["AllowedOrigins"], rule["AllowedMethods"]) == (origins, ["POST"])
            assert (rule["AllowedHeaders"], rule["MaxAgeSeconds"]) == (["content-type"], 600)
        for kind in set(buckets.kinds()) - {"quarantine"}:
            with pytest.raises(ClientError):
                s3.get_bucket_cors(Bucket=files.bucket_name(kind))
