"""The buckets of `resources.yaml` on any S3: for tests and local runs. A deployment has them from its stack.

Encryption, lifecycle and policies are not copied: they mean nothing to an emulator that only this machine reaches.
"""

from collections.abc import Sequence
from typing import Any

from functions.edge import files
from infra import resources
from shared.dynamo import rows


def kinds() -> list[str]:
    """The kinds of files that have a bucket, in the file's order: `DocumentsBucket` -> `documents`."""
    return [name.removesuffix("Bucket").lower() for name in resources.of_type("AWS::S3::Bucket")]


def create_all(client: Any, *, upload_origins: Sequence[str] = ()) -> None:
    """Create each bucket that isn't there yet, named as the functions will look for it (`<KIND>_BUCKET`).

    `client` is boto3's S3 client. `upload_origins` stand for the template's parameter: from whose pages a browser may
    post a form into the quarantine.
    """
    there = {one["Name"] for one in client.list_buckets()["Buckets"]}
    for kind in kinds():
        name = files.bucket_name(kind)
        if name not in there:
            client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": rows.REGION})
        if upload_origins and (rules := _cors(kind, upload_origins)):
            client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})


def _cors(kind: str, upload_origins: Sequence[str]) -> list[dict[str, Any]]:
    """The rules of a bucket as S3's API has them: with other names than CloudFormation."""
    told = resources.of_type("AWS::S3::Bucket")[f"{kind.capitalize()}Bucket"]["Properties"]
    return [
        {
            "AllowedOrigins": list(upload_origins),
            "AllowedMethods": rule["AllowedMethods"],
            "AllowedHeaders": rule["AllowedHeaders"],
            "MaxAgeSeconds": rule["MaxAge"],
        }
        for rule in told.get("CorsConfiguration", {}).get("CorsRules", ())
    ]
