import base64
import json
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.dynamo import pages, transaction
from shared.kernel.page import Page
from tests.dynamo.rows import NoteRow, a_new_note

NAMES = [f"{number:03d}" for number in range(7)]


@pytest.fixture(autouse=True)
def _notes(in_memory: object) -> None:
    transaction.commit([a_new_note(name) for name in NAMES])


def walk(limit: int, *, backwards: bool = False) -> list[list[str]]:
    found, cursor = [], None
    while True:
        page = pages.page(NoteRow, "notes", limit=limit, cursor=cursor, backwards=backwards)
        found.append([row.sk for row in page.rows])
        cursor = page.next_cursor
        if cursor is None:
            return found


def first(limit: int = 2) -> Page[NoteRow]:
    return pages.page(NoteRow, "notes", limit=limit, cursor=None)


def a_cursor(told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def told_by(cursor: str) -> list[str]:
    told: list[str] = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return told


class TestPage:
    @pytest.mark.parametrize(
        ("limit", "sizes"), [(1, [1] * 7), (2, [2, 2, 2, 1]), (3, [3, 3, 1]), (6, [6, 1]), (7, [7]), (8, [7])]
    )
    def test_all_pages_together_are_the_list(self, limit: int, sizes: Sequence[int]) -> None:
        found = walk(limit)
        assert [len(page) for page in found] == sizes
        assert [name for page in found for name in page] == NAMES

    def test_backwards_too(self) -> None:
        assert [name for page in walk(3, backwards=True) for name in page] == NAMES[::-1]

    def test_an_empty_list_is_one_empty_page(self) -> None:
        assert pages.page(NoteRow, "nothing", limit=5, cursor=None) == Page([])

    def test_what_is_added_meanwhile_behind_the_cursor_does_not_repeat_a_row(self) -> None:
        cursor = first().next_cursor
        transaction.commit([a_new_note("0005")])
        page = pages.page(NoteRow, "notes", limit=2, cursor=cursor)
        assert [row.sk for row in page.rows] == ["002", "003"]


class TestCursor:
    def refuse(self, cursor: str, pk: str = "notes") -> None:
        with pytest.raises(pages.BadCursor) as refused:
            pages.page(NoteRow, pk, limit=2, cursor=cursor)
        assert refused.value.pointer == "/cursor"

    def test_another_lists_cursor_is_refused(self) -> None:
        cursor = first().next_cursor
        assert cursor is not None
        self.refuse(cursor, "other notes")

    def test_the_cursor_of_another_part_of_the_same_partition_is_refused(self) -> None:
        page = pages.page(NoteRow, "notes", limit=1, cursor=None, keys=NoteRow.sk.startswith("00"))
        assert page.next_cursor is not None
        with pytest.raises(pages.BadCursor):
            pages.page(NoteRow, "notes", limit=1, cursor=page.next_cursor, keys=NoteRow.sk.startswith("000"))

    @given(st.text(max_size=60))
    @example("")
    @example("中文")
    @example("AAAA")
    @example(base64.b64encode(b"[]").decode())
    @example(base64.b64encode(b"{}").decode())
    @example(base64.b64encode(b"[" * 3000).decode())
    @example(base64.b64encode(b"\xff\xfe").decode())
    def test_garbage_is_refused(self, text: str) -> None:
        self.refuse(text)

    @pytest.mark.parametrize(
        "values",
        [
            [],
            ["notes"],
            ["notes", "001", "more"],
            [1, "001"],
            [{"S": "notes"}, {"S": "001"}],
            ["notes", None],
            ["notes", ["001"]],
            ["notes", "\ud800"],
            ["notes", ""],
        ],
    )
    def test_a_forged_key_is_refused(self, values: list[object]) -> None:
        cursor = first().next_cursor
        assert cursor is not None
        self.refuse(a_cursor([told_by(cursor)[0], *values]))

    def test_a_forged_partition_shows_nothing_of_it(self) -> None:
        NoteRow("secrets", "001").save()
        cursor = first().next_cursor
        assert cursor is not None
        forged = a_cursor([told_by(cursor)[0], "secrets", "000"])
        try:
            page = pages.page(NoteRow, "notes", limit=9, cursor=forged)
        except pages.BadCursor:
            return
        assert {row.pk for row in page.rows} <= {"notes"}
