"""Rows in the simulation are what pynamodb makes them."""

from typing import Any

import pytest

from shared.dynamo import rows
from tests.simulation import district, quick_rows


def _items() -> list[tuple[type[Any], dict[str, Any]]]:
    """Every item of the district's beginning, as every row of its table that reads it."""
    found = []
    for row in rows._rows:
        for item in district.engine.tables.get(row.Meta.table_name, {}).values():
            found.append((row, item))
    return found


@pytest.fixture
def read_both_ways() -> list[tuple[type[Any], dict[str, Any], Any, Any]]:
    """Each row and item, read as in the simulation, and as pynamodb does by itself."""
    with district.prepared():
        mine = [(row, item, quick_rows._instantiate(row, item)) for row, item in _items() if _reads(row, item)]
        again = [quick_rows._instantiate(row, item).attribute_values for row, item, _ in mine]
        assert again == [made.attribute_values for *_, made in mine]
    return [(row, item, made.attribute_values, row._instantiate(item).attribute_values) for row, item, made in mine]


def _reads(row: type[Any], item: dict[str, Any]) -> bool:
    try:
        quick_rows._instantiate_anew(row, item)
    except Exception:
        return False  # an item of another kind
    return True


class TestInstantiate:
    def test_every_stored_item_is_read_as_pynamodb_reads_it(self, read_both_ways: list[Any]) -> None:
        assert len(read_both_ways) > 200
        for row, item, mine, theirs in read_both_ways:
            assert mine == theirs, (row, item)

    def test_a_row_that_is_changed_leaves_the_next_as_it_was(self) -> None:
        with district.prepared():
            for row, item in _items():
                if _reads(row, item):
                    made = quick_rows._instantiate(row, item)
                    made.pk = "another"
                    for value in made.attribute_values.values():
                        if isinstance(value, set):
                            value.clear()
                    assert (
                        quick_rows._instantiate(row, item).attribute_values == row._instantiate(item).attribute_values
                    )
                    assert quick_rows._instantiate(row, item).pk != "another"
