"""docs/rules.md names only what there is: every test, every function that decides, every figure."""

import ast
import dataclasses
import re
from functools import cache
from pathlib import Path

import pytest

from shared.policy.model import InterestTerms, Policy, Source
from tests.builders import POLICY

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in (ROOT / "docs/rules.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ")
][1:]
FIGURES = {field.name for kind in (Policy, InterestTerms) for field in dataclasses.fields(kind)}


@cache
def names(path: str) -> frozenset[str]:
    """The functions and the classes with their methods in a file, as `Class::method`."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return frozenset(found)


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


class TestRulesPage:
    @pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
    def test_a_rule_names_what_there_is(self, row: list[str]) -> None:
        rule, source, figures, decided, holds, breaks = row
        for one in named(" ".join((decided, holds, breaks))):
            path, _, name = one.partition("::")
            assert name in names(path), one
        assert set(named(figures)) <= FIGURES
        assert source in {*Source, "seed"}
        assert rule
        if not decided.startswith("not built"):
            assert all(one.startswith(("shared/", "functions/")) for one in named(decided))
            assert named(decided)
            assert all(one.startswith("tests/") for one in named(holds + breaks))
            assert named(holds)
            assert named(breaks) or "the same" in breaks

    def test_every_figure_of_a_published_rule_is_there(self) -> None:
        ruled = {figure.name for figure in POLICY.figures if figure.source is Source.RULE}

        assert ruled <= {one for row in ROWS for one in named(row[2])}
