"""The files that were read or refused, by their content."""

import json

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo.rows import Moment, Row, meta
from shared.reconciliation.model import ReadFile


class FileRow(Row):
    Meta = meta("reconciliation")
    name = UnicodeAttribute()
    received_at = Moment()
    statements = NumberAttribute()
    code = UnicodeAttribute(default="")
    figures = UnicodeAttribute(default="{}")


def find_file(digest: str) -> ReadFile | None:
    """A file that was read or refused before, by the digest of its bytes."""
    try:
        row = FileRow.get(f"file#{digest}", "file", consistent_read=True)
    except FileRow.DoesNotExist:
        return None
    return ReadFile(digest, row.name, row.received_at, int(row.statements), row.code, json.loads(row.figures))


def put_file(one: ReadFile) -> None:
    """Keep that a file was read."""
    FileRow(
        f"file#{one.digest}",
        "file",
        name=one.name,
        received_at=one.received_at,
        statements=one.statements,
        code=one.code,
        figures=json.dumps(dict(one.figures), ensure_ascii=False),
    ).save()
