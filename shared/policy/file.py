"""What stands in `policy.toml`: the version that every district starts from, the authority, the terms of interest."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from shared.policy.model import Figure, OwnDays, Policy, Source

_CALENDAR = "calendar"
_TIMES = 10  # a figure without bounds of its own may become a tenth of its first value, up to ten times


@cache
def record() -> dict[str, Any]:
    """The whole file."""
    return tomllib.loads(Path(__file__).with_name("policy.toml").read_text(encoding="utf-8"))


@cache
def first() -> Policy:
    """The version that every district starts from."""
    told = record()["version"]
    figures = tuple(
        _figure(section, name, figure)
        for section in sections()
        for name, figure in told[section].items()
        if isinstance(figure, dict)
    )
    own = told[_CALENDAR]
    return policy(
        version=told["version"],
        effective_from=told["effective_from"],
        figures=figures,
        own_days=OwnDays(frozenset(own["holidays"]), frozenset(own["working_days"])),
    )


@cache
def sections() -> Mapping[str, tuple[str, str]]:
    """The parts that the figures stand in, by their code: their titles in Chinese and English."""
    told = record()["version"]
    return {name: (one["title_zh"], one["title_en"]) for name, one in told.items() if _is_section(name, one)}


def policy(*, version: str, effective_from: date, figures: tuple[Figure, ...], own_days: OwnDays) -> Policy:
    """A policy of these figures, each also under its own name."""
    return Policy(
        version=version,
        effective_from=effective_from,
        figures=figures,
        own_days=own_days,
        **{figure.name: figure.value for figure in figures},
    )


def _is_section(name: str, told: Any) -> bool:
    return isinstance(told, dict) and name != _CALENDAR


def _figure(section: str, name: str, told: Mapping[str, Any]) -> Figure:
    value = int(told["value"])
    bounds = (0, 100) if name.endswith("_percent") else (max(value // _TIMES, 1), value * _TIMES)
    return Figure(
        name=name,
        section=section,
        value=value,
        source=Source(told["source"]),
        note_zh=told["note_zh"],
        note_en=told["note_en"],
        least=told.get("least", bounds[0]),
        most=told.get("most", bounds[1]),
    )
