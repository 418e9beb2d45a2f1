"""pynamodb's rows in the simulation, without what takes long and changes nothing: most of a history's time was that.

The engine never changes an item in place, so what was read of it once is what would be read of it again. All our rows
are flat: an attribute is a name at the top of an item, with a value that isn't a row itself.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from pynamodb.attributes import Attribute, AttributeContainer
from pynamodb.connection import Connection
from pynamodb.expressions import operand
from pynamodb.models import Model

from shared.dynamo import rows
from shared.funds.store import entries
from shared.teaching import store as teaching_store
from tests.memory.expressions import Item

_UNCHANGEABLE = (str, int, float, bytes, datetime, type(None))
_read: dict[tuple[type[Any], int], tuple[Item, dict[str, Any], list[str]]] = {}
"""By row and item: the item (which keeps its id its own), the attributes, the names of those that can be changed."""

_instantiate_anew = AttributeContainer._instantiate.__func__  # type: ignore[attr-defined]


def stand_in(patch: pytest.MonkeyPatch) -> None:
    """Let every row be made, read and asked for this way from now on."""
    patch.setattr(Model, "_instantiate", classmethod(_instantiate))
    patch.setattr(Model, "_set_defaults", _set_defaults)
    patch.setattr(Attribute, "__get__", _get)
    patch.setattr(Attribute, "__set__", _set)
    patch.setattr(Connection, "dispatch", _dispatch)
    patch.setattr(operand, "substitute_names", _placeholder)
    for module in (rows, entries, teaching_store):
        patch.setattr(module, "from_image", _from_image)
    _read.clear()


def forget(*, but: Iterable[Item]) -> None:
    """Forget all that was read, but for these items."""
    kept = {id(item) for item in but}
    for one in [one for one in _read if one[1] not in kept]:
        del _read[one]


def _instantiate(row: type[Any], item: Item) -> Any:
    known = _read.get((row, id(item)))
    if known is None:
        values = _instantiate_anew(row, item).attribute_values
        changeable = [name for name, value in values.items() if not isinstance(value, _UNCHANGEABLE)]
        known = _read[row, id(item)] = (item, values, changeable)
    _, values, changeable = known
    made = object.__new__(row)
    made.attribute_values = dict(values)
    for name in changeable:
        made.attribute_values[name] = deepcopy(values[name])
    return made


def _from_image(row: type[Any], image: Mapping[str, Any]) -> Any:
    return _instantiate(row, image)  # type: ignore[arg-type]


def _get(attribute: Any, row: Any, of: Any) -> Any:
    if row is None:
        return attribute
    stored = attribute.attr_path[-1]
    return row.attribute_values.get(row._dynamo_to_python_attrs.get(stored, stored))


def _set(attribute: Any, row: Any, value: Any) -> None:
    stored = attribute.attr_path[-1]
    row.attribute_values[row._dynamo_to_python_attrs.get(stored, stored)] = value


def _set_defaults(self: Any, _user_instantiated: bool = True) -> None:
    row: Any = type(self)
    for name, value in _defaults_of(row):
        self.attribute_values[name] = value() if callable(value) else value


@cache
def _defaults_of(row: type[Any]) -> list[tuple[str, Any]]:
    """The attributes of a row that have a default (`default_for_new` is used by none of ours)."""
    attributes = row.get_attributes()
    assert all(one.default_for_new is None for one in attributes.values())
    return [(name, one.default) for name, one in attributes.items() if one.default is not None]


def _dispatch(self: Any, operation: str, told: dict[str, Any]) -> Any:
    return self._make_api_call(operation, told)  # without an id, signals and a log of the call


def _placeholder(path: list[str], placeholders: dict[str, str]) -> str:
    [name] = path
    assert "[" not in name
    return placeholders.setdefault(name, f"#{len(placeholders)}")
