"""The buckets of `resources.yaml` on any S3: for tests and local runs. A deployment has them from its stack.

Encryption, lifecycle and policies are not copied: they mean nothing to an emulator that only this machine reaches.
"""

from typing import Any

from functions.edge import files
from infra import resources
from shared.dynamo import rows


def kinds() -> list[str]:
    """The kinds of files that have a bucket, in the file's order: `DocumentsBucket` -> `documents`."""
    return [name.removesuffix("Bucket").lower() for name in resources.of_type("AWS::S3::Bucket")]


def create_all(client: Any) -> None:
    """Create each bucket that isn't there yet, named as the functions will look for it (`<KIND>_BUCKET`).

    `client` is boto3's S3 client.
    """
    there = {one["Name"] for one in client.list_buckets()["Buckets"]}
    for name in map(files.bucket_name, kinds()):
        if name not in there:
            client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": rows.REGION})
