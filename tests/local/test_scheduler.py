import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from infra.events import ScheduledFunction
from infra.local.scheduler import Scheduler
from infra.local.test_clock import TestClock

MONDAY = datetime(2026, 8, 17, tzinfo=UTC)
HOURLY = ScheduledFunction("hourly", "cron(0 * * * ? *)")
NIGHTLY = ScheduledFunction("nightly", "cron(0 19 * * ? *)")
WEEKLY = ScheduledFunction("weekly", "cron(0 18 ? * SUN *)")


class Diary:
    """Functions that write down when they ran."""

    def __init__(self, *, path: Path | None = None, clock_path: Path | None = None) -> None:
        self.clock = TestClock(starts_at=MONDAY, path=clock_path)
        self.lines: list[tuple[str, datetime]] = []
        self.events: list[dict[str, Any]] = []
        self.fails = 0
        self.scheduler = Scheduler(
            clock=self.clock,
            functions=[(function, self.writer(function.name)) for function in (HOURLY, NIGHTLY, WEEKLY)],
            settle=lambda: self.lines.append(("settle", self.clock())),
            path=path,
        )

    def writer(self, name: str) -> Any:
        def write(event: dict[str, Any], context: Any) -> str:
            assert context.function_name == name
            self.events.append(event)
            if self.fails:
                self.fails -= 1
                raise RuntimeError("boom")
            self.lines.append((name, self.clock()))
            return f"{name} ran"

        return write

    def of(self, name: str) -> list[datetime]:
        return [moment for who, moment in self.lines if who == name]


class TestTravelTo:
    def test_every_due_run_happens_at_its_own_moment_in_order(self) -> None:
        diary = Diary()
        assert diary.scheduler.advance(timedelta(days=7)) == 7 * 24 + 7 + 1
        assert diary.clock() == MONDAY + timedelta(days=7)
        assert diary.of("hourly") == [MONDAY + timedelta(hours=hour) for hour in range(1, 7 * 24 + 1)]
        assert diary.of("nightly") == [MONDAY + timedelta(days=day, hours=19) for day in range(7)]
        assert diary.of("weekly") == [MONDAY + timedelta(days=6, hours=18)]
        moments = [moment for _, moment in diary.lines]
        assert moments == sorted(moments)

    def test_what_a_run_causes_settles_before_the_clock_goes_on(self) -> None:
        diary = Diary()
        diary.scheduler.advance(timedelta(hours=1))
        due = MONDAY + timedelta(hours=1)
        assert diary.lines == [("settle", MONDAY), ("hourly", due), ("settle", due)]

    def test_steps_give_the_same_runs_as_one_journey(self) -> None:
        one, many = Diary(), Diary()
        one.scheduler.advance(timedelta(hours=30))
        for _ in range(120):
            many.scheduler.advance(timedelta(minutes=15))
        assert one.of("hourly") == many.of("hourly")
        assert one.of("nightly") == many.of("nightly")

    def test_a_long_journey_can_leave_out_runs_that_are_close_together(self) -> None:
        diary = Diary()
        diary.scheduler.advance(timedelta(days=7), apart=timedelta(hours=12))
        assert diary.of("hourly") == [MONDAY + timedelta(hours=12 * count) for count in range(1, 15)]
        assert len(diary.of("nightly")) == 7
        assert len(diary.of("weekly")) == 1

    def test_the_event_is_eventbridges(self) -> None:
        diary = Diary()
        diary.scheduler.advance(timedelta(hours=1))
        (event,) = diary.events
        assert event["source"] == "aws.events"
        assert event["detail-type"] == "Scheduled Event"
        assert event["time"] == "2026-08-17T01:00:00Z"
        assert event["resources"] == ["arn:aws-cn:events:cn-north-1:000000000000:rule/hourly"]

    def test_a_run_that_fails_is_tried_twice_more_and_stops_nobody(self) -> None:
        diary = Diary()
        diary.fails = 2
        diary.scheduler.advance(timedelta(hours=1))
        assert len(diary.of("hourly")) == 1
        diary.fails = 3
        diary.scheduler.advance(timedelta(hours=2))
        assert len(diary.of("hourly")) == 2

    def test_a_restart_repeats_no_run_and_forgets_none(self, tmp_path: Path) -> None:
        path, clock_path = tmp_path / "scheduler.json", tmp_path / "clock.json"
        Diary(path=path, clock_path=clock_path).scheduler.advance(timedelta(minutes=90))
        again = Diary(path=path, clock_path=clock_path)
        again.scheduler.advance(timedelta(minutes=90))
        assert again.of("hourly") == [MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=3)]


class TestRunNow:
    def test_a_function_can_be_run_out_of_turn(self) -> None:
        diary = Diary()
        assert diary.scheduler.run_now("nightly") == "nightly ran"
        assert diary.clock() == MONDAY


class TestStartAndStop:
    def test_it_runs_what_falls_due_as_the_clock_moves(self) -> None:
        diary = Diary()
        diary.clock.run()
        diary.clock.advance(timedelta(minutes=59, seconds=59))
        diary.scheduler.start()
        deadline = time.monotonic() + 10
        while not diary.of("hourly"):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        diary.scheduler.stop()
        assert len(diary.of("hourly")) == 1
