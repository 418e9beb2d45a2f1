"""Files in S3, which is where whatever is too large or too binary for an answer goes.

A document lives for a day, under a name that nobody guesses: the hash of what is in it. Who asked for it is sent to an
address that is signed for her and holds for a few minutes (API Gateway would take a binary answer apart).
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from shared.kernel import errors

ADDRESS_LIFE_SECONDS = 300
DOCUMENTS = "documents"
STATEMENTS = "statements"
QUARANTINE = "quarantine"
MATERIALS = "materials"


def bucket_name(of: str) -> str:
    """The bucket of a kind of file: `<OF>_BUCKET` of the environment, `hui-<of>` without it."""
    return os.environ.get(f"{of.upper()}_BUCKET", f"hui-{of}")


def hand_over(content: bytes, *, name: str, content_type: str) -> str:
    """Keep a document, and give the address where it can be fetched under `name`. Raises Unavailable.

    `name` may be in any script; its ending says what the file is.
    """
    key = f"{hashlib.sha256(content).hexdigest()}.{name.rpartition('.')[2]}"
    keep(DOCUMENTS, key, content, content_type=content_type)
    return address(DOCUMENTS, key, name=name, content_type=content_type, life_seconds=ADDRESS_LIFE_SECONDS)


def address(of: str, key: str, *, name: str, content_type: str, life_seconds: int) -> str:
    """Where a kept file can be fetched under `name` by whoever has this address, for so long."""
    signed = {
        "Bucket": bucket_name(of),
        "Key": key,
        "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "ResponseContentType": content_type,
    }
    return str(client().generate_presigned_url("get_object", Params=signed, ExpiresIn=life_seconds))


@dataclass(frozen=True)
class UploadForm:
    """What is posted to S3 as multipart/form-data: to `url`, these fields, and last the file as `file`."""

    url: str
    fields: Mapping[str, str]


def upload_form(of: str, key: str, *, size: int, content_type: str, life_seconds: int) -> UploadForm:
    """A form that S3 takes once its signature holds: exactly this key, `size` bytes and type, for so long."""
    told = client().generate_presigned_post(
        Bucket=bucket_name(of),
        Key=key,
        Fields={"Content-Type": content_type},
        Conditions=[{"Content-Type": content_type}, ["content-length-range", size, size]],
        ExpiresIn=life_seconds,
    )
    return UploadForm(told["url"], told["fields"])


def keep(of: str, key: str, content: bytes, *, content_type: str) -> None:
    """Keep a file in the bucket of its kind; the same key again is another version of it. Raises Unavailable."""
    _call("put_object", Bucket=bucket_name(of), Key=key, Body=content, ContentType=content_type)


def fetch(of: str, key: str, *, at_most: int) -> bytes:
    """A file of a bucket, no more than one byte over `at_most` of it. Raises Unavailable."""
    told = _call("get_object", Bucket=bucket_name(of), Key=key)
    with told["Body"] as body:
        content: bytes = body.read(at_most + 1)
    return content


def find(of: str, key: str, *, at_most: int) -> bytes | None:
    """Like `fetch`; None when nothing is there, which S3 says as 403 to who may not list. Raises Unavailable."""
    from botocore.exceptions import ClientError

    try:
        return fetch(of, key, at_most=at_most)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):
            return None
        raise


def put_into(bucket: str) -> dict[str, Any]:
    """EventBridge's pattern of a file that has come into a bucket of the template, by the bucket's logical name."""
    return {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [{"Ref": bucket}]}},
    }


@cache
def client() -> Any:
    """botocore's client of S3."""
    import botocore.session
    from botocore.config import Config

    from shared.dynamo.rows import REGION

    config = Config(signature_version="s3v4", retries={"mode": "standard", "total_max_attempts": 3})
    return botocore.session.get_session().create_client("s3", REGION, config=config)


def _call(operation: str, **told: Any) -> Any:
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

    try:
        return getattr(client(), operation)(**told)
    except (ConnectionError, HTTPClientError) as error:
        raise errors.Unavailable() from error
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise errors.Unavailable() from error
        raise
