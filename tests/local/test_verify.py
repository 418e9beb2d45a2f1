"""`make verify`: walks every entry and every day's seal of a district at rest."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra import verify
from infra.local import control, control_door, trouble
from shared.funds import sealing, seals
from shared.funds.store import books, entries
from tests import steps
from tests.builders import NOW
from tests.edge.conftest import SEAL_KEY
from tests.tables import in_memory, memory_tables

__all__ = ["in_memory", "memory_tables"]

KEYS = seals.public_key(SEAL_KEY)


@pytest.fixture
def sealed(in_memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deposit on a sealed day, in the tables that the environment names."""
    monkeypatch.setenv("SEAL_PUBLIC_KEYS", KEYS)
    steps.register()
    steps.open_account(paid_fen=1000)
    steps.count_all()
    sealing.seal_days(through=date(2026, 9, 1), key=SEAL_KEY, now=NOW)


@pytest.mark.usefixtures("sealed")
class TestMain:
    def test_ends_with_0_when_everything_is_as_it_was_sealed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert verify.main(["--aws"]) == 0
        assert capsys.readouterr().out == "✓ 1 笔分录 entries · 1 天留痕 sealed days · 0 处不符 breaks\n"

    def test_ends_with_1_and_names_what_is_not(self, capsys: pytest.CaptureFixture[str]) -> None:
        [deposit] = books.read().entries
        entries.row_of(replace(deposit, payer="somebody else")).save()

        assert verify.main(["--aws"]) == 1
        told = capsys.readouterr().out.splitlines()
        assert [line.startswith("✗") and deposit.key in line for line in told] == [True, True, False]
        assert told[-1] == "✗ 1 笔分录 entries · 1 天留痕 sealed days · 2 处不符 breaks"

    def test_without_a_district_says_what_to_do(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert verify.main(["--state", str(tmp_path / "none")]) == 1
        assert "make run" in capsys.readouterr().err


def test_gives_the_public_half_of_the_key_from_a_shell() -> None:
    command = [sys.executable, "-m", "infra.verify", "--public-key"]
    done = subprocess.run(command, env={**os.environ, "SEAL_KEY": SEAL_KEY}, capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{KEYS}\n", "")


@pytest.mark.usefixtures("sealed")
class TestOfTheRunningDistrict:
    """`make control ARGS="verify"`: asks the district that is running, over its control door."""

    @pytest.fixture
    def port(self) -> Iterator[int]:
        """The district's port; of the district there is only what the door needs."""

        class Running:
            control_port = trouble.free_ports(5) + 4
            settled = 0
            insurer = SimpleNamespace(faults=SimpleNamespace(arm_as_asked=None))

            def settle(self) -> None:
                self.settled += 1

        running = Running()
        site = control_door.site(running, [])  # type: ignore[arg-type]
        site.start()
        yield running.control_port - 4
        site.stop()
        assert running.settled == 1  # what the streams still bring is waited for

    def test_ends_with_0_when_everything_is_as_it_was_sealed(
        self, port: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert control.main(["--port", str(port), "verify"]) == 0
        assert capsys.readouterr().out == "1 笔分录 entries · 1 天留痕 sealed days · 0 处不符 breaks\n"

    def test_ends_with_1_and_names_what_is_not(self, port: int, capsys: pytest.CaptureFixture[str]) -> None:
        [deposit] = books.read().entries
        entries.row_of(replace(deposit, payer="somebody else")).save()

        assert control.main(["--port", str(port), "verify"]) == 1
        told = capsys.readouterr().err
        assert deposit.key in told
        assert "2 处不符 breaks" in told


def test_of_no_running_district_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert control.main(["--port", str(trouble.free_ports(5)), "verify"]) == 1
    assert "make run" in capsys.readouterr().err
