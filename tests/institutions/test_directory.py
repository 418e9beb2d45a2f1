"""Finding schools in the directory: one query each."""

import pytest

from shared.institutions import store
from tests import builders, steps
from tests.builders import SCHOOL

pytestmark = pytest.mark.usefixtures("in_memory")


class TestListPage:
    def test_gives_the_schools_by_name_page_by_page(self) -> None:
        for number in (2, 1, 3):
            steps.register(number)

        first = store.list_page(limit=2, cursor=None)
        second = store.list_page(limit=2, cursor=first.next_cursor)

        names = [school.short_name for school in (*first.rows, *second.rows)]
        assert names == ["星河舞蹈0001", "星河舞蹈0002", "星河舞蹈0003"]
        assert second.next_cursor is None

    def test_an_empty_district_has_no_page(self) -> None:
        assert store.list_page(limit=2, cursor=None).rows == []


class TestSearch:
    @pytest.mark.parametrize("text", ["0001", "舞蹈0001", "第1分校", builders.a_school().credit_code.lower(), " 0001 "])
    def test_finds_by_a_part_of_a_name_or_the_whole_credit_code(self, text: str) -> None:
        steps.register(1)
        steps.register(2)

        assert store.search(text, at_most=5) == [SCHOOL]

    @pytest.mark.parametrize("text", ["", "  ", "9137", "ins_", "#", SCHOOL])
    def test_finds_nothing_by_anything_else(self, text: str) -> None:
        steps.register(1)

        assert store.search(text, at_most=5) == []

    def test_gives_no_more_than_asked_for(self) -> None:
        steps.register(1)
        steps.register(2)

        assert len(store.search("星河", at_most=1)) == 1
