from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel import ids
from tests.builders import NOW


class TestNew:
    def test_an_id_is_a_prefix_and_a_ulid(self) -> None:
        made = ids.new("enr", at=NOW, randomness=lambda count: b"\xff" * count)
        assert ids.is_id(made, "enr")
        assert made.endswith("Z" * 16)

    def test_ids_sort_by_the_time_they_were_made(self) -> None:
        first = ids.new("enr", at=NOW, randomness=lambda count: b"\xff" * count)
        second = ids.new("enr", at=NOW + timedelta(milliseconds=1), randomness=bytes)
        assert first < second


class TestDerived:
    def test_the_same_parts_give_the_same_id(self) -> None:
        assert ids.derived("enr", "a", "b") == ids.derived("enr", "a", "b")

    @given(st.lists(st.text(), min_size=1, max_size=4))
    def test_a_derived_id_has_the_shape_of_any_other(self, parts: list[str]) -> None:
        assert ids.is_id(ids.derived("alt", *parts), "alt")

    def test_parts_do_not_run_into_one_another(self) -> None:
        assert ids.derived("enr", "ab", "c") != ids.derived("enr", "a", "bc")

    def test_another_kind_of_thing_is_another_id(self) -> None:
        assert ids.derived("enr", "a")[4:] != ids.derived("alt", "a")[4:]


class TestIsId:
    def test_the_prefix_and_every_character_count(self) -> None:
        whole = ids.derived("enr", "a")
        assert not ids.is_id(whole, "stu")
        assert not ids.is_id(whole[:-1], "enr")
        assert not ids.is_id(whole + "0", "enr")
        assert not ids.is_id(whole.lower(), "enr")
        for letter in "ILOU-文\n":
            assert not ids.is_id(whole[:-1] + letter, "enr")
