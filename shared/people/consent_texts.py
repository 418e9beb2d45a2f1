"""The texts of a guardian's consent (监护人同意), read from `consent_texts.toml`."""

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Purpose:
    """What a child's data is for."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class ConsentText:
    """A text, asked for from a business day on. `renews`: from then on consent to earlier ones lets nobody enrol."""

    version: str
    effective_from: date
    renews: bool
    title_zh: str
    title_en: str
    zh: str
    en: str
    purposes: tuple[Purpose, ...]

    @property
    def sha256(self) -> str:
        """The hash of what was read: titles, texts and purposes in both languages, as JSON with sorted keys."""
        told = {name: value for name, value in asdict(self).items() if name not in ("effective_from", "renews")}
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@cache
def all_texts() -> tuple[ConsentText, ...]:
    """Every text, oldest first."""
    told = tomllib.loads(Path(__file__).with_name("consent_texts.toml").read_text(encoding="utf-8"))["text"]
    read = [
        ConsentText(
            **{
                **one,
                "zh": one["zh"].strip(),
                "en": one["en"].strip(),
                "purposes": tuple(Purpose(**purpose) for purpose in one["purposes"]),
            }
        )
        for one in told
    ]
    return tuple(sorted(read, key=lambda text: text.effective_from))


def in_force(*, on: date) -> ConsentText:
    """The text that is asked for on a business day. Raises LookupError before the first."""
    return _until(on)[-1]


def get(version: str) -> ConsentText:
    """A text by its version. Raises LookupError."""
    for text in all_texts():
        if text.version == version:
            return text
    raise LookupError(f"no text of consent has the version {version!r}")


def accepted(*, on: date) -> tuple[str, ...]:
    """The versions whose consent lets a child be enrolled on a business day: from the last that renews on."""
    asked = _until(on)
    last = max((place for place, text in enumerate(asked) if text.renews), default=0)
    return tuple(text.version for text in asked[last:])


def _until(on: date) -> tuple[ConsentText, ...]:
    asked = tuple(text for text in all_texts() if text.effective_from <= on)
    if not asked:
        raise LookupError(f"no text of consent was in force on {on}")
    return asked
