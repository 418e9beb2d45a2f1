"""What finding and comparing courses reads from the tables, in a small and in a large district. Makes docs/finding.md.

    python -m tests.mall.finding        measures on the local engine and writes the page's table

Read units are counted from the items that the engine gives back, by DynamoDB's rules: the engine itself tells one unit
for each call.
"""

import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import botocore.client
import pytest

from app import app
from functions.edge import course_acts, wiring
from infra import tables
from infra.local import engine, trouble
from shared.dynamo import rows, transaction
from shared.institutions.model import Campus, Institution
from shared.kernel.ids import CampusId, CourseId, OfferingId
from shared.mall import catalogue
from shared.mall import store as mall
from shared.mall.store import cards
from tests import builders, steps
from tests.builders import NOW, an_id
from tests.edge.doors import Clock, Door

PAGE = Path(__file__).parents[2] / "docs" / "finding.md"
SIZES = (20, 200)
COURSES_EACH = 10
LATER = NOW + timedelta(hours=1)  # what is on sale was published long before
_BEGIN, _END = "<!-- measured -->\n", "<!-- /measured -->"
_COURSES_AT_ONCE = 12  # of seven items each


@dataclass
class Cost:
    """What one request reads: its calls, and read units."""

    calls: list[str] = field(default_factory=list)
    units: float = 0


SEARCH = "/v1/mall/search"
ASKED: Mapping[str, str] = {
    "一页 a page of 20": SEARCH,
    "文字、年龄、时间、距离 words, age, time of the week, by distance": (
        f"{SEARCH}?q=zgw&age=8&weekdays=6&not_before=08:00&near=36.82000,118.31000&sort=distance"
    ),
    "下一页 the next page": f"{SEARCH}?cursor=",
    "余位 free seats, by price": f"{SEARCH}?free_seats=1&sort=price",
    "比较4门 four courses side by side": (
        f"/v1/mall/compare?courses={','.join(an_id('crs', COURSES_EACH * number) for number in (1, 2, 3, 4))}"
    ),
}
FIRST = "进程的第一次请求 the first request of a process"


def open_schools(first: int, last: int) -> None:
    """Schools with ten courses on sale, of one class each."""
    for number in range(first, last + 1):
        campus = Campus(
            CampusId(an_id("cmp", number)), "校本部", "临淄区闻韶路1号", "05330000000", "闻韶路", "36.82000,118.31000"
        )
        school = steps.register(number, campuses=(campus,))
        numbers = range(COURSES_EACH * number, COURSES_EACH * (number + 1))
        parts = [part for one in numbers for part in _on_sale(school, one)]
        seen = {(part.row.pk, part.row.sk): part for part in parts}  # a school stands once in its category's list
        transaction.commit([*seen.values(), cards.of_school(course_acts.facts_of(school), now=NOW)])


def _on_sale(school: Institution, number: int) -> Sequence[transaction.Part]:
    course = builders.a_course(course_id=CourseId(an_id("crs", number)), institution_id=school.institution_id)
    offering = builders.a_class(
        course_id=course.course_id,
        institution_id=school.institution_id,
        offering_id=OfferingId(an_id("off", number)),
        campus_id=school.campuses[0].campus_id,
    )
    found_by = [cards.of_course(course, now=NOW), cards.of_class(offering, now=NOW)]
    return [*mall.published_course(course), mall.opened(offering), *found_by]


def measure() -> dict[str, Cost]:
    """What each request reads, in a process that knows the catalogue; and the first one, in one that doesn't."""
    door, found = Door(app), {}
    wiring.use(clock=Clock(LATER))
    _answer(door, SEARCH)
    catalogue.forget()
    with metered() as found[FIRST]:
        _answer(door, SEARCH)
    for name, path in ASKED.items():
        cursor = _answer(door, SEARCH)["next_cursor"] if path.endswith("cursor=") else ""
        with metered() as found[name]:
            told = _answer(door, path + cursor)
        assert len(told.get("data") or told["courses"]) in (20, 4)
    return found


def _answer(door: Door, path: str) -> Any:
    answer = door.get(path)
    assert answer.status == 200, answer.text
    return answer.body


@contextmanager
def metered() -> Iterator[Cost]:
    """Count what is read."""
    cost = Cost()
    call = botocore.client.BaseClient._make_api_call

    def watched(client: Any, operation: str, told: dict[str, Any]) -> Any:
        answer = call(client, operation, told)
        cost.calls.append(operation)
        cost.units += _UNITS[operation](told, answer)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", watched)
        yield cost


def _of_query(told: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """A query pays for all that it gives together."""
    return _units(sum(map(_bytes, answer["Items"])), told.get("ConsistentRead", False))


def _of_batch(told: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """A batch pays for each item, and for each that isn't there."""
    units = 0.0
    for name, wanted in told["RequestItems"].items():
        there = answer["Responses"].get(name, [])
        sizes = [*map(_bytes, there), *[0] * (len(wanted["Keys"]) - len(there))]
        units += sum(_units(size, wanted.get("ConsistentRead", False)) for size in sizes)
    return units


def _of_get(told: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    return _units(_bytes(answer.get("Item", {})), told.get("ConsistentRead", False))


_UNITS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], float]] = {
    "Query": _of_query,
    "BatchGetItem": _of_batch,
    "GetItem": _of_get,
}


def _units(size: int, consistent: bool) -> float:
    """Half a unit for each 4 KB that are begun, at least one; twice that for a consistent read."""
    return max(math.ceil(size / 4096), 1) * (1 if consistent else 0.5)


def _bytes(item: Mapping[str, Mapping[str, Any]]) -> int:
    """An item's size: its names and its values. A number takes half a byte a digit and one more."""
    return sum(
        len(name.encode()) + sum(_length(kind, one) for kind, one in value.items()) for name, value in item.items()
    )


def _length(kind: str, value: Any) -> int:
    if kind == "N":
        return len(value) // 2 + 2
    return 1 if kind in ("BOOL", "NULL") else len(str(value).encode())


def table(costs: Mapping[int, Mapping[str, Cost]]) -> str:
    """The page's table."""
    few, many = (costs[size] for size in SIZES)
    lines = [
        "| "
        + " | ".join(
            ["Request", *(f"Read units, {size} schools, {size * COURSES_EACH} courses" for size in SIZES), "Calls"]
        )
        + " |",
        "|---|---|---|---|",
    ]
    for name in [*ASKED, FIRST]:
        lines.append(f"| {name} | {few[name].units:g} | {many[name].units:g} | {_calls(many[name])} |")
    return "\n".join(lines) + "\n"


def _calls(cost: Cost) -> str:
    return ", ".join(f"{cost.calls.count(one)} {one}" for one in dict.fromkeys(cost.calls))


def written() -> str:
    """The table that stands in the page."""
    return PAGE.read_text(encoding="utf-8").partition(_BEGIN)[2].partition(_END)[0]


def costs() -> dict[int, dict[str, Cost]]:
    """What is read in each size of a district, on empty tables."""
    found, there = {}, 0
    for size in SIZES:
        open_schools(there + 1, size)
        found[size], there = measure(), size
    return found


def main() -> None:
    """Measure, and write the table into the page."""
    os.environ.update(engine.CREDENTIALS)
    with engine.running(port=trouble.free_ports(1)) as url:
        tables.create_all(engine.clients(url).dynamodb)
        rows.connect(url)
        told = table(costs())
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    PAGE.write_text(before + _BEGIN + told + _END + rest.partition(_END)[2], encoding="utf-8")
    sys.stdout.write(told)


if __name__ == "__main__":
    main()
