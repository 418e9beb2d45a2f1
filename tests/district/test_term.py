"""What must hold for a whole district, whatever goes wrong on the way."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from functions.edge import parked
from infra.local import books as export
from infra.local import district_process, trouble
from infra.local.district_process import District
from infra.local.streams import Faults
from shared.dynamo import rows
from tests.district.conftest import FAMILIES, UNTIL, Lived, live
from tests.judges import judges
from tests.judges.conftest import hledger

__all__ = ["hledger"]

NOTHING_REPAIRED = {
    "lessons_released": 0,
    "enrolments_expired": 0,
    "entries_counted": 0,
    "alerts_raised": 0,
    "covers_followed": 0,
    "messages_posted": 0,
    "wechat_refunds_begun": 0,
    "reviews_followed": 0,
}


class TestATermWithoutFaults:
    def test_every_invariant_holds_to_the_fen(self, faultless: Lived) -> None:
        assert faultless.figures["violations"] == {}

    def test_the_ledger_is_what_the_bank_has(self, faultless: Lived) -> None:
        assert sum(faultless.figures["money_fen"].values()) == faultless.figures["bank_fen"] > 0

    def test_lessons_are_released_and_paid_out(self, faultless: Lived) -> None:
        assert faultless.figures["lessons_released"] > 10
        assert faultless.figures["payouts"]["settled"] > 0
        assert faultless.figures["flow_fen"]["paid_out"] > 0

    def test_the_sweep_has_nothing_to_repair(self, faultless: Lived) -> None:
        assert faultless.figures["repairs"] == NOTHING_REPAIRED

    def test_a_teacher_in_two_places_is_told_at_both_schools(self, faultless: Lived) -> None:
        assert faultless.figures["alerts"]["teacher_in_two_places"] == 2

    def test_nothing_is_parked(self, faultless: Lived) -> None:
        assert faultless.figures["parked"] == 0

    @pytest.mark.usefixtures("hledger")
    def test_every_judge_accepts_the_books(self, faultless: Lived, tmp_path: Path) -> None:
        export.write(list(export.of_schools(faultless.books)), tmp_path)

        assert judges.verdicts(tmp_path) == {"bean-check": "", "hledger check": "", "SQL": ""}
        assert len(list(tmp_path.iterdir())) == 2 * len(faultless.books.totals)


@pytest.fixture(scope="module")
def lived() -> Lived:
    """The first weeks: a poison record first, then every message of the bank 5 times, every record 3, shuffled."""

    def everything(running: District) -> None:
        _poison(running)
        running.bank.faults.arm("duplicate", count=100_000, times=5)
        running.streams.faults = Faults(times=3, shuffle=Random(1))

    return live(before=everything)


def _poison(running: District) -> None:
    """A record that no function can handle comes first: it is parked, and all that comes after it is as without it."""
    poison = {"pk": {"S": "poison"}, "sk": {"S": "entry"}, "kind": {"S": "entry"}, "legs": {"S": "{broken"}}
    running.clients.dynamodb.put_item(TableName=rows.table_name("funds"), Item=poison)
    running.settle()
    found = parked.list_parked(limit=10, cursor=None).rows
    key = {name: poison[name] for name in ("pk", "sk")}
    running.clients.dynamodb.delete_item(TableName=rows.table_name("funds"), Key=key)
    assert sorted(one.function for one in found) == ["keep_totals", "raise_alerts"]


class TestEverythingComesSeveralTimes:
    def test_every_invariant_holds_to_the_fen(self, lived: Lived) -> None:
        assert lived.figures["violations"] == {}

    def test_the_money_is_as_if_everything_had_come_once(self, lived: Lived, faultless: Lived) -> None:
        same = ("money_fen", "flow_fen", "entries", "lessons_released", "alerts", "payouts")
        assert {name: lived.figures[name] for name in same} == {name: faultless.figures[name] for name in same}

    def test_every_enrolment_is_as_if_everything_had_come_once(self, lived: Lived, faultless: Lived) -> None:
        assert lived.enrolments == faultless.enrolments


class TestStoppedInTheMiddle:
    def test_nothing_is_lost_and_nothing_doubled_after_sigterm(self, tmp_path: Path, faultless: Lived) -> None:
        figures = tmp_path / "figures.json"
        words = [
            "--state",
            str(tmp_path / "state"),
            "--port",
            str(trouble.free_ports(district_process.PORTS)),
            "--json",
            str(figures),
        ]
        words += ["--families", str(FAMILIES), "--until", f"{UNTIL:%Y-%m-%d}"]

        stopped = _start(words)
        _wait_for_progress(stopped, tmp_path / "state" / "term.json", lived=60)
        stopped.send_signal(signal.SIGTERM)
        assert stopped.wait(timeout=60) == 130
        assert not figures.exists()

        assert _start(words).wait(timeout=240) == 0
        told: dict[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
        assert told["violations"] == {}
        of_this_run = {"seconds", "repairs"}  # the engine forgets its streams' history, so the sweep may have to help
        expected = {name: faultless.figures[name] for name in faultless.figures if name not in of_this_run}
        assert {name: told[name] for name in expected} == expected


def _start(words: list[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "infra.local.demo", *words]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _wait_for_progress(process: subprocess.Popen[bytes], path: Path, *, lived: int) -> None:
    """Until the story has come some way; the process ending first is a failure."""
    while True:
        try:
            process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            if path.exists() and json.loads(path.read_text(encoding="utf-8"))["lived"] >= lived:
                return
            continue
        raise AssertionError(f"the demo ended by itself with {process.returncode}")
