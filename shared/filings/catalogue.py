"""The catalogue (材料目录) of `catalogue.toml`: what to hand in, by version, kind of filing and type of institution."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from shared.filings.definitions import Catalogue, Item
from shared.filings.model import Filing, InstitutionType
from shared.filings.workflows import Misdefined

SECTIONS: Mapping[str, tuple[str, str]] = {
    "certificates": ("证照", "Certificates"),
    "premises": ("场地", "Premises"),
    "fire_safety": ("消防安全", "Fire safety"),
    "finance": ("资金", "Finance"),
    "staff": ("人员", "Staff"),
    "insurance": ("保险", "Insurance"),
    "rules": ("制度", "Rules"),
}
TYPES = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}
_MEGABYTE = 1_000_000


@cache
def versions() -> tuple[Catalogue, ...]:
    """Every catalogue of every version, oldest first. Raises Misdefined."""
    text = Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
    return read(tomllib.loads(text))


def in_force(filing: Filing, institution_type: InstitutionType, *, on: date) -> Catalogue:
    """What is asked for in a case that is opened on a business day. Raises LookupError before the first version."""
    for one in reversed(versions()):
        if (one.filing, one.institution_type) == (filing, institution_type) and one.effective_from <= on:
            return one
    raise LookupError(f"no catalogue for {filing} by a {institution_type} was in force on {on}")


def get(version: str, filing: Filing, institution_type: InstitutionType) -> Catalogue:
    """What a version asks for. Raises LookupError."""
    for one in versions():
        if (one.version, one.filing, one.institution_type) == (version, filing, institution_type):
            return one
    raise LookupError(f"no catalogue {version!r} for {filing} by a {institution_type}")


def read(told: Mapping[str, Any]) -> tuple[Catalogue, ...]:
    """The catalogues of a record, oldest first. Raises Misdefined, naming the place."""
    found = [
        _catalogue(version, filing, institution_type)
        for version in told["catalogue"]
        for filing in Filing
        for institution_type in InstitutionType
    ]
    return tuple(sorted(found, key=lambda one: one.effective_from))


def _catalogue(told: Mapping[str, Any], filing: Filing, institution_type: InstitutionType) -> Catalogue:
    each = {code: _item(f"{told['version']}: {code}", code, one) for code, one in told["items"].items()}
    of = {"filings": filing, "by": institution_type}
    items = tuple(
        each[code]
        for code, one in told["items"].items()
        if all(wanted in one.get(name, [wanted]) for name, wanted in of.items())
    )
    if not any(item.required for item in items):
        raise Misdefined(f"{told['version']}: nothing is required for {filing} by a {institution_type}")
    return Catalogue(told["version"], told["effective_from"], filing, institution_type, items)


def _item(where: str, code: str, told: Mapping[str, Any]) -> Item:
    for name, known in (("filings", set(Filing)), ("by", set(InstitutionType)), ("types", set(TYPES))):
        unknown = set(told.get(name, ())) - known
        if unknown:
            raise Misdefined(f"{where}.{name}: unknown {', '.join(sorted(unknown))}")
    if told["section"] not in SECTIONS:
        raise Misdefined(f"{where}.section: unknown {told['section']}")
    if told["most_megabytes"] < 1 or told["most_files"] < 1 or not told["types"]:
        raise Misdefined(f"{where}: nothing could be handed in for it")
    return Item(
        code=code,
        section=told["section"],
        names=(told["zh"], told["en"]),
        example=(told["example_zh"], told["example_en"]),
        types=tuple(told["types"]),
        most_bytes=told["most_megabytes"] * _MEGABYTE,
        most_files=told["most_files"],
        required=told.get("required", True),
        expires=told.get("expires", False),
    )
