"""Lambda's event filters (FilterCriteria), as far as they are used here. An unknown rule is an error, never a match."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_ABSENT = object()


class UnknownRule(ValueError):
    """A filter says something that isn't read here."""


def any_matches(patterns: Sequence[Mapping[str, Any]], record: Mapping[str, Any]) -> bool:
    """Whether a function with these filters gets the record; with none of them it gets each. Raises UnknownRule."""
    return not patterns or any(matches(pattern, record) for pattern in patterns)


def matches(pattern: Mapping[str, Any], told: Any) -> bool:
    """Whether every part of the pattern holds: nested mappings by name, lists as alternatives."""
    return all(_part_matches(part, _under(told, name)) for name, part in pattern.items())


def _under(told: Any, name: str) -> Any:
    return told.get(name, _ABSENT) if isinstance(told, Mapping) else _ABSENT


def _part_matches(part: Any, told: Any) -> bool:
    if isinstance(part, Mapping):
        return matches(part, told)
    return any(_rule_holds(rule, told) for rule in part)


def _rule_holds(rule: Any, told: Any) -> bool:
    if isinstance(rule, Mapping):
        ((name, argument),) = rule.items()
        if name not in _RULES:
            raise UnknownRule(name)
        return _RULES[name](argument, told)
    if isinstance(told, list):
        return rule in told
    return told is not _ABSENT and bool(rule == told)


_RULES: Mapping[str, Callable[[Any, Any], bool]] = {
    "prefix": lambda start, told: isinstance(told, str) and told.startswith(start),
    "suffix": lambda end, told: isinstance(told, str) and told.endswith(end),
    "exists": lambda wanted, told: (told is not _ABSENT) == wanted,
    "anything-but": lambda others, told: told is not _ABSENT and told not in others,
}
