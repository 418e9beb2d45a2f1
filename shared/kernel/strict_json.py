"""JSON that means one thing only: UTF-8, each name once in an object, no NaN, no nesting that exhausts the reader."""

import json
from typing import Any, NoReturn


def read(raw: bytes) -> Any:
    """What the JSON text says. Raises ValueError for anything that two readers could take differently."""
    try:
        return json.loads(raw.decode(), object_pairs_hook=_each_once, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return told


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
