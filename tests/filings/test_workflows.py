"""A workflow that can't be followed isn't loaded, and the mistake says where it stands."""

import copy
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.filings import workflows
from shared.filings.model import Filing, State
from shared.filings.workflows import Misdefined

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def told() -> dict[str, Any]:
    """The record as it stands in the file, to be changed."""
    text = Path(workflows.__file__).with_name("workflows.toml").read_text(encoding="utf-8")
    return copy.deepcopy(tomllib.loads(text))


def states(told: dict[str, Any]) -> Any:
    return told["workflow"][0]["states"]


class TestRead:
    def test_what_is_published_can_be_followed(self) -> None:
        assert {one.filing for one in workflows.versions()} == set(Filing)
        assert all(set(one.steps) == set(State) for one in workflows.versions())

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (
                lambda of: of["accepted"].update(actions=[{"action": "edit", "roles": ["school"]}]),
                "application-2026.1: accepted is a dead end",
            ),
            (
                lambda of: of["submitted"]["actions"].pop(0),
                "application-2026.1: accepted is never reached",
            ),
            (
                lambda of: of["submitted"]["deadline"].update(owner="school"),
                r"application-2026.1: submitted.deadline: its owner, school",
            ),
            (
                lambda of: of["submitted"]["deadline"].update(figure="max_lessons"),
                r"application-2026.1: submitted.deadline: the policy has no working days named max_lessons",
            ),
            (
                lambda of: of["submitted"]["deadline"].update(since=["closed"]),
                r"application-2026.1: submitted.deadline: it runs since closed",
            ),
            (
                lambda of: of["draft"]["actions"][1].update(roles=["mayor"]),
                "application-2026.1: draft: 'mayor' is not a valid Role",
            ),
            (lambda of: of["draft"]["actions"][1].update(roles=[]), "application-2026.1: draft: submit is nobody's"),
            (
                lambda of: of["draft"]["actions"][1].update(action="bribe"),
                "application-2026.1: draft: 'bribe' is not a valid Action",
            ),
            (
                lambda of: of["draft"]["actions"][1].update(next="heaven"),
                "application-2026.1: draft: 'heaven' is not a valid State",
            ),
            (lambda of: of.pop("closed"), r"application-2026.1: draft.withdraw: closed isn't there"),
            (
                lambda of: of["decided"]["actions"].pop(),
                "application-2026.1: decided is a dead end for what was decided: fail",
            ),
            (
                lambda of: of["closed"].update(actions=[{"action": "reopen", "roles": ["school"], "next": "draft"}]),
                "application-2026.1: draft leads to no end",
            ),
            (
                lambda of: of["draft"]["actions"].append(of["draft"]["actions"][0]),
                "application-2026.1: draft: an action stands there twice",
            ),
        ],
    )
    def test_a_mistake_is_named_with_its_place(self, told: dict[str, Any], change: Change, message: str) -> None:
        change(states(told))

        with pytest.raises(Misdefined, match=message):
            workflows.read(told)

    def test_a_version_stands_once(self, told: dict[str, Any]) -> None:
        told["workflow"].append(told["workflow"][0])

        with pytest.raises(Misdefined, match="the same version"):
            workflows.read(told)


class TestInForce:
    def test_before_the_first_version_there_is_none(self) -> None:
        with pytest.raises(LookupError):
            workflows.in_force(Filing.CHANGE, on=date(2025, 12, 31))

    def test_a_version_is_found_again(self) -> None:
        found = workflows.in_force(Filing.CHANGE, on=date(2026, 9, 1))

        assert workflows.get(found.version) is found
        with pytest.raises(LookupError):
            workflows.get("change-1999.1")
