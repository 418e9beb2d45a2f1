"""Persons on the lists, as the bureau puts them there; classes of the same teacher at two schools."""

from datetime import date, datetime
from typing import Any

from functions.edge import personnel_acts
from shared.personnel import imports
from shared.personnel.model import Import, ListName, ServingLine
from tests.builders import NOW

NUMBER = "20263700000000001"  # of the first school's teacher
OTHER = "20263700000000002"  # of a teacher whom no school publishes yet
WHY = {"reason": "体罚学员", "evidence": "处理决定2026-07号"}


def blacklisted(number: str = OTHER, *, now: datetime = NOW, until: date | None = None, **changes: Any) -> None:
    """Two people put a person on the blacklist."""
    told: dict[str, Any] = {**WHY, "name": "季示例", "proposed_by": "reviewer", "approved_by": "supervisor", "also": []}
    personnel_acts.blacklist(number=number, until=until, now=now, **{**told, **changes})


def taken_off(number: str = OTHER, on: ListName = ListName.BLACKLIST, *, now: datetime = NOW) -> None:
    """Two people take a person off a list."""
    people = {"proposed_by": "reviewer", "approved_by": "supervisor"}
    personnel_acts.take_off(number=number, on=on, reason="复核后撤销", now=now, also=[], **people)


def serving(*numbers: str, now: datetime = NOW, import_id: str = "0001") -> Import:
    """A file of serving teachers is taken over."""
    lines = [ServingLine(f"临示例{at}", number) for at, number in enumerate(numbers)]
    return imports.take_over(import_id=import_id, file_name="名册.csv", lines=lines, by="reviewer", now=now)
