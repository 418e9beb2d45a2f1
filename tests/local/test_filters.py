from typing import Any

import pytest

from infra import events
from infra.local import filters


def record(*, event: str = "INSERT", sk: str = "entry", **image: str) -> dict[str, Any]:
    return {
        "eventName": event,
        "dynamodb": {
            "Keys": {"pk": {"S": "p"}, "sk": {"S": sk}},
            "NewImage": {name: {"S": value} for name, value in image.items()},
        },
    }


def wanted_by(name: str) -> Any:
    return next(function.filters for function in events.STREAM_FUNCTIONS if function.name == name)


class TestMatches:
    @pytest.mark.parametrize(
        ("pattern", "told", "expected"),
        [
            ({"a": ["x", "y"]}, {"a": "y"}, True),
            ({"a": ["x"]}, {"a": "z"}, False),
            ({"a": ["x"]}, {}, False),
            ({"a": ["x"], "b": [1]}, {"a": "x", "b": 2}, False),
            ({"a": {"b": ["x"]}}, {"a": {"b": "x"}}, True),
            ({"a": {"b": ["x"]}}, {"a": "x"}, False),
            ({"a": [{"prefix": "le"}]}, {"a": "lesson"}, True),
            ({"a": [{"prefix": "le"}]}, {}, False),
            ({"a": [{"suffix": "on"}]}, {"a": "lesson"}, True),
            ({"a": [{"exists": False}]}, {}, True),
            ({"a": [{"exists": True}]}, {}, False),
            ({"a": [{"anything-but": ["x"]}]}, {"a": "y"}, True),
            ({"a": [{"anything-but": ["x"]}]}, {"a": "x"}, False),
            ({"a": ["x"]}, {"a": ["w", "x"]}, True),
            ({"a": [None]}, {"a": None}, True),
        ],
    )
    def test_a_part_holds_when_one_of_its_rules_does(self, pattern: Any, told: Any, expected: bool) -> None:
        assert filters.matches(pattern, told) is expected

    def test_a_rule_that_is_not_read_here_is_an_error(self) -> None:
        with pytest.raises(filters.UnknownRule):
            filters.matches({"a": [{"cidr": "10.0.0.0/8"}]}, {"a": "10.0.0.1"})


class TestAnyMatches:
    def test_a_function_without_filters_gets_each_record(self) -> None:
        assert filters.any_matches((), record())

    def test_the_release_gets_confirmed_lessons_only(self) -> None:
        wanted = wanted_by("release_lesson")
        assert filters.any_matches(wanted, record(event="MODIFY", sk="lesson#1", status="confirmed"))
        assert filters.any_matches(wanted, record(event="MODIFY", sk="lesson#1", status="auto_confirmed"))
        assert not filters.any_matches(wanted, record(sk="lesson#1", status="taught"))
        assert not filters.any_matches(wanted, record(sk="session#1", status="confirmed"))
        assert not filters.any_matches(wanted, {"eventName": "REMOVE", "dynamodb": {"Keys": {"sk": {"S": "lesson#1"}}}})

    def test_the_totals_get_new_entries_only(self) -> None:
        wanted = wanted_by("keep_totals")
        assert filters.any_matches(wanted, record(kind="entry"))
        assert not filters.any_matches(wanted, record(event="MODIFY", kind="entry"))
        assert not filters.any_matches(wanted, record(kind="line"))

    def test_the_alerts_get_conflicts_too(self) -> None:
        wanted = wanted_by("raise_alerts")
        assert filters.any_matches(wanted, record(kind="entry"))
        assert filters.any_matches(wanted, record(kind="conflict"))
        assert not filters.any_matches(wanted, record(kind="totals"))
