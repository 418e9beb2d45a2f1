"""Lists by pages, with a cursor that says nothing to who holds it."""

import base64
import hashlib
import json
from typing import Any, TypeVar

from pynamodb.exceptions import QueryError
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import Index

from shared.dynamo.rows import Row
from shared.kernel import errors
from shared.kernel.page import Page

R = TypeVar("R", bound=Row)
_ROWS_LOOKED_AT = 500  # at once, where not all of them are asked for


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
    only: Condition | None = None,
) -> Page[R]:
    """One page of the rows under `pk` (of the table, or of `index`), at most `limit` of them. Raises BadCursor.

    `only` leaves out what isn't asked for; all rows are read to find it, so it is for lists that stay short.
    """
    options: dict[str, Any] = {"limit": limit + 1, "scan_index_forward": not backwards}
    if only is not None:
        options |= {"filter_condition": only, "page_size": _ROWS_LOOKED_AT}
    told = _Cursor(row, pk, keys, index, only)
    if cursor is not None:
        options["last_evaluated_key"] = told.key_of(cursor)
    source: Any = index if index is not None else row
    try:
        rows = list(source.query(pk, keys, **options))
    except QueryError as error:
        if cursor is not None and error.cause_response_code == "ValidationException":
            raise BadCursor(pointer="/cursor") from None
        raise
    if len(rows) <= limit:
        return Page(rows)
    return Page(rows[:limit], told.after(rows[limit - 1]))


class _Cursor:
    """The cursors of one list: the values of the last row's keys, and a mark of the list that they belong to.

    What comes back is somebody else's text: only exactly such values of this very list become a key again.
    """

    def __init__(
        self, row: type[Row], pk: str, keys: Condition | None, index: Index[Any] | None, only: Condition | None
    ) -> None:
        attributes = dict(index.Meta.attributes) if index is not None else {}
        attributes |= {name: attribute for name, attribute in row.get_attributes().items() if name in ("pk", "sk")}
        assert all(attribute.attr_type == "S" for attribute in attributes.values())
        self._attributes = sorted(attributes.items())
        of = (row.Meta.table_name, index.Meta.index_name if index is not None else "", pk, str(keys), str(only))
        self._mark = hashlib.sha256("\x1f".join(of).encode()).hexdigest()[:16]

    def after(self, row: Row) -> str:
        values = [attribute.serialize(getattr(row, name)) for name, attribute in self._attributes]
        text = json.dumps([self._mark, *values], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def key_of(self, cursor: str) -> dict[str, Any]:
        """Raises BadCursor."""
        try:
            told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            "".join(told).encode()  # all of them text, and such as can be sent
        except (ValueError, TypeError, RecursionError):
            raise BadCursor(pointer="/cursor") from None
        whole = isinstance(told, list) and all(told) and len(told) == len(self._attributes) + 1
        if not whole or told[0] != self._mark:
            raise BadCursor(pointer="/cursor")
        pairs = zip(self._attributes, told[1:], strict=True)
        return {attribute.attr_name: {attribute.attr_type: value} for (_, attribute), value in pairs}
