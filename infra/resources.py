"""Reads `resources.yaml`, CloudFormation's short tags (`!Ref`, `!Sub` …) included."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

PATH = Path(__file__).with_name("resources.yaml")


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags, read as their long form: `!Ref X` -> `{"Ref": "X"}`."""


def _long_form(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _long_form)


@cache
def template() -> dict[str, Any]:
    """The whole file as the JSON form of CloudFormation. Treat it as read-only: every caller gets the same one."""
    read: dict[str, Any] = yaml.load(PATH.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 -- a SafeLoader
    return read


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    """The resources of one CloudFormation type, by logical name."""
    return {name: told for name, told in template()["Resources"].items() if told["Type"] == kind}
