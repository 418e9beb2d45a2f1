"""Lists by pages, with a cursor that says nothing to who holds it."""

import base64
import binascii
import json
from typing import Any, TypeVar

from pynamodb.expressions.condition import Condition
from pynamodb.indexes import Index

from shared.dynamo.rows import Row
from shared.kernel import errors
from shared.kernel.page import Page

R = TypeVar("R", bound=Row)


class BadCursor(errors.Invalid):
    code = "bad_cursor"
    zh = "翻页参数无效，请从第一页重新开始。"
    en = "The cursor isn't one of ours for this list. Start again from the first page."


def page(
    row: type[R],
    pk: str,
    *,
    limit: int,
    cursor: str | None,
    keys: Condition | None = None,
    index: Index[R] | None = None,
    backwards: bool = False,
) -> Page[R]:
    """One page of the rows under `pk` (of the table, or of `index`), at most `limit` of them. Raises BadCursor."""
    options: dict[str, Any] = {"limit": limit + 1, "scan_index_forward": not backwards}
    if cursor is not None:
        options["last_evaluated_key"] = _key_of(cursor, pk)
    source: Any = index if index is not None else row
    try:
        rows = list(source.query(pk, keys, **options))
    except Exception as error:
        if cursor is not None and getattr(error, "cause_response_code", None) == "ValidationException":
            raise BadCursor(pointer="/cursor") from None
        raise
    if len(rows) <= limit:
        return Page(rows)
    return Page(rows[:limit], _cursor_after(rows[limit - 1], index, pk))


def _cursor_after(row: Row, index: Index[Any] | None, pk: str) -> str:
    attributes = dict(index.Meta.attributes) if index is not None else {}
    attributes |= {name: attribute for name, attribute in type(row).get_attributes().items() if name in ("pk", "sk")}
    key = {
        attribute.attr_name: {attribute.attr_type: attribute.serialize(getattr(row, name))}
        for name, attribute in sorted(attributes.items())
    }
    text = json.dumps({"of": pk, "key": key}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _key_of(cursor: str, pk: str) -> dict[str, Any]:
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        key, of = told["key"], told["of"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise BadCursor(pointer="/cursor") from None
    if of != pk or not isinstance(key, dict):
        raise BadCursor(pointer="/cursor")
    return key
