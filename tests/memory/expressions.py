"""DynamoDB's conditions and updates, as pynamodb writes them, on items as the wire has them (`{"n": {"N": "1"}}`).

What pynamodb doesn't write isn't read here: it is refused loudly.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

Value = dict[str, Any]
Item = dict[str, Value]
Test = Callable[[Item, Mapping[str, str], Mapping[str, Value]], bool]

_TOKEN = re.compile(r"\s*(#\w+|:\w+|<=|>=|<>|[=<>(),]|\w+)")
_COMPARES: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


class NotRead(NotImplementedError):
    """An expression that this engine doesn't know."""


def holds(expression: str | None, item: Item | None, names: Mapping[str, str], values: Mapping[str, Value]) -> bool:
    """Whether a condition holds for an item (None: there is none). No condition always holds."""
    return expression is None or _parsed(expression)(item or {}, names, values)


def updated(expression: str, item: Item, names: Mapping[str, str], values: Mapping[str, Value]) -> Item:
    """The item after an update: SET, REMOVE and ADD, each of whole attributes."""
    after = dict(item)
    for verb, told, value_name in _clauses(expression):
        name = names.get(told, told)
        if verb == "REMOVE":
            after.pop(name, None)
        else:
            value = values[value_name]
            after[name] = value if verb == "SET" else _added(after.get(name), value)
    return after


@cache
def _clauses(expression: str) -> list[tuple[str, str, str]]:
    """Each clause of an update: its verb, what it is about, and its value's name (REMOVE has none)."""
    found = []
    parts = re.split(r"\b(SET|REMOVE|ADD)\b", expression)
    for verb, clauses in zip(parts[1::2], parts[2::2], strict=True):
        for clause in clauses.split(","):
            told = re.fullmatch(_CLAUSES[verb], clause.strip())
            if told is None:
                raise NotRead(f"{verb} {clause}")
            found.append((verb, told[1], told[2]))
    return found


_CLAUSES = {"SET": r"(#?\w+)\s*=\s*(:\w+)", "ADD": r"(#?\w+)\s+(:\w+)", "REMOVE": r"(#\w+)()"}


def _added(was: Value | None, more: Value) -> Value:
    if "N" in more:
        total = Decimal(was["N"] if was else 0) + Decimal(more["N"])
        return {"N": f"{total:f}"}
    if "SS" in more:
        return {"SS": sorted({*(was["SS"] if was else ()), *more["SS"]})}
    raise NotRead(f"ADD {more}")


@cache
def _parsed(expression: str) -> Test:
    parser = _Parser(expression)
    test = parser.either()
    if parser.tokens:
        raise NotRead(expression)
    return test


class _Parser:
    """OR of ANDs of NOTs of comparisons, functions and parentheses."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.tokens = _TOKEN.findall(expression)
        if "".join(self.tokens) != re.sub(r"\s", "", expression):
            raise NotRead(expression)

    def either(self) -> Test:
        tests = [self.all_of()]
        while self._take("OR"):
            tests.append(self.all_of())
        return tests[0] if len(tests) == 1 else _together(tests, enough=True)

    def all_of(self) -> Test:
        tests = [self.one()]
        while self._take("AND"):
            tests.append(self.one())
        return tests[0] if len(tests) == 1 else _together(tests, enough=False)

    def one(self) -> Test:
        if self._take("NOT"):
            test = self.one()
            return lambda i, n, v: not test(i, n, v)
        if self._take("("):
            test = self.either()
            self._need(")")
            return test
        first = self._next()
        if first.startswith("#"):
            return self._compared(first)
        self._need("(")
        arguments = [self._next()]
        while self._take(","):
            arguments.append(self._next())
        self._need(")")
        return self._function(first, arguments)

    def _compared(self, name: str) -> Test:
        operator = self._next()
        if operator == "BETWEEN":
            low = self._next()
            self._need("AND")
            high = self._next()
            above, below = _compare(">=", name, low), _compare("<=", name, high)
            return lambda i, n, v: above(i, n, v) and below(i, n, v)
        if operator == "IN":
            self._need("(")
            tests = [_compare("=", name, self._next())]
            while self._take(","):
                tests.append(_compare("=", name, self._next()))
            self._need(")")
            return lambda i, n, v: any(test(i, n, v) for test in tests)
        if operator not in _COMPARES:
            raise NotRead(self.expression)
        return _compare(operator, name, self._next())

    def _function(self, function: str, arguments: list[str]) -> Test:
        name = arguments[0]
        if function == "attribute_exists":
            return lambda i, n, v: n[name] in i
        if function == "attribute_not_exists":
            return lambda i, n, v: n[name] not in i
        if function == "begins_with":
            start = arguments[1]
            return lambda i, n, v: n[name] in i and str(i[n[name]].get("S", "")).startswith(v[start]["S"])
        raise NotRead(self.expression)

    def _take(self, token: str) -> bool:
        if self.tokens and self.tokens[0] == token:
            del self.tokens[0]
            return True
        return False

    def _need(self, token: str) -> None:
        if not self._take(token):
            raise NotRead(self.expression)

    def _next(self) -> str:
        if not self.tokens:
            raise NotRead(self.expression)
        return str(self.tokens.pop(0))


def _together(tests: Sequence[Test], *, enough: bool) -> Test:
    """OR when one that holds is enough, AND when one that doesn't is."""

    def test(item: Item, names: Mapping[str, str], values: Mapping[str, Value]) -> bool:
        for one in tests:
            if one(item, names, values) == enough:
                return enough
        return not enough

    return test


def _compare(operator: str, name: str, value: str) -> Test:
    compares = _COMPARES[operator]

    def test(item: Item, names: Mapping[str, str], values: Mapping[str, Value]) -> bool:
        found = item.get(names[name])
        wanted = item.get(names[value]) if value.startswith("#") else values[value]
        if found is None or wanted is None or found.keys() != wanted.keys():
            return operator == "<>"
        return compares(comparable(found), comparable(wanted))

    return test


def comparable(value: Value) -> Any:
    """A value that Python compares as DynamoDB does: numbers by size, strings by their UTF-8 bytes (as by their
    characters)."""
    [(kind, told)] = value.items()
    if kind == "S":
        return told
    if kind == "N":
        return Decimal(told)
    return sorted(told) if kind in ("SS", "NS") else told
