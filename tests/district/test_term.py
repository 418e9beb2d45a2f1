"""What must hold for a whole district, whatever goes wrong on the way."""

import json
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from functions.edge import parked
from infra.events import StreamFunction
from infra.local import trouble
from infra.local.district_process import District
from infra.local.stream_reader import Record
from infra.local.streams import Faults
from shared.dynamo import rows
from tests.district.conftest import FAMILIES, UNTIL, Lived, a_small_district, live, look

NOTHING_REPAIRED = {"lessons_released": 0, "enrolments_expired": 0, "entries_counted": 0, "alerts_raised": 0}


def all_hold(lived: Lived) -> bool:
    """Whether every invariant holds."""
    return not lived.figures["violations"]


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

    def test_nothing_is_parked(self, faultless: Lived) -> None:
        assert faultless.figures["parked"] == 0


class TestEverythingComesSeveralTimes:
    @pytest.fixture(scope="class")
    def lived(self) -> Lived:
        def everything(running: District) -> None:
            running.bank.faults.arm("duplicate", count=100_000, times=5)
            running.streams.faults = Faults(times=3, shuffle=Random(1))

        return live(before=everything)

    def test_every_invariant_holds_to_the_fen(self, lived: Lived) -> None:
        assert lived.figures["violations"] == {}

    def test_the_money_is_as_if_everything_had_come_once(self, lived: Lived, faultless: Lived) -> None:
        same = ("money_fen", "flow_fen", "entries", "lessons_released", "alerts", "payouts")
        assert {name: lived.figures[name] for name in same} == {name: faultless.figures[name] for name in same}

    def test_every_enrolment_is_as_if_everything_had_come_once(self, lived: Lived, faultless: Lived) -> None:
        assert lived.enrolments == faultless.enrolments


class TestAPoisonRecord:
    def test_it_is_parked_and_the_others_are_unharmed(self, faultless: Lived) -> None:
        with a_small_district() as (running, term):
            poison = {"pk": {"S": "poison"}, "sk": {"S": "entry"}, "kind": {"S": "entry"}, "legs": {"S": "{broken"}}
            running.clients.dynamodb.put_item(TableName=rows.table_name("funds"), Item=poison)
            running.settle()
            found = parked.list_parked(limit=10, cursor=None).rows
            running.clients.dynamodb.delete_item(
                TableName=rows.table_name("funds"), Key={name: poison[name] for name in ("pk", "sk")}
            )
            assert term.live(until=UNTIL)
            lived = look(running, term)

        assert sorted(one.function for one in found) == ["keep_totals", "raise_alerts"]
        assert all_hold(lived)
        assert lived.enrolments == faultless.enrolments


class TestAStreamThatStops:
    def test_the_sweep_brings_the_same_balances(self, faultless: Lived) -> None:
        def nothing_comes(running: District) -> None:
            running.streams.faults = Faults(lost=all_is_lost)

        with a_small_district() as (running, term):
            nothing_comes(running)
            assert term.live(until=UNTIL)
            before = look(running, term)
            running.streams.faults = Faults()
            running.advance(timedelta(days=7))  # two nights' sweeps at least, and the week's payout
            after = look(running, term)

        assert before.figures["repairs"] != NOTHING_REPAIRED, "the nightly sweep had to do the streams' work"
        assert all_hold(after)
        assert {n: one[0] for n, one in after.enrolments.items()} == {
            n: one[0] for n, one in faultless.enrolments.items()
        }
        released = {number: one for number, one in before.enrolments.items() if one[3]}
        assert released, "lessons were released though no record ever came"


def all_is_lost(function: StreamFunction, record: Record) -> bool:
    """A stream that brings nothing."""
    return True


class TestStoppedInTheMiddle:
    def test_nothing_is_lost_and_nothing_doubled_after_sigterm(self, tmp_path: Path, faultless: Lived) -> None:
        figures = tmp_path / "figures.json"
        words = ["--state", str(tmp_path / "state"), "--port", str(trouble.free_ports(5)), "--json", str(figures)]
        words += ["--families", str(FAMILIES), "--until", "2026-09-22"]

        stopped = _start(words)
        _wait_for_progress(stopped, tmp_path / "state" / "term.json", lived=20)
        stopped.send_signal(signal.SIGTERM)
        assert stopped.wait(timeout=60) == 130
        assert not figures.exists()

        assert _start(words).wait(timeout=240) == 0
        told: dict[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
        assert told["violations"] == {}
        for name in ("entries", "enrolments", "lessons_released", "alerts"):
            assert told[name] == faultless.figures[name], name
        assert told["flow_fen"]["deposited"] == faultless.figures["flow_fen"]["deposited"]


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
