"""Which policy is in force, read from `policy.toml` beside this file."""

import tomllib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from shared.kernel import clock
from shared.policy.model import Figure, Policy

_SECTIONS = (
    "charge",
    "teaching",
    "alerts",
    "minimum_balance",
    "ledger",
    "refunds",
    "payments",
    "terminations",
    "listings",
    "filings",
    "reviews",
)


@cache
def record() -> dict[str, Any]:
    """The whole record as it stands in the file."""
    return tomllib.loads(Path(__file__).with_name("policy.toml").read_text(encoding="utf-8"))


@cache
def versions() -> tuple[Policy, ...]:
    """Every version, oldest first."""
    return tuple(sorted(map(_policy, record()["version"]), key=lambda policy: policy.effective_from))


def in_force(*, at: datetime) -> Policy:
    """The policy in force at a moment. Raises LookupError before the first version."""
    return _in_force_on(clock.business_day(at))


@cache
def _in_force_on(day: date) -> Policy:
    for policy in reversed(versions()):
        if policy.effective_from <= day:
            return policy
    raise LookupError(f"no policy was in force on {day}")


def get(*, version: str) -> Policy:
    """A policy by its version. Raises LookupError."""
    for policy in versions():
        if policy.version == version:
            return policy
    raise LookupError(f"no policy has the version {version!r}")


def _policy(told: dict[str, Any]) -> Policy:
    figures = tuple(Figure(name=name, **figure) for section in _SECTIONS for name, figure in told[section].items())
    return Policy(
        version=told["version"],
        effective_from=told["effective_from"],
        figures=figures,
        **{figure.name: figure.value for figure in figures},
    )
