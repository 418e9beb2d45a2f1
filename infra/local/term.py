"""A term of the district, lived through its public doors: API, console, the bank's webhooks, streams, schedules.

The story (story.py) is a list of steps in order of time. A step that has been lived is noted, so a term that was broken
off goes on where it was; a step lived twice changes nothing, because its keys are the same.
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from infra.local.district import DistrictData
from infra.local.district_process import District
from infra.local.stage import RUNS_APART, Enrolments, Step
from infra.local.story import Story
from shared.kernel.clock import SHANGHAI
from shared.kernel.ids import EnrolmentId

FIRST_WEEKS_END = datetime(2026, 10, 12, 9, 0, tzinfo=SHANGHAI)
_A_DAY = timedelta(days=1)
_AT_ONCE = 4

Progress = Callable[[int, int, Step], None]


class Term:
    """The story of a district. `path` keeps how far it is. It ends early when the district is `stopping`."""

    def __init__(
        self,
        district: District,
        data: DistrictData,
        *,
        path: Path | None = None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._stopping = stopping
        self._district = district
        self._path = path
        told = json.loads(path.read_text(encoding="utf-8")) if path is not None and path.exists() else {}
        self._lived: int = told.get("lived", 0)
        self._enrolments: Enrolments = told.get("enrolments", {})
        self._steps = Story(district, data, self._enrolments).steps()

    @property
    def lived(self) -> int:
        """How many steps have been lived."""
        return self._lived

    @property
    def enrolment_ids(self) -> dict[int, EnrolmentId]:
        """The enrolments made so far, by the number of their plan."""
        return {int(number): EnrolmentId(str(made["enrolment_id"])) for number, made in self._enrolments.items()}

    def live(self, *, until: datetime, progress: Progress = lambda done, of, step: None) -> bool:
        """Live all steps before `until`; whether it came to that (False: the district is stopping).

        What happens at one moment happens at once. Streams and the bank come to rest before the clock moves on, so each
        moment finds everything in its place.
        """
        steps = [step for step in self._steps if step.at < until]
        with ThreadPoolExecutor(_AT_ONCE) as hands:
            for at, together in groupby(steps[self._lived :], key=lambda step: step.at):
                if not self._go_to(at):
                    return False
                now = list(together)
                for step, _ in zip(now, hands.map(Step.live, now), strict=True):
                    progress(self._lived, len(steps), step)
                self._lived += len(now)
                self._note()
        return self._go_to(until)

    def _go_to(self, moment: datetime) -> bool:
        self._district.settle()
        while not self._stopping() and self._district.clock() < moment:
            self._district.travel_to(min(moment, self._district.clock() + _A_DAY), apart=RUNS_APART)
        return not self._stopping()

    def _note(self) -> None:
        if self._path is not None:
            beside = self._path.with_suffix(".new")
            beside.write_text(json.dumps({"lived": self._lived, "enrolments": self._enrolments}), encoding="utf-8")
            beside.replace(self._path)
