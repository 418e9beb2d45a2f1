"""A case as JSON text, and read back by the types that its model gives."""

import dataclasses
import types
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from shared.kernel import clock


def plain(value: object) -> str:
    """A moment or a day as text."""
    if isinstance(value, datetime):
        return clock.stored(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))


def read(kind: Any, told: Any) -> Any:
    """What was told, as `kind`: a dataclass, an enum, a tuple, a mapping, a moment, a day, or one of these or None."""
    origin, of = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if told is None else read(next(one for one in of if one is not type(None)), told)
    if origin is tuple:
        return tuple(read(of[0], one) for one in told)
    if origin is not None and issubclass(origin, Mapping):
        return {read(of[0], name): read(of[1], one) for name, one in told.items()}
    if dataclasses.is_dataclass(kind):
        made: Any = kind
        return made(**{name: read(hint, told[name]) for name, hint in _hints(made).items() if name in told})
    if isinstance(kind, type) and issubclass(kind, datetime):
        return clock.read(told)
    if isinstance(kind, type) and issubclass(kind, date):
        return date.fromisoformat(told)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(told)
    return told


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
