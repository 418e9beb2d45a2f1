"""The limits in force, read from `limits.toml` beside this file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.materials.model import Kind


@dataclass(frozen=True)
class KindLimits:
    """What a kind of file may be."""

    zh: str
    en: str
    max_bytes: int
    types: tuple[str, ...]


@dataclass(frozen=True)
class Limits:
    """Every limit. `types` gives the endings that the name of each content type may have."""

    upload_link_minutes: int
    upload_late_minutes: int
    download_link_seconds: int
    reading_minutes: int
    name_max_characters: int
    picture_max_pixels: int
    look_again_after_minutes: int
    types: Mapping[str, tuple[str, ...]]
    kinds: Mapping[Kind, KindLimits]


@cache
def in_force() -> Limits:
    """The limits of this release."""
    told = tomllib.loads(Path(__file__).with_name("limits.toml").read_text(encoding="utf-8"))
    types = {name: tuple(endings) for name, endings in told.pop("types").items()}
    kinds = {Kind(name): _kind(of) for name, of in told.pop("kinds").items()}
    return Limits(**told, types=types, kinds=kinds)


def _kind(told: dict[str, object]) -> KindLimits:
    types = told["types"]
    assert isinstance(types, list)
    return KindLimits(str(told["zh"]), str(told["en"]), int(str(told["max_bytes"])), tuple(types))
