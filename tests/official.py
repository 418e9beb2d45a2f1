"""The official structure of ISO 20022 files, as pyiso20022 generated its classes from the published schemas.

It shares no code with ours: order, required elements, occurrences, lengths and patterns come from the classes.
"""

import dataclasses
import re
import sys
import types
import typing
from enum import Enum
from importlib import import_module
from typing import Any
from xml.etree import ElementTree as ET

_DATATYPES = "xsdata.models.datatype"


def _module(name: str) -> Any:
    """A module of pyiso20022. It imports three types of xsdata, which we don't need and isn't installed."""
    if _DATATYPES not in sys.modules:
        for part in ("xsdata", "xsdata.models", _DATATYPES):
            sys.modules[part] = types.ModuleType(part)
        for kind in ("XmlDate", "XmlDateTime", "XmlPeriod", "XmlTime", "XmlDuration"):
            setattr(sys.modules[_DATATYPES], kind, type(kind, (str,), {}))
    name = name.replace(".", "_")
    return import_module(f"pyiso20022.{name.partition('_')[0]}.{name}.{name}")


def children(message: str, class_name: str) -> tuple[str, ...]:
    """The elements of a class in their order: `children("camt.053.001.08", "CashBalance8")`."""
    return tuple(name for name, _, _ in _fields(getattr(_module(message), class_name), _module(message)))


def faults(message: str, content: bytes) -> list[str]:
    """Where a file isn't what the schema of its message says; none in a good one."""
    module = _module(message)
    root = ET.fromstring(content)
    namespace = f"{{urn:iso:std:iso:20022:tech:xsd:{message}}}"
    return list(_faults(root, module.Document, module, namespace, "Document"))


def _fields(of: Any, module: Any) -> list[tuple[str, Any, Any]]:
    hints = typing.get_type_hints(of, vars(module))
    return [
        (field.metadata.get("name", field.name), hints[field.name], field.metadata) for field in dataclasses.fields(of)
    ]


def _faults(element: ET.Element, of: Any, module: Any, namespace: str, path: str) -> typing.Iterator[str]:
    if element.tag != f"{namespace}{path.rpartition('/')[2]}":
        yield f"{path} is {element.tag}"
    fields = [one for one in _fields(of, module) if one[2].get("type") == "Element"]
    texts = [one for one in _fields(of, module) if one[2].get("type") not in ("Element", "Attribute")]
    if texts:
        yield from _wrong_text(element.text or "", texts[0][1], texts[0][2], path)
    names = [name for name, _, _ in fields]
    found = [child.tag.removeprefix(namespace) for child in element]
    yield from (f"{path}/{name} is unknown" for name in found if name not in names)
    places = [names.index(name) for name in found if name in names]
    if places != sorted(places):
        yield f"{path}: {found} is out of order"
    for name, hint, metadata in fields:
        mine = [child for child in element if child.tag == f"{namespace}{name}"]
        several = typing.get_origin(hint) is list
        if metadata.get("required") and not mine:
            yield f"{path} lacks {name}"
        if len(mine) > 1 and not several:
            yield f"{path}/{name} is there {len(mine)} times"
        kind = _kind(hint)
        for child in mine:
            if dataclasses.is_dataclass(kind):
                yield from _faults(child, kind, module, namespace, f"{path}/{name}")
            else:
                yield from _wrong_text(child.text or "", kind, metadata, f"{path}/{name}")


def _kind(hint: Any) -> Any:
    inner = [one for one in typing.get_args(hint) if one is not type(None)]
    return _kind(inner[0]) if inner else hint


def _wrong_text(text: str, kind: Any, metadata: Any, path: str) -> typing.Iterator[str]:
    if isinstance(kind, type) and issubclass(kind, Enum) and text not in {one.value for one in kind}:
        yield f"{path}: {text!r} isn't one of its codes"
    if len(text) < metadata.get("min_length", 0) or len(text) > metadata.get("max_length", 10**6):
        yield f"{path}: {text!r} is too short or too long"
    if "pattern" in metadata and not re.fullmatch(metadata["pattern"], text):
        yield f"{path}: {text!r} isn't {metadata['pattern']}"
    if kind.__name__ == "Decimal" and not re.fullmatch(r"[0-9]+(\.[0-9]{1,5})?", text):
        yield f"{path}: {text!r} isn't an amount"
