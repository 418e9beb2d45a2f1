"""Sets up `.venv` from the pinned and hashed requirements when it isn't there or they have changed; says how far it is.

Runs on the machine's own Python, before anything is installed, so with the standard library only:

    python3.11 infra/environment.py
"""

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements-dev.txt"  # it holds all of requirements.txt, at the same versions
STAMP = VENV / "made-from"
OLDEST = (3, 11)
_BAR_WIDTH = 30


def main() -> None:
    """Leave a `.venv` that agrees with the requirements, or exit with 1 and a sentence on why that can't be done."""
    if sys.version_info < OLDEST:
        _give_up(f"需要 Python 3.11 或更新版本 / Python 3.11 or later is needed; this is {sys.version.split()[0]}")
    if _is_ready():
        return
    with REQUIREMENTS.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # a second make waits here for the first
        if not _is_ready():
            _make()


def _fingerprint() -> str:
    return hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()


def _is_ready() -> bool:
    return STAMP.is_file() and STAMP.read_text() == _fingerprint()


def _make() -> None:
    print("准备运行环境 .venv，仅需一次 / Setting up .venv from the pinned requirements, once", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        _give_up(f"python -m venv failed (on Debian: apt-get install python3-venv)\n{made.stdout}{made.stderr}")
    _install()
    STAMP.write_text(_fingerprint())


def _install() -> None:
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off"]
    total = sum("==" in line for line in REQUIREMENTS.read_text().splitlines())
    said: list[str] = []
    with subprocess.Popen(
        [*pip, "--require-hashes", "--no-deps", "-r", str(REQUIREMENTS)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout is not None
        _show(_kept(running.stdout, said), total)
    if running.returncode:
        _give_up(
            "".join(said[-15:]) + "安装失败 / The packages could not be installed; the last lines of pip are above"
        )


def _kept(lines: Iterable[str], said: list[str]) -> Iterable[str]:
    for line in lines:
        said.append(line)
        yield line


def _show(lines: Iterable[str], total: int) -> None:
    found = 0
    for line in lines:
        first, _, rest = line.strip().partition(" ")
        if first in ("Collecting", "Processing"):
            found += 1
            _step(found, total, rest.split("==")[0].split(" ")[0].rpartition("/")[2])
        elif first == "Installing":
            _step(total, total, "安装 / installing")
    if sys.stdout.isatty():
        print()


def _step(found: int, total: int, what: str) -> None:
    """One moving line on a terminal; a line for every quarter elsewhere."""
    if sys.stdout.isatty():
        full = _BAR_WIDTH * found // total
        print(f"\r\033[K  [{'█' * full}{'·' * (_BAR_WIDTH - full)}] {found}/{total} {what}", end="", flush=True)
    elif found == total or found % (total // 4) == 0:
        print(f"  {found}/{total} {what}", flush=True)


def _give_up(why: str) -> NoReturn:
    print(why, file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
