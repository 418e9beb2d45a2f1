"""`make run`: the whole district on this machine, in one terminal.

    python -m infra.local.run [--port 8000] [--state .hui/district] [--until 2026-10-01] [--new]

On its first start it lives the first weeks of a term through the public doors. Ctrl-C and SIGTERM stop it in order; the
next start goes on where it was.
"""

import argparse
import hashlib
import os
import shutil
import signal
import sys
import threading
import time
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from infra import resources
from infra.local import bank_books, control_door, district, district_process, seed, surroundings, trouble, welcome
from infra.local.district import DistrictData
from infra.local.district_process import District
from infra.local.stage import Step
from infra.local.term import FIRST_WEEKS_END, Term
from infra.local.ticker import Ticker
from shared.kernel import clock

STATE = Path(".hui/district")
_STEPS = {
    "engine": "启动本地数据库… Starting the engine…",
    "tables": "检查数据表… Looking at the tables…",
    "doors": "打开各项服务… Opening the doors…",
}
_LOOK_SECONDS = 0.5


def main(words: list[str] | None = None) -> int:
    """Run until told to stop; the exit code is 0 then, and 1 when it can't run."""
    options = _options(words)
    console = Console(highlight=False)
    stopping = _stopping(console)
    begun = _process_began()
    status = console.status("")
    try:
        _begin_anew(options.state, wanted=options.new)
        status.start()
        with district_process.running(
            port=options.port, state_dir=options.state, on_step=lambda step: status.update(_STEPS[step])
        ) as running:
            status.stop()
            _serve(running, options, console, stopping, begun)
            console.print("\n正在停止并保存… Stopping and saving…")
    except trouble.Trouble as problem:
        status.stop()
        console.print(str(problem), style="red", soft_wrap=True)
        return 1
    console.print("已停止，数据已保存；再次 make run 从这里继续。 Stopped; the next start goes on from here.")
    return 0


def _process_began() -> float:
    """About when this process began, by `time.monotonic`: loading the modules is part of a start."""
    return time.monotonic() - time.process_time()


def _options(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    port = os.environ.get("PORT") or str(welcome.USUAL_PORT)
    parser.add_argument("--port", type=trouble.port, default=port, help="the API's; five more follow it (%(default)s)")
    parser.add_argument("--state", type=Path, default=STATE, help="where it is kept (%(default)s)")
    parser.add_argument("--until", type=date.fromisoformat, help="live until the start of this day on the first start")
    parser.add_argument("--new", action="store_true", help="forget what is kept and begin anew")
    return parser.parse_args(words)


def _stopping(console: Console) -> threading.Event:
    """Set by the first Ctrl-C or SIGTERM. More of them change nothing: what is being saved is saved."""
    stopping = threading.Event()

    def stop(*_: object) -> None:
        if stopping.is_set():
            console.print("正在保存，请稍候… Saving, one moment…")
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopping


def _begin_anew(state: Path, *, wanted: bool) -> None:
    """Forget the state if that is wanted, or if it is of no use: the very first start was broken off before everything
    was on file, or the tables or the bank's books have another shape since.
    """
    if (state / "keys.json").exists() and (wanted or not _planted(state)):
        with surroundings.held(state):
            shutil.rmtree(state)


def _planted(state: Path) -> bool:
    """Whether everything was put on file, in tables of the shape that they have now."""
    stamp = state / "planted"
    return stamp.exists() and stamp.read_text() == _shape()


def _shape() -> str:
    """What tells one shape of what is kept from another."""
    return hashlib.sha256(resources.PATH.read_bytes() + bank_books.SCHEMA.encode()).hexdigest()


def _serve(
    running: District, options: argparse.Namespace, console: Console, stopping: threading.Event, begun: float
) -> None:
    """Live what is still to be lived, open the control endpoint, tell what happens until told to stop."""
    data = district.generate()
    if not _live(running, data, options, console, stopping):
        return
    control = control_door.site(running, welcome.sign_ins(data))
    control.start()
    try:
        ticker = Ticker(console, now=running.clock, name_of=welcome.short_names(data), alerts=welcome.new_alerts())
        running.streams.listen(ticker.take)
        running.go_on()
        welcome.show(console, running, data, seconds=time.monotonic() - begun)
        while not stopping.wait(_LOOK_SECONDS):
            ticker.print_lines()
    finally:
        running.scheduler.stop()  # ends a journey that the control command waits for
        control.stop()


def _live(
    running: District, data: DistrictData, options: argparse.Namespace, console: Console, stopping: threading.Event
) -> bool:
    """Put the district on file and live the first weeks of its term, as far as that isn't done; whether it is now."""
    state: Path = options.state
    until = datetime.combine(options.until, time_of_day(), clock.SHANGHAI) if options.until else FIRST_WEEKS_END
    if (state / "lived").exists():
        return True
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("登记机构和课程 putting schools on file", total=None)
        if not _planted(state):
            seed.plant(data, now=running.clock(), progress=lambda done, of: bar.update(task, completed=done, total=of))
            running.open_accounts()
            (state / "planted").write_text(_shape())

        def progress(done: int, of: int, step: Step) -> None:
            day = f"{step.at:%Y-%m-%d}"
            bar.update(
                task, completed=done, total=of, description=f"首次启动：度过学期前几周 living the first weeks  {day}"
            )

        term = Term(running, data, path=state / "term.json", stopping=stopping.is_set)
        if not term.live(until=until, progress=progress):
            return False
    (state / "lived").touch()
    return True


if __name__ == "__main__":
    sys.exit(main())
